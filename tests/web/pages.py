"""Living pages of the configs, made once for all tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from render import pipeline
from render.describe.companions import story
from render.draw.plan import FilmPlan, compose, plan_film
from render.encode.formats.html import HtmlFormat
from render.results import OutputFile
from tests.draw import nets
from tests.learn.labs import lab, runs


@cache
def plan(name: str, *sets: str) -> FilmPlan:
    """The plan of a film."""
    return plan_film(compose(lab(name, *sets)), runs(name, *sets))


@cache
def page(name: str, *sets: str) -> Path:
    """The file of a film's page, which is removed when the tests end."""
    file = Path(_FOLDER.name) / f"{len(_MADE)}" / f"{name}.html"
    _MADE.append(file)
    file.parent.mkdir()
    spec = lab(name, *sets)
    chosen = next((one for one in spec.outputs if isinstance(one, HtmlFormat)), HtmlFormat())
    pipeline.make(spec, [OutputFile(chosen, file)], lambda *_: None)
    return file


@cache
def network_plan() -> FilmPlan:
    """The plan of a small film of a network, with what it learns in it."""
    scene = nets.beside("decision", "weights")
    return nets.plan_of(nets.runs("spirals"), scene, size=(960, 400))


@cache
def network_page() -> Path:
    """The file of its page."""
    file = Path(_FOLDER.name) / "network.html"
    file.write_text(HtmlFormat().written(story(network_plan(), OutputFile(HtmlFormat(), file), [])))
    return file


_FOLDER = tempfile.TemporaryDirectory()
_MADE: list[Path] = []
