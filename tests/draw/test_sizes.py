"""A film of any size from 160×90 to 4096×4096 can be drawn, and shows what it is about."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from render.cells import SMALL_PX, Type
from render.draw.plan import FilmPlan, compose, plan_film
from render.draw.stage import Stage
from render.draw.style import house_style
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS, lab, runs
from tests.sweeps import sweep

NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
SIZES = (
    (1920, 1080), (1280, 720), (960, 540), (800, 450), (640, 360), (480, 270),
    (1080, 1920), (1080, 1080), (320, 180), (160, 90),
)  # fmt: skip
MAX_PIXELS = 600_000  # of a random size: larger ones take long and have room
THEMES = ("night", "paper", "contrast", "colorblind", "transparent")
QUICK = (
    "anscombe", "cross_sections", "learning_rates", "pytorch_way", "residual_squares",
    "schedules", "slope",
)  # fmt: skip
# What each of these scenes is about, from their texts; the others' are in their scenes.
POINTS = {
    "anscombe": {"data", "surface"},
    "broadcast_bug": {"data", "cost"},
    "cross_sections": {"slices"},
    "ellipse_zigzag": {"surface"},
    "knife_edge": {"cost"},
    "learning_rates": {"cost"},
    "optimizer_race": {"contour"},
    "pytorch_way": {"code"},
    "residual_squares": {"residuals"},
    "schedules": {"schedule"},
    "slope": {"cost", "data"},
    "slope_bias": {"surface", "data"},
    "slope_bias_fast": {"data"},
    "twin_features": {"contour"},
    "validation_outliers": {"data", "loss"},
}  # fmt: skip


def planned(name: str, size: tuple[int, int], theme: str = "night") -> FilmPlan:
    """The film of a config in another size; its runs are those of the config itself."""
    spec = lab(name, f"film.size={list(size)}", f"film.theme={theme}")
    return plan_film(compose(spec), runs(name))


def lost(plan: FilmPlan) -> Iterator[str]:
    """The panels that matter and that the frames of a film have not."""
    scene, size = plan.scene, plan.spec.film.size
    shown = plan.arrangement().cells
    kinds = {scene.panels[letter].kind for letter in shown}
    essential = scene.essential
    words = not Type.of(size).bare
    if size[0] < SMALL_PX[0] or size[1] < SMALL_PX[1]:
        if not {*essential} & {*shown}:
            yield "every essential panel"
        return
    yield from (scene.panels[letter].kind for letter in essential if letter not in shown)
    yield from POINTS.get(plan.spec.name, set()) - kinds
    several = len(plan.runs) > 1
    named = "label" if plan.spec.film.runs == "grid" else "standings"
    if words and "header" not in kinds:
        yield "the title"
    if several and named not in kinds:
        yield "the names of the runs"
    if several and named == "label":
        there = {scene.panels[x].run for x in shown if scene.panels[x].kind == "label"}
        yield from (f"the label of run {run}" for run in {*range(len(plan.runs))} - there)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", QUICK)
def test_a_film_shows_what_it_is_about_in_every_size(name, size):
    assert [*lost(planned(name, size, "contrast"))] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_film_shows_what_it_is_about_in_every_size_and_theme(name):
    faults = {
        (size, theme): [*lost(planned(name, size, theme))] for size in SIZES for theme in THEMES
    }
    assert {at: fault for at, fault in faults.items() if fault} == {}


def random_sizes(name: str, count: int) -> list[tuple[int, int]]:
    """Sizes of any aspect, up to the longest strips; the same ones for a name in every run."""
    draw = random.Random(name)
    sizes = [(4096, 90), (480, 90), (160, 4096)]
    while len(sizes) < count:
        wide, high = (2 * round(low * (4096 / low) ** draw.random() / 2) for low in (160, 90))
        if wide * high < MAX_PIXELS:
            sizes.append((wide, high))
    return sizes


def drawn(name: str, size: tuple[int, int]) -> Stage:
    """A film's stage in a size, with its first and last frame drawn."""
    plan = planned(name, size)
    stage = plan.stage()
    with house_style():
        for moment in (plan.timeline.moments[0], plan.timeline.moments[-1]):
            stage.draw(moment)
    return stage


def inside(stage: Stage) -> bool:
    width, height = stage.size_px
    return all(
        0 <= cell.left < cell.right <= width and 0 <= cell.bottom < cell.top <= height
        for cell in stage.cells.values()
    )


@pytest.mark.parametrize(
    ("name", "size"),
    sweep(
        [
            ("slope", (4096, 90)),
            ("learning_rates", (480, 110)),
            ("anscombe", (1000, 180)),
            ("optimizer_race", (700, 200)),
            ("residual_squares", (480, 202)),
            ("cross_sections", (160, 1200)),
        ],
        quick=2,
    ),
)
def test_a_strip_can_be_drawn(name, size):
    assert inside(drawn(name, size))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_film_can_be_drawn_in_any_size(name):
    for size in random_sizes(name, 8):
        assert inside(drawn(name, size)), size


def test_panels_are_named_whatever_the_size():
    stage, _ = staged("slope", "film.size=[480, 90]")
    assert set(stage.rectangles()) & {"cost", "data"}


def test_the_name_of_each_cell_is_above_it_at_480_by_270():
    """schedules: three of four names were in rows under all plots."""
    plan = planned("schedules", (480, 270), "contrast")
    cells, panels = plan.arrangement().cells, plan.scene.panels
    at = {(panels[x].kind, panels[x].run): cell for x, cell in cells.items()}
    for run in range(len(plan.runs)):
        label, schedule = at["label", run], at["schedule", run]
        assert label.bottom >= schedule.top
        assert label.left == schedule.left
        assert label.width == schedule.width
