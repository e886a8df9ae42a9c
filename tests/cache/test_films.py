"""A film whose files are all there is not made again; one of which anything is missing is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from render import pipeline, registry
from render.cache import keys
from render.cache.films import cached_report
from render.cache.store import Store
from render.config.load import load
from render.config.when import EVERY, parse_when
from render.results import OutputFile
from tests.config.home import write

TINY = """
scene: slope_bias
film: {size: [160, 90], fps: 4, duration: 1}
dataset: {kind: line, x: {start: -3, stop: 3, step: 1}}
training: {epochs: 2}
landscape: {grid: 41}
"""
KINDS = ("csv", "json")  # what needs no drawing will do for most


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def house(tmp_path) -> Path:
    """A folder with a config and a scene of its own."""
    write(tmp_path, TINY)
    shipped = Path(pipeline.__file__).parent.parent / "scenes"
    for scene in ("slope", "slope_bias"):
        (tmp_path / "scenes" / f"{scene}.py").write_text((shipped / f"{scene}.py").read_text())
    return tmp_path


def spec(house: Path, *sets: str):
    return load(house / "configs" / "film.yaml", sets)


def targets(house: Path, *kinds: str, out: str = "out") -> list[OutputFile]:
    return [
        OutputFile(registry.member("encode/formats", kind)(), house / out / f"film.{kind}")
        for kind in kinds or KINDS
    ]


def make(house: Path, store: Store, *sets: str, out: str = "out", kinds=KINDS) -> pipeline.Report:
    files = targets(house, *kinds, out=out)
    return pipeline.make(spec(house, *sets), files, lambda *_: None, store)


def unchanged(house: Path, store: Store, *sets: str, out: str = "out", kinds=KINDS) -> bool:
    return (
        cached_report(spec(house, *sets), targets(house, *kinds, out=out), None, store) is not None
    )


def contents(house: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (house / "out").iterdir()}


def test_what_was_made_is_kept_and_reported_as_it_was(house, store):
    assert not unchanged(house, store)
    made = make(house, store)
    again = cached_report(spec(house), targets(house), None, store)
    assert again == replace(made, seconds=0.0, kept=True)
    assert not made.kept


@pytest.mark.parametrize("kind", ["png", "csv", "json"])
def test_a_file_that_is_missing_cut_or_edited_means_the_film_is_made_again(house, store, kind):
    kinds = ("png", "csv", "json")
    make(house, store, kinds=kinds)
    file = house / "out" / f"film.{kind}"
    whole, before = file.read_bytes(), contents(house)
    file.unlink()
    assert not unchanged(house, store, kinds=kinds)
    file.write_bytes(whole[:-1])
    assert not unchanged(house, store, kinds=kinds)
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert not unchanged(house, store, kinds=kinds)
    make(house, store, kinds=kinds)
    assert unchanged(house, store, kinds=kinds)
    assert contents(house) == before


def test_a_file_that_was_only_touched_is_believed_by_its_bytes(house, store):
    make(house, store)
    os.utime(house / "out" / "film.csv", (1, 1))
    assert unchanged(house, store)


def test_a_file_that_became_a_folder_or_a_dead_link_is_no_film(house, store):
    make(house, store)
    (house / "out" / "film.csv").unlink()
    (house / "out" / "film.csv").symlink_to("nowhere")
    assert not unchanged(house, store)
    (house / "out" / "film.csv").unlink()
    (house / "out" / "film.csv").mkdir()
    assert not unchanged(house, store)


def test_another_folder_is_another_film_to_make(house, store):
    make(house, store)
    assert not unchanged(house, store, out="other")
    make(house, store, out="other")
    assert unchanged(house, store, out="other")
    assert unchanged(house, store)
    assert (house / "out" / "film.json").read_bytes() == (
        house / "other" / "film.json"
    ).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        "title=Another",
        "seed=2",
        "optimizer.lr=0.2",
        "landscape.grid=45",
        "film.theme=paper",
        "film.fps=5",
        "film.size=[162, 90]",
        "film.duration=1.5",
        "film.pace=log",
        "film.camera={orbit: 10}",
        "film.labels={w: Steigung}",
        "captions=[{at: end, text: There}]",
        "outputs=[{kind: gif, fps: 2}]",
        "scene=slope",
    ],
)
def test_every_key_of_the_config_counts(house, store, change):
    make(house, store)
    assert not unchanged(house, store, change)


def test_a_film_of_before_is_not_there_any_more(house, store):
    make(house, store)
    make(house, store, "film.theme=paper")
    assert not unchanged(house, store)


def test_comments_and_order_do_not_count(house, store):
    make(house, store)
    path = house / "configs" / "film.yaml"
    path.write_text("# mine\n" + "\n".join(reversed(TINY.strip().split("\n"))))
    assert unchanged(house, store)


def test_the_bytes_of_the_scene_and_of_what_it_imports_count(house, store):
    scene = house / "scenes" / "slope_bias.py"
    make(house, store)
    text = scene.read_text()
    scene.write_text(text + "\n# edited\n")
    assert not unchanged(house, store)
    scene.write_text(text)
    assert unchanged(house, store)
    (house / "scenes" / "race.py").write_text("# another scene's business")
    assert unchanged(house, store)
    (house / "scenes" / "mine.py").write_text("WIDE = 3")
    scene.write_text(f"{text}\nif False:\n    from mine import WIDE\n")
    make(house, store)
    assert unchanged(house, store)
    (house / "scenes" / "mine.py").write_text("WIDE = 4")
    assert not unchanged(house, store)


def test_the_bytes_of_ones_own_theme_count(house, store):
    theme = house / "configs" / "mine.yaml"
    theme.write_text("like: paper\n")
    make(house, store, "film.theme=mine.yaml")
    assert unchanged(house, store, "film.theme=mine.yaml")
    theme.write_text("like: night\n")
    assert not unchanged(house, store, "film.theme=mine.yaml")


@pytest.mark.parametrize("place", range(3))
def test_sources_libraries_and_ffmpeg_count(house, store, monkeypatch, place):
    make(house, store)
    now = keys.pictures()
    monkeypatch.setattr(keys, "pictures", lambda: [*now[:place], "another", *now[place + 1 :]])
    assert not unchanged(house, store)


def test_it_does_not_matter_where_one_stands(house, store, monkeypatch):
    (house / "configs" / "cars.csv").write_text("x,y\n1,2\n2,4\n3,7\n")
    sets = ("dataset={kind: csv, path: cars.csv}",)
    make(house, store, *sets)
    for place, there in ((house, Path()), (house / "scenes", Path(".."))):
        monkeypatch.chdir(place)
        assert unchanged(there, store, *sets)


def test_installed_fonts_count_for_letters_that_ours_has_not(house, store, monkeypatch, tmp_path):
    folder = tmp_path / "fonts"
    (folder / "noto").mkdir(parents=True)
    monkeypatch.setattr(keys, "_folders", lambda: [folder])
    monkeypatch.setattr(keys, "_installed", keys._installed.__wrapped__)
    for title, counts in (("Žluťoučký Ελλάδα λ² → ŷ", False), ("梯度下降", True)):
        make(house, store, f"title={title}")
        assert unchanged(house, store, f"title={title}")
        os.utime(folder / "noto", (1, 1) if counts else (2, 2))
        assert unchanged(house, store, f"title={title}") != counts


def test_a_damaged_record_is_not_believed(house, store):
    make(house, store)
    (record,) = (store.folder / "film").iterdir()
    whole = record.read_bytes()
    record.write_bytes(whole[:-4] + b"\0" + whole[-3:])
    assert not unchanged(house, store)
    for nonsense in (b"", b"[]", b"{}", b"nonsense", b'{"key": "", "files": 3}'):
        store.write("film", record.name, nonsense)
        assert not unchanged(house, store)


def test_what_changes_while_the_film_is_made_is_not_noted(house, store, monkeypatch):
    real = pipeline.learn

    def meanwhile(*args):
        scene = house / "scenes" / "slope_bias.py"
        scene.write_text(scene.read_text() + "\n# edited\n")
        return real(*args)

    monkeypatch.setattr(pipeline, "learn", meanwhile)
    make(house, store)
    assert not unchanged(house, store)


def test_a_film_that_fails_is_not_noted(house, store, monkeypatch):
    make(house, store)

    def fails(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "describe", fails)
    with pytest.raises(ZeroDivisionError):
        make(house, store, "film.fps=5")
    assert unchanged(house, store)
    assert not unchanged(house, store, "film.fps=5")


def test_a_cache_that_can_not_be_written_stops_no_film(house):
    (house / "file").write_text("")
    report = make(house, Store(house / "file" / "cache"))
    assert len(report.outputs) == len(KINDS)


@pytest.mark.parametrize("at", ["50%", "steps"])
def test_stills_are_kept_like_films(house, store, at):
    one = spec(house)
    time = EVERY if at == "steps" else parse_when(at)
    (target,) = targets(house, "png")
    made = pipeline.still(one, time, target, lambda *_: None, store)
    found = cached_report(one, [target], time, store)
    assert found == replace(made, seconds=0.0, kept=True)
    assert cached_report(one, [target], parse_when("10%"), store) is None
    assert cached_report(one, [target], None, store) is None
    made.outputs[-1].path.unlink()
    assert cached_report(one, [target], time, store) is None


def test_a_film_key_is_quick(house):
    import time

    film_, files = spec(house), targets(house)
    keys.film_key(film_, files, None)
    started_s = time.process_time()
    for _ in range(20):
        keys.film_key(film_, files, None)
    assert (time.process_time() - started_s) / 20 < 0.01
