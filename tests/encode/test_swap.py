"""The files of a film replace older ones together: whatever fails or is killed, all or none."""

import json
import os
import subprocess
import sys
import time

import pytest

from render.encode import part_names
from render.encode.atomic import Parts, remove_abandoned_parts
from render.errors import RenderError
from tests.encode.swaps import TARGETS, content, no_links, older, replace, write
from tests.sweeps import sweep

TOKEN = part_names.token("c0ffee")
POSIX = pytest.mark.skipif(os.name != "posix", reason="forks and kills")


@pytest.fixture
def old(tmp_path):
    return older(tmp_path / "out")


@pytest.fixture
def new(tmp_path):
    (tmp_path / "fresh" / "sub").mkdir(parents=True)
    replace(tmp_path / "fresh")
    return content(tmp_path / "fresh")


def test_a_film_replaces_files_and_folders_and_adds_new_ones(tmp_path, old, new):
    replace(tmp_path / "out")
    assert content(tmp_path / "out") == new != old
    assert all(text.startswith("new") for text in new.values())


def test_it_works_where_there_are_no_hard_links(tmp_path, old, new, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    replace(tmp_path / "out")
    assert content(tmp_path / "out") == new


def failing(monkeypatch, number, error, for_good=False):
    """`os.replace` fails the given time, counted from 0, and later too if `for_good`."""
    calls, whole = [], os.replace

    def fails(source, target, **rest):
        calls.append(target)
        if len(calls) == number + 1 or (for_good and len(calls) > number):
            raise error
        return whole(source, target, **rest)

    monkeypatch.setattr(os, "replace", fails)
    return calls


def dead(monkeypatch):
    """From now on the process that wrote the parts has ended."""
    monkeypatch.setattr(part_names, "is_alive", lambda pid, written_s: False)
    monkeypatch.setattr(os, "getpid", lambda: 1)


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    "error",
    sweep([PermissionError(13, "Permission denied"), KeyboardInterrupt(), MemoryError()], quick=2),
)
def test_when_any_rename_fails_everything_is_as_before(tmp_path, monkeypatch, error, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    expected = RenderError if isinstance(error, OSError) else type(error)
    for number in range(100):
        before = older(tmp_path / str(number))
        with monkeypatch.context() as patch:
            calls = failing(patch, number, error)
            message = ""
            try:
                replace(tmp_path / str(number))
            except expected as raised:
                message = str(raised)
            else:
                assert len(calls) == number
                break
        assert content(tmp_path / str(number)) == before
        if isinstance(error, OSError):
            (name,) = (name for name in TARGETS if name in message)
            path = tmp_path / str(number) / name
            assert message == f"can't replace {path}: Permission denied"
    # each target once, and the old ones where they are renamed too
    assert number == len(TARGETS) + (1 if links else 4)


def test_what_can_not_be_put_back_is_named_and_put_back_by_the_next_run(tmp_path, old, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        # a.mp4 and b_frames are new already (the latter took two renames) when all goes wrong
        failing(patch, 3, OSError(5, "Input/output error"), for_good=True)
        with pytest.raises(RenderError) as caught:
            replace(out)
    message = str(caught.value)
    assert message.startswith(f"can't replace {out / 'c.gif'}: Input/output error; ")
    assert f"{out / 'a.mp4'} (the old one is .a.mp4." in message
    assert f"{out / 'b_frames'} (the old one is .b_frames." in message
    after = content(out)
    assert after["a.mp4"].startswith("new")
    assert after["c.gif"].startswith("old")
    assert {text for text in old.values()} <= {text for text in after.values()}  # nothing is lost
    dead(monkeypatch)
    for folder in (out, out / "sub"):
        remove_abandoned_parts(folder)
    assert content(out) == old


@POSIX
@pytest.mark.parametrize("options", sweep([[], ["--without-links"]]))
@pytest.mark.parametrize("folders", [["", "sub"], ["sub", ""]])
def test_a_process_killed_at_any_time_loses_nothing(tmp_path, new, options, folders):
    """The next run finds the old film, or the new one if it was all there: nothing between."""
    code = [sys.executable, "-m", "tests.encode.swaps", str(tmp_path / "killed"), *options]
    subprocess.run(code, check=True)
    before = older(tmp_path / "older")
    ends = []
    for number in range(len([*(tmp_path / "killed").iterdir()])):
        out = tmp_path / "killed" / str(number)
        for folder in folders:
            remove_abandoned_parts(out / folder)
        assert content(out) in (before, new), number
        assert not [path for path in out.rglob(".*")], number
        ends.append(content(out) == new)
    assert ends == sorted(ends)  # there is one moment from which the new film counts
    assert ends.count(False) > len(TARGETS)
    assert ends.count(True) > 2


@POSIX
def test_until_the_next_run_an_interrupted_film_still_has_its_old_files(tmp_path, new):
    """Under some name: nothing is deleted before all of the new ones are there."""
    subprocess.run([sys.executable, "-m", "tests.encode.swaps", str(tmp_path / "k")], check=True)
    before = older(tmp_path / "older")
    for out in (tmp_path / "k").iterdir():
        there = {*content(out).values()}
        assert there >= {*before.values()} or there >= {*new.values()}


def save(folder, *names):
    with Parts() as parts:
        for name in names:
            write(parts.beside(folder / name), "new")


def interrupted(folder, monkeypatch):
    """A film whose process ended when one of two files was replaced; its list."""

    class Ended(BaseException):
        pass

    def end(*_):
        raise Ended

    with monkeypatch.context() as patch:
        failing(patch, 1, Ended())
        patch.setattr("render.encode.swap.undo", end)
        with pytest.raises(Ended):
            save(folder, "a.mp4", "b.gif")
    return next(folder.glob(".*.swap"))


@pytest.mark.parametrize("present", [True, False])
def test_a_swap_of_a_process_that_lives_is_left_alone(tmp_path, monkeypatch, present):
    if present:
        write(tmp_path / "a.mp4", "old")
        os.utime(tmp_path / "a.mp4", (1e9, 1e9))  # its hard link is as old
    interrupted(tmp_path, monkeypatch)
    before = content(tmp_path)
    assert remove_abandoned_parts(tmp_path) == []
    assert content(tmp_path) == before
    dead(monkeypatch)
    remove_abandoned_parts(tmp_path)
    assert content(tmp_path) == ({"a.mp4": "old "} if present else {})


def test_a_swap_on_another_machine_is_left_alone_for_a_day(tmp_path, monkeypatch):
    write(tmp_path / "a.mp4", "old")
    path = interrupted(tmp_path, monkeypatch)
    before = content(tmp_path)
    monkeypatch.setattr(part_names, "host_id", lambda: "0123abcd")
    assert remove_abandoned_parts(tmp_path) == []
    assert content(tmp_path) == before
    for each in tmp_path.glob(".*"):
        os.utime(each, (time.time() - 2 * part_names.ABANDONED_S,) * 2)
    assert path in remove_abandoned_parts(tmp_path)
    assert content(tmp_path) == {"a.mp4": "old "}


def test_what_somebody_wrote_after_an_interrupted_swap_stays(tmp_path, monkeypatch):
    write(tmp_path / "a.mp4", "old")
    interrupted(tmp_path, monkeypatch)
    (tmp_path / "a.mp4").write_text("my own film")
    dead(monkeypatch)
    remove_abandoned_parts(tmp_path)
    assert content(tmp_path) == {"a.mp4": "my own film"}


def test_a_new_name_that_somebody_else_took_since_stays(tmp_path, monkeypatch):
    interrupted(tmp_path, monkeypatch)
    (tmp_path / "a.mp4").write_text("my own film")
    dead(monkeypatch)
    remove_abandoned_parts(tmp_path)
    assert content(tmp_path) == {"a.mp4": "my own film"}


@pytest.mark.parametrize(
    "name", ["../precious", "/precious", "..", "", ".", 3, None, "sub/../../precious"]
)
def test_a_list_that_names_other_folders_is_not_obeyed(tmp_path, monkeypatch, name):
    """Anybody can put a list into a folder that others write to."""
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "precious").write_text("x")
    found = (tmp_path / "precious").stat()
    entry = {"name": name, "replaces": False, "size": 1, "mtime_s": found.st_mtime}
    hidden = out / f".descent-film.{part_names.host_id()}-9999999-{TOKEN}.swap"
    hidden.write_text(json.dumps({"folders": ["."], "files": [entry]}))
    assert remove_abandoned_parts(out) == []
    assert (tmp_path / "precious").read_text() == "x"
    assert hidden.exists()


@pytest.mark.parametrize("text", ["[]", "{}", "3", '{"folders": ["."], "files": [{"v": 2}]}'])
def test_a_list_of_another_version_is_left_alone(tmp_path, text):
    writer = f"{part_names.host_id()}-9999999-{TOKEN}"
    (tmp_path / f".descent-film.{writer}.swap").write_text(text)
    (tmp_path / f".a.mp4.{writer}.old").write_text("old")
    assert remove_abandoned_parts(tmp_path) == []
    assert len(content(tmp_path)) == 2


@pytest.mark.parametrize("text", ["", '{"folders": ["."], "fi', "\0" * 40])
def test_a_list_that_was_not_written_to_its_end_stands_for_nothing(tmp_path, text):
    write(tmp_path / "a.mp4", "old")
    (tmp_path / f".descent-film.{part_names.host_id()}-9999999-{TOKEN}.swap").write_text(text)
    assert len(remove_abandoned_parts(tmp_path)) == 1
    assert content(tmp_path) == {"a.mp4": "old "}


def test_of_a_symbolic_link_only_the_link_is_replaced_and_put_back(tmp_path, monkeypatch):
    (tmp_path / "precious").write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.mp4").symlink_to("../precious")
    (out / "b.gif").symlink_to("nowhere")

    names = ("a.mp4", "b.gif", "c.png")
    with monkeypatch.context() as patch:
        failing(patch, 4, PermissionError(13, "Permission denied"))
        with pytest.raises(RenderError, match=r"can't replace .*c\.png"):
            save(out, *names)
    assert os.readlink(out / "a.mp4") == "../precious"
    assert os.readlink(out / "b.gif") == "nowhere"
    assert sorted(path.name for path in out.iterdir()) == ["a.mp4", "b.gif"]
    save(out, *names)
    assert content(out) == dict.fromkeys(names, "new ")
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("name", ["film_frames", "film.mp4"])
def test_a_file_put_into_a_folder_while_the_film_is_made_is_not_lost(tmp_path, name):
    frames = name == "film_frames"
    write(tmp_path / "a.gif", "old")

    def save_slowly():
        with Parts() as parts:
            write(parts.beside(tmp_path / "a.gif"), "new")
            write(parts.beside(tmp_path / name, frames), "new")
            (tmp_path / name).mkdir()
            (tmp_path / name / "thesis.doc").write_text("years of work")

    with pytest.raises(RenderError, match="thesis" if frames else "there is a folder"):
        save_slowly()
    assert content(tmp_path) == {"a.gif": "old ", f"{name}/thesis.doc": "years of work"}


def test_a_swap_in_a_linked_folder_and_one_beside_it_is_undone(tmp_path, monkeypatch):
    """The list of one folder leads to that of the other, wherever the link points."""
    (tmp_path / "far" / "real").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "real")
    targets = [tmp_path / "link" / "a", tmp_path / "out" / "b", tmp_path / "out" / "c"]
    for target in targets:
        write(target, "old")

    def save_again():
        with Parts() as parts:
            for target in targets:
                write(parts.beside(target), "newer")

    with monkeypatch.context() as patch:
        failing(patch, 2, OSError(5, "Input/output error"), for_good=True)
        with pytest.raises(RenderError, match="could not be put back"):
            save_again()
    dead(monkeypatch)
    remove_abandoned_parts(tmp_path / "link")
    assert [target.read_text() for target in targets] == ["old "] * 3
    assert len([*tmp_path.rglob("*")]) == 7


def test_a_list_that_can_not_be_removed_leaves_the_old_film(tmp_path, old, monkeypatch):
    unlink = os.unlink

    def fails(path, *rest, **options):
        if str(path).endswith(".swap"):
            raise PermissionError(13, "Permission denied")
        unlink(path, *rest, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", fails)
        with pytest.raises(RenderError, match=r"can't write to .*: Permission denied"):
            replace(tmp_path / "out")
    dead(monkeypatch)
    for folder in (tmp_path / "out", tmp_path / "out" / "sub"):
        remove_abandoned_parts(folder)
    assert content(tmp_path / "out") == old


def test_a_folder_may_be_spelled_in_several_ways(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out")
    folders = (tmp_path / "out", tmp_path / "link", tmp_path / "out" / ".." / "out")
    with Parts() as parts:
        for name, folder in zip("abc", folders, strict=True):
            write(parts.beside(folder / name), "new")
    assert content(tmp_path / "out") == dict.fromkeys("abc", "new ")


def test_a_list_that_can_not_be_written_leaves_the_old_film(tmp_path, old, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RenderError, match="No space left"):
        replace(tmp_path / "out")
    assert content(tmp_path / "out") == old
