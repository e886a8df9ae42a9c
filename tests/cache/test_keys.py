"""What a key is made of: everything but what is known to change nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest

from render.cache import keys
from render.cache.keys import film_key, landscape_key, recording_key
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
