"""The table of places: complete, dated, with sources, and true of the formats that there are."""

from __future__ import annotations

import datetime
import re

import pytest

from render import registry
from render.commands.common import catalogue
from render.commands.common.catalogue import kinds
from render.commands.common.shells.base import commands
from render.config.load import load
from render.config.targets import checked, known, read_targets, targets
from render.errors import ConfigError
from tests.config.home import write

TABLE = targets()
WANTED = [
    "github",
    "slides",
    "powerpoint",
    "keynote",
    "google-slides",
    "reveal",
    "beamer",
    "slack",
    "discord",
    "x",
    "youtube",
    "shorts",
    "docs",
]


def test_every_place_that_was_promised_is_there():
    assert list(TABLE) == WANTED


def test_a_file_with_faults_is_answered_with_all_of_them(tmp_path):
    file = tmp_path / "targets.yaml"
    file.write_text(
        "checked: 2026-11-22\ntargets:\n"
        "  - {name: here, about: a, size: [1, 2], fps: 0, outputs: [], how: b, sources: [],\n"
        "     takes: {mp4: {max_mb: -1, max_kb: 3}}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_targets(file)
    problems = {problem["key"]: problem["message"] for problem in caught.value.problems}
    assert problems.keys() == {
        "targets.0.fps",
        "targets.0.takes.mp4.max_mb",
        "targets.0.takes.mp4.max_kb",
    }
    file.write_text("targets: []\n")
    with pytest.raises(ConfigError, match="missing key 'checked'"):
        read_targets(file)


def test_the_file_is_read_once_and_its_table_can_not_be_changed():
    assert targets() is targets()
    with pytest.raises(TypeError):
        targets()["here"] = targets()["x"]  # type: ignore[index]


def test_the_table_says_when_its_sources_were_read():
    assert datetime.date.fromisoformat(checked()) >= datetime.date(2026, 11, 22)


@pytest.mark.parametrize("name", TABLE)
def test_a_place_has_sources_that_can_be_opened_and_is_open_about_what_they_lack(name):
    place = TABLE[name]
    assert place.sources
    for source in place.sources:
        assert re.fullmatch(r"https://\S+\.\S+/\S+", source.url)
        assert source.statement
    if any(limits.max_mb for limits in place.takes.values()) and place.established:
        assert any(source.official for source in place.sources)


@pytest.mark.parametrize("name", TABLE)
def test_a_place_takes_what_is_made_for_it(name, tmp_path):
    """Its settings are a config's, and keep to its own limits before anything is drawn."""
    place = TABLE[name]
    spec = load(write(tmp_path, "{}"), options={"for": name})
    kinds = [registry.name_of(type(output)) for output in spec.outputs]
    assert kinds == [output["kind"] for output in place.outputs]
    assert (spec.film.size, spec.film.fps) == (place.size, place.fps)
    for kind in set(kinds) & set(place.takes):
        limits = place.takes[kind]
        if limits.max_size is not None:
            assert all(a <= b for a, b in zip(place.size, limits.max_size, strict=True))
        assert place.fps <= (limits.max_fps or 120)
        assert not limits.upright or place.size[0] <= place.size[1]
    for output in place.outputs:
        most = place.takes[output["kind"]].max_mb if output["kind"] in place.takes else None
        assert output.get("max_mb", 0) <= (most or float("inf"))


@pytest.mark.parametrize("name", TABLE)
def test_a_gif_for_a_place_has_a_budget_and_a_rate_that_hundredths_can_hold(name):
    for output in TABLE[name].outputs:
        if output["kind"] == "gif":
            assert output["max_mb"] > 0
            assert 100 % output["fps"] == 0


@pytest.mark.parametrize("name", ["google-slides", "google_slides", "Google Slides", " GITHUB "])
def test_a_name_is_known_however_its_words_are_joined(name):
    assert known(name) in TABLE


def test_shells_and_lists_offer_the_places_by_name():
    (option,) = [o for o in commands()["render"].options if "--for" in o.spellings]
    assert option.value is not None
    assert list(option.value.words) == WANTED
    assert list(kinds()["targets"].names()) == WANTED


def test_a_name_that_is_none_is_not_known():
    assert known("git") is None


def test_what_is_listed_of_a_place_names_its_numbers_and_its_sources():
    told = catalogue.target("github")
    assert "960×540, 20 fps, gif of at most 10 MB" in told.line
    assert checked() in told.text
    assert "https://docs.github.com/" in told.text
    assert "not all of it is known" not in told.line
    assert "not known: " in catalogue.target("keynote").text
    assert "not all of it is known" in catalogue.target("keynote").line
