"""A bar on a terminal, lines elsewhere, nothing when asked for nothing."""

import sys
from io import StringIO

import pytest

from render.jobs.progress import Bar, Lines, NoProgress, Silent, choose


class Terminal(StringIO):
    def isatty(self):
        return True


def test_what_is_told_suits_where_it_goes(monkeypatch):
    monkeypatch.setattr(sys, "stderr", StringIO())
    assert isinstance(choose(quiet=False), Lines)
    assert isinstance(choose(quiet=True), Silent)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert isinstance(choose(quiet=False), Bar)


@pytest.mark.parametrize("total", [0, 1, 3, 49, 50, 51, 1000])
def test_lines_never_repeat_and_never_move_the_cursor(total):
    log = StringIO()
    with Lines(log).film("x") as step:
        for done in range(total + 1):
            step("frames", done, total)
    told = log.getvalue().splitlines()
    assert told[0] == "x: frames"
    assert len(told) == len(set(told)) == (5 if total >= 50 else 1)
    assert "\r" not in log.getvalue()
    assert "\x1b" not in log.getvalue()


def test_a_bar_names_film_and_stage_as_they_are_written(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    terminal = Terminal()
    with Bar(terminal).film("[bold]x") as step:
        step("frames", 30, 240)
    assert "[bold]x: frames" in terminal.getvalue()
    assert "30/240" in terminal.getvalue()


def test_a_batch_has_a_bar_of_its_own_and_lines_stay_above(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    terminal = Terminal()
    bar = Bar(terminal)
    with bar.batch(3) as done, bar.film("a") as a, bar.film("b") as b:
        a("frames", 30, 240)
        b("training", 0, 1)
        done()
        bar.line("[bold]a: done " + "x" * 200)
        bar.error("b: failed")
    shown = terminal.getvalue()
    for text in ("films", "a: frames", "b: training", "1/3", "30/240"):
        assert text in shown
    assert "[bold]a: done " + "x" * 200 + "\n" in shown.replace("\r", "")
    assert "b: failed" in shown
    bar.line("after")
    assert terminal.getvalue().endswith("after\n")


def test_who_wants_to_hear_nothing_still_hears_of_faults(capsys):
    Silent().line("news")
    Silent().error("bad news")
    NoProgress().error("told otherwise")
    assert capsys.readouterr() == ("", "bad news\n")
