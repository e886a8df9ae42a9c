"""What a key is made of: everything but what is known to change nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest

from render.cache import keys
from render.cache.keys import film_key, landscape_key, recording_key
from render.config.load import load
from render.config.spec import FilmOptions, Spec
from render.encode.formats.png import PngFormat
from render.results import OutputFile
from tests.learn.labs import lab


@dataclass(frozen=True)
class LaterSpec(Spec):
    """A Spec as a later version may have it."""

    device: str = "cpu"


@dataclass(frozen=True)
class LaterFilm(FilmOptions):
    """The options of a film as a later version may have them."""

    plane: str = "pca"


def later(spec: Spec, device: str) -> LaterSpec:
    return LaterSpec(**{f.name: getattr(spec, f.name) for f in fields(spec)}, device=device)


def test_a_new_part_of_a_config_makes_another_recording():
    spec = lab("slope")
    data = spec.dataset.make(spec.seed)
    first, second = (recording_key(later(spec, device), data) for device in ("cpu", "cuda"))
    assert first != second
    assert first == recording_key(later(spec, "cpu"), data)


def test_a_new_option_of_a_film_makes_another_landscape():
    spec = lab("optimizer_race")
    data = [one.dataset.make(one.seed) for one in spec.each]
    options = {f.name: getattr(spec.film, f.name) for f in fields(spec.film)}
    first, second = (
        landscape_key(replace(spec, film=LaterFilm(**options, plane=plane)), data)
        for plane in ("pca", "random")
    )
    assert first != second


@pytest.mark.parametrize("room", ["newroom", "newfile.py"])
def test_a_new_file_of_the_program_makes_everything_again(monkeypatch, tmp_path, room):
    spec = lab("slope")
    data, files = spec.dataset.make(spec.seed), [OutputFile(PngFormat(), tmp_path / "a.png")]
    monkeypatch.setattr(keys, "numbers", keys.numbers.__wrapped__)
    monkeypatch.setattr(keys, "pictures", keys.pictures.__wrapped__)
    package = tmp_path / "package"
    package.mkdir()
    monkeypatch.setattr(keys, "PACKAGE", package)
    before = recording_key(spec, data), film_key(spec, files, None)
    file = package / room if room.endswith(".py") else package / room / "a.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    after = recording_key(spec, data), film_key(spec, files, None)
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("changed", ["net.py", "parts.py"])
def test_another_text_of_a_model_s_file_makes_everything_again(tmp_path, changed):
    (tmp_path / "net.py").write_text("from parts import block\ndef Net(): return block\n")
    (tmp_path / "parts.py").write_text("block = None\n")
    config = tmp_path / "film.yaml"
    config.write_text("dataset: moons\nmodel: torch\nloss: cross_entropy\n")
    spec = load(config)
    data, files = spec.dataset.make(spec.seed), [OutputFile(PngFormat(), tmp_path / "a.png")]
    spec = replace(spec, scene="slope")
    before = recording_key(spec, data), film_key(spec, files, None)
    assert before == (recording_key(spec, data), film_key(spec, files, None))
    with (tmp_path / changed).open("a") as file:
        file.write("# another\n")
    after = recording_key(spec, data), film_key(spec, files, None)
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_where_a_network_starts_and_what_it_is_make_another_recording(tmp_path):
    config = tmp_path / "film.yaml"
    options = ("", "seed: 3", "gain: 2", "activation: relu", "hidden: [4]")
    keys_ = set()
    for option in options:
        more = f", {option}" if option else ""
        config.write_text(f"dataset: moons\nmodel: {{kind: mlp{more}}}\nloss: cross_entropy\n")
        spec = load(config)
        keys_.add(recording_key(spec, spec.dataset.make(spec.seed)))
    assert len(keys_) == len(options)
