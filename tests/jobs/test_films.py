"""What is made, in which order, and what a failure stops."""

import pytest

from render.config.load import load
from render.errors import RenderError
from render.jobs.outcome import Outcome
from render.jobs.plan import OutputRequest, plan
from render.jobs.progress import Silent
from render.jobs.run import outcomes_of
from render.results import Report
from tests.config.home import write


@pytest.fixture
def jobs(tmp_path):
    texts = {"a": "film: {duration: 2}", "b": "film: {duration: 9}", "c": "outputs: [csv]"}
    return plan(
        [load(write(tmp_path, text, f"{n}.yaml")) for n, text in texts.items()], OutputRequest()
    )


class Source:
    """Notes what it is asked for; `bad` films fail."""

    def __init__(self, *bad):
        self.bad, self.asked, self.made, self.closed = bad, None, [], False

    def __call__(self, jobs, progress):
        self.asked = [job.spec.name for _, job in jobs]
        try:
            for number, job in jobs:
                name = job.spec.name
                self.made.append(name)
                report = Report(name, (), 1.0, "")
                yield number, Outcome(name, *((None, "bad") if name in self.bad else (report,)))
        finally:
            self.closed = True


def words(jobs, source, **options):
    found = dict(outcomes_of(jobs, source, Silent(), **options))
    return [found[number].word for number in range(len(jobs))]


def test_the_longest_film_comes_first(jobs):
    source = Source()
    assert words(jobs, source) == ["made", "made", "made"]
    assert source.asked == ["b", "a", "c"]


def test_much_to_learn_makes_a_film_long(tmp_path):
    texts = {"a": "{}", "b": "training: {epochs: 90000}\noutputs: [csv]"}
    specs = [load(write(tmp_path, text, f"{n}.yaml")) for n, text in texts.items()]
    source = Source()
    words(plan(specs, OutputRequest()), source)
    assert source.asked == ["b", "a"]


def test_the_first_failure_stops_the_rest_if_asked_to(jobs):
    source = Source("a")
    assert words(jobs, source) == ["failed", "made", "made"]
    assert words(jobs, source, fail_fast=True) == ["failed", "made", "stopped"]
    assert source.closed


def test_an_unchanged_film_is_not_made_and_without_others_nothing_is_begun(jobs, monkeypatch):
    kept = {"a", "b", "c"}

    def found(spec, *_):
        return Report(spec.name, (), 0.0, "", kept=True) if spec.name in kept else None

    monkeypatch.setattr("render.jobs.run.cached_report", found)
    source = Source()
    assert words(jobs, source) == ["unchanged"] * 3
    assert source.asked is None
    kept.remove("b")
    assert words(jobs, source) == ["unchanged", "made", "unchanged"]
    assert source.asked == ["b"]


def test_an_outcome_is_asked_like_a_future():
    report = Report("a", (), 1.0, "")
    assert Outcome("a", report).result() is report
    with pytest.raises(RenderError, match=r"^a: no space left$"):
        Outcome("a", error="no space left").result()
