"""Files against the table: what fits is said, and what exceeds which number."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.__main__ import main
from render.config.targets import targets
from render.errors import ConfigError
from render.jobs.fit import FileFacts, Fit, check_fit, fit_limits, missing_companions
from render.jobs.plan import Job, OutputRequest, plan
from render.jobs.progress import Silent
from render.jobs.run import run_jobs
from render.results import Output, Report
from tests.jobs.fake import Studio, install
from tests.learn.labs import lab


def video(kind="mp4", bytes_=1_000_000, size=(1280, 720), seconds=8.0, fps=30) -> FileFacts:
    frames = round(seconds * fps)
    return FileFacts(Path(f"film.{kind}"), kind, bytes_, size, seconds, fps, frames)


def test_what_fits_is_told_with_its_share_of_the_budget():
    found = fit_limits(targets()["github"], [video("gif", 3_240_000)])
    assert found == Fit(("fits github: film.gif has 3.2 of 10 MB",), True)


def test_what_nobody_could_establish_is_told_too():
    assert fit_limits(targets()["keynote"], [video()]).messages == (
        "fits keynote: no known limit is exceeded (not known to us: what Keynote takes at most,"
        " since Apple's own pages were not at hand)",
    )


@pytest.mark.parametrize(
    ("place", "file", "told"),
    [
        ("discord", video(bytes_=10_010_000), "10.01 MB, at most 10"),
        ("x", video(size=(1920, 1080)), "1920×1080 pixels, at most 1280×1024"),
        ("x", video(fps=120), "120 frames per second, at most 60"),
        ("x", video(seconds=0.4), "0.4 s, at least 0.5"),
        ("x", video("gif", fps=50), "400 frames, at most 350"),
        ("x", video("gif", size=(1280, 1080), fps=40), "442 million pixels in all, at most 300"),
        ("shorts", video(), "1280×720 is wider than high"),
        ("shorts", video(size=(1080, 1920), seconds=181.0), "181 s, at most 180"),
        ("google-slides", video("gif", size=(6000, 5000)), "30.0 million pixels, at most 25"),
        ("powerpoint", video("webm"), "powerpoint takes pptx, mp4"),
    ],
)
def test_what_exceeds_is_told_with_both_numbers(place, file, told):
    found = fit_limits(targets()[place], [file])
    assert not found.fits
    assert f"does not fit {place}: {file.path.name}: {told}" in found.messages


@pytest.mark.parametrize(
    "file",
    [
        video(bytes_=10_000_000),
        video(size=(1280, 1024)),
        video(seconds=0.5),
        FileFacts(Path("film.csv"), "csv", 999_000_000),
        FileFacts(Path("film.png"), "png", 100_000, (1920, 1080)),
    ],
)
def test_a_limit_itself_fits_and_so_do_tables_and_small_pictures(file):
    assert fit_limits(targets()["discord"], [file]).fits
    assert fit_limits(targets()["x"], [file]).fits


def job(*sets: str, formats=("mp4",), folder: Path = Path("outputs")) -> Job:
    return plan([lab("slope", *sets)], OutputRequest(folder, formats))[0]


def report(job: Job, bytes_: int) -> Report:
    size, seconds = job.spec.film.size, job.spec.film.duration
    outputs = [Output(t.path, t.path.suffix[1:], bytes_, size, seconds) for t in job.targets]
    return Report("slope", tuple(outputs), 1.0, "converged")


def test_a_film_that_is_for_no_place_is_held_against_none():
    wanted = job()
    assert check_fit(wanted, report(wanted, 99_000_000)) is None


def test_rate_and_frames_are_those_of_the_format():
    wanted = job("target=x", "film.fps=50", "film.size=[640, 360]", formats=("gif",))
    found = check_fit(wanted, report(wanted, 1_000_000))
    assert found is not None
    assert found.messages == ("does not fit x: slope.gif: 400 frames, at most 350",)


class Kept(Silent):
    """Keeps what it is to print."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def error(self, text: str) -> None:
        self.errors.append(text)


@pytest.mark.parametrize(("place", "fits"), [("discord", True), ("shorts", False)])
def test_after_rendering_a_line_says_whether_it_fits(place, fits, monkeypatch):
    install(monkeypatch, Studio())
    kept = Kept()
    assert run_jobs([job(f"target={place}")], kept) == 0
    if fits:
        assert kept.lines[-1] == "  fits discord: slope.mp4 has 0.4 of 10 MB"
        assert kept.errors == []
    else:
        assert kept.errors == ["slope: does not fit shorts: slope.mp4: 1280×720 is wider than high"]


VIDEO = "{kind: html, film: video}"


def test_a_page_without_a_poster_says_so():
    assert [*missing_companions(job(f"outputs=[mp4, {VIDEO}]", formats=()))] == [
        "slope.html has no poster, the still before the film plays: add a png or jpg"
    ]
    assert [*missing_companions(job(f"outputs=[mp4, png, {VIDEO}]", formats=()))] == []
    assert [*missing_companions(job(formats=("html",)))] == []  # it draws the film by itself


def test_stops_that_no_format_shows_are_mentioned():
    stops = "film.stops=[2s]"
    (told,) = missing_companions(job(stops, formats=("gif",)))
    assert told.startswith("film.stops: gif can't stop: give hold_s, or one of frames, ")
    assert [*missing_companions(job(stops, formats=("gif", "mp4")))] == []
    assert [*missing_companions(job(stops, formats=("csv",)))] == []
    assert [*missing_companions(job(stops, "film.stops.hold_s=1", formats=("gif",)))] == []


def test_slides_that_may_not_play_are_warned_about():
    stops = f"film.stops=[{', '.join(f'{i}%' for i in range(1, 27))}]"
    large = job(stops, "film.size=[1920, 1080]", formats=("pptx",))
    (told,) = missing_companions(large)
    assert told.startswith("slope.pptx has 27 segments of 1920×1080, which PowerPoint on Windows")
    assert [*missing_companions(job(stops, formats=("pptx",)))] == []
    assert [*missing_companions(job("film.size=[1920, 1080]", formats=("pptx",)))] == []


@pytest.mark.parametrize(
    ("formats", "told"),
    [
        ((VIDEO,), "html shows a film that is made with it: add one of webm, mp4, gif"),
        ((VIDEO, "png"), "html shows a film that is made with it"),
        ((VIDEO, "gif"), "html shows a gif, which can't be stopped: add a png or jpg"),
    ],
)
def test_a_page_without_what_it_shows_is_refused(formats, told):
    with pytest.raises(ConfigError, match=f"outputs: {told}"):
        lab("slope", f"outputs=[{', '.join(formats)}]")


def test_a_place_can_be_named_on_the_command_line(tmp_path, capsys):
    wrong = ["configs/slope.yaml", "--for", "nowhere", "--out", str(tmp_path)]
    assert main(wrong) == 2
    assert "--for nowhere: unknown target 'nowhere'; there are: github" in capsys.readouterr().err
