"""Which has the last word: the config, the place it is for, or an option."""

from __future__ import annotations

from pathlib import Path

import pytest

from render import registry
from render.config.dump import resolved
from render.config.load import load
from render.errors import ConfigError
from tests.config.home import write

OWN = "film: {size: [640, 640], fps: 10, duration: 2}\noutputs: [csv]\n"


def kinds(spec) -> list[str]:
    return [registry.name_of(type(output)) for output in spec.outputs]


def shot(spec) -> tuple:
    return spec.film.size, spec.film.fps, kinds(spec)


def test_for_has_the_last_word_over_a_config(tmp_path):
    spec = load(write(tmp_path, OWN), options={"for": "shorts"})
    assert shot(spec) == ((1080, 1920), 30, ["mp4"])
    assert spec.target == "shorts"
    assert spec.film.duration == 2


def test_a_config_has_the_last_word_over_its_own_target(tmp_path):
    spec = load(write(tmp_path, f"target: shorts\n{OWN}"))
    assert shot(spec) == ((640, 640), 10, ["csv"])
    assert spec.target == "shorts"


def test_a_config_s_target_sets_what_the_config_leaves_open(tmp_path):
    spec = load(write(tmp_path, "target: google_slides\nfilm: {fps: 25}\n"))
    assert shot(spec) == ((1280, 720), 25, ["gif", "mp4"])
    assert spec.outputs[0].max_mb == 50
    assert spec.target == "google-slides"


def test_for_has_the_last_word_over_a_config_s_target(tmp_path):
    spec = load(write(tmp_path, "target: shorts\n"), options={"for": "github"})
    assert shot(spec) == ((960, 540), 20, ["gif", "mp4"])
    assert spec.target == "github"


@pytest.mark.parametrize("text", ["{}", "target: shorts"])
def test_size_and_rate_from_options_come_after_the_place(text, tmp_path):
    options = {"for": "shorts", "size": "320x180"} if text == "{}" else {"size": "320x180"}
    spec = load(write(tmp_path, text), ["film.fps=12"], options)
    assert shot(spec) == ((320, 180), 12, ["mp4"])


def test_a_draft_for_a_place_has_its_shape(tmp_path):
    for text, options in (("{}", {"for": "shorts"}), ("target: shorts", {})):
        spec = load(write(tmp_path, text), options={**options, "draft": ""})
        width, height = spec.film.size
        assert min(width, height) == 480
        assert height / width == pytest.approx(16 / 9, abs=0.01)


def test_set_may_name_the_target(tmp_path):
    spec = load(write(tmp_path, "target: github\n"), ["target=shorts", "film.fps=24"])
    assert shot(spec) == ((1080, 1920), 24, ["mp4"])
    assert spec.target == "shorts"


def test_a_film_that_is_for_no_place_says_nothing_of_one(tmp_path):
    spec = load(write(tmp_path, "{}"))
    assert spec.target is None
    assert "target" not in resolved(spec)


def test_a_resolved_target_loads_back(tmp_path):
    import yaml

    spec = load(write(tmp_path, "target: discord\n"))
    again = load(write(tmp_path, yaml.safe_dump(resolved(spec), allow_unicode=True)))
    assert again == spec


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("target: gihtub", "target: unknown target 'gihtub'; did you mean 'github'?"),
        ("target: 3", "target: expected one of github, slides,"),
        ("target: [github]", "target: expected one of github, slides,"),
        ("target:", "target: expected one of github, slides,"),
    ],
)
def test_a_target_that_is_none_is_told_where_it_is_written(text, told, tmp_path):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        load(path)
    assert f"{path}:1:" in str(error.value)
    assert told in str(error.value)


def test_an_option_that_is_none_is_told_as_it_was_typed(tmp_path):
    with pytest.raises(ConfigError, match="--for shrots: unknown target 'shrots'; did you mean"):
        load(write(tmp_path, "{}"), options={"for": "shrots"})


def test_a_film_section_with_a_fault_is_told_beside_a_target(tmp_path):
    with pytest.raises(ConfigError, match="film"):
        load(write(tmp_path, "target: github\nfilm: 3\n"))


def test_every_shipped_config_can_go_to_a_tall_and_to_a_small_place():
    for path in sorted(Path("configs").glob("*.yaml")):
        assert load(path, options={"for": "shorts"}).film.size == (1080, 1920)
        assert load(path, options={"for": "slack"}).film.size == (800, 450)
