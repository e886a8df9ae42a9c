"""A manifest proves its film: what is the same, what isn't, and what it says of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from render import pipeline
from render.__main__ import main
from render.describe import manifest
from tests.sweeps import sweep
from tests.test_determinism import house

SMALL = "outputs: [png, csv, json]"


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """A house with a film in it, made once."""
    folder = house(tmp_path_factory.mktemp("original"))
    config = folder / "configs" / "film.yaml"
    config.write_text(config.read_text("utf-8").partition("outputs:")[0] + SMALL, "utf-8")
    assert main([str(config), "--out", str(folder / "outputs"), "--quiet"]) == 0
    return folder


@pytest.fixture
def made(original, tmp_path) -> Path:
    """That house at another place, where it may be changed."""
    return Path(shutil.copytree(original, tmp_path / "moved"))


@pytest.fixture
def verified(made, capsys):
    """What verifying says, and the exit code."""

    def run(*argv: str) -> tuple[str, int]:
        capsys.readouterr()
        code = main(["verify", str(made / "outputs" / "film.json"), *argv])
        told = capsys.readouterr()
        return (told.out + told.err).replace(f"{made}/", ""), code

    return run


def edit(made: Path, change) -> None:
    path = made / "outputs" / "film.json"
    facts = json.loads(path.read_text("utf-8"))
    change(facts)
    path.write_text(json.dumps(facts), "utf-8")


def test_a_film_that_was_moved_is_the_same_film(verified):
    said, code = verified("--quiet")
    assert (said, code) == ("", 0)


def test_a_manifest_of_a_film_with_runs_is_verified_too(tmp_path, capsys):
    argv = ["configs/optimizer_race.yaml", "--size", "160x90", "--fps", "2", "--quiet"]
    short = ["--set", "film.duration=1", "--set", "captions=[]", "--format", "png,json"]
    assert main([*argv, *short, "--out", str(tmp_path)]) == 0
    assert main(["verify", str(tmp_path / "optimizer_race.json"), "--quiet"]) == 0


def test_it_says_what_agrees(verified):
    said, code = verified()
    assert "outputs/film.json: 5 frames, the same\n" in said
    assert code == 0


def test_a_manifest_holds_no_path_and_no_time(made):
    text = (made / "outputs" / "film.json").read_text("utf-8")
    facts = json.loads(text)
    assert facts["config_file"] == "film.yaml"
    assert sorted(facts["reads"]) == ["cars.csv", "mine.yaml", "slope_bias.py"]
    assert str(made.parent) not in text
    assert "tmp" not in text
    assert {"torch", "numpy", "matplotlib", "pillow", "fontpkg-inter"} <= {*facts["versions"]}
    assert all(len(output["hash"]) == 32 for output in facts["outputs"])


def test_a_theme_given_as_a_path_is_told_from_where_the_config_is(made, capsys, monkeypatch):
    monkeypatch.chdir(made)
    argv = ["configs/film.yaml", "--theme", "configs/mine.yaml", "--format", "json", "--quiet"]
    assert main([*argv, "--out", "outputs"]) == 0
    facts = json.loads((made / "outputs" / "film.json").read_text("utf-8"))
    assert facts["config"]["film"]["theme"] == "mine.yaml"
    assert main(["verify", "outputs/film.json", "--quiet"]) == 0


def test_other_data_are_another_film(made, verified):
    table = made / "configs" / "cars.csv"
    table.write_text(table.read_text().replace("5,", "6,"))
    said, code = verified()
    assert code == 1
    assert "5 frames, not the same" in said
    for place in ("reads.cars.csv: ", "data_hash: ", "run.params.w: ", "film.frames_hash: "):
        assert f"\n  {place}" in said


def test_another_theme_is_another_film_of_the_same_numbers(made, verified):
    (made / "configs" / "mine.yaml").write_text("like: night\n")
    said, code = verified()
    assert code == 1
    assert "\n  reads.mine.yaml: " in said
    assert "data_hash" not in said
    assert "run." not in said


def test_another_version_alone_is_told_and_is_no_other_film(verified, monkeypatch):
    real = manifest._version
    monkeypatch.setattr(manifest, "_version", lambda name: "9.9" if name == "numpy" else real(name))
    said, code = verified()
    assert code == 0
    assert f'\n  versions.numpy: "{real("numpy")}", now "9.9"\n' in said


def test_a_changed_scene_that_draws_the_same_is_told_and_is_no_other_film(made, verified):
    scene = made / "scenes" / "slope_bias.py"
    scene.write_text(scene.read_text() + "\n# a remark\n")
    said, code = verified()
    assert code == 0
    assert "reads.slope_bias.py" in said


def test_a_file_that_was_changed_since_is_not_the_film(made, verified):
    poster = made / "outputs" / "film.png"
    poster.write_bytes(poster.read_bytes() + b"\0")
    said, code = verified()
    assert code == 1
    assert "5 frames, the same\n  film.png: has been changed since\n" in said


def test_a_file_that_is_gone_is_told(made, verified):
    (made / "outputs" / "film.png").unlink()
    said, code = verified()
    assert code == 0
    assert "film.png: not beside the manifest" in said


def test_a_config_that_was_edited_since_does_not_matter(made, verified):
    (made / "configs" / "film.yaml").write_text("title: Another\n")
    assert verified("--quiet") == ("", 0)


def test_a_forged_manifest_is_found_out(made, verified):
    edit(made, lambda facts: facts["run"]["params"].update(w=-2.0))
    assert "run.params.w: -2.0, now " in verified()[0]
    edit(made, lambda facts: facts["film"].update(frames_hash="0" * 32))
    assert verified()[1] == 1


def test_where_the_config_moved_its_place_can_be_named(made, verified):
    (made / "configs").rename(made / "elsewhere")
    said, code = verified()
    assert code == 2
    assert "outputs/film.json: its config can't be used here:" in said
    assert "cars.csv: no such file" in said
    assert "--config PATH names its config, or the folder of it" in said
    assert verified("--quiet", "--config", str(made / "elsewhere")) == ("", 0)
    assert verified("--quiet", "--config", str(made / "elsewhere" / "film.yaml")) == ("", 0)
    assert verified("--config", str(made / "nowhere"))[1] == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not a manifest: not JSON"),
        ("[" * 100_000, "not a manifest: not JSON"),
        ("\x00\x01", "not a manifest: not JSON"),
        ("[]", "not a manifest: it has no name"),
        ("{}", "not a manifest: it has no name"),
        ('{"name": "film", "config": 3}', "not a manifest: it has no config"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path, capsys, text, told):
    (tmp_path / "film.json").write_text(text)
    assert main(["verify", str(tmp_path / "film.json")]) == 2
    assert capsys.readouterr().err.endswith(f"film.json: {told}\n")


def test_a_manifest_whose_parts_are_nonsense_is_refused(made, verified):
    for key, nonsense in (
        ("film", 3),
        ("outputs", "x"),
        ("config", {"optimizer": {"lrr": 1}}),
        ("versions", []),
        ("config_file", ""),
        ("config_file", "../../.."),
    ):
        whole = (made / "outputs" / "film.json").read_text("utf-8")
        edit(made, lambda facts, key=key, nonsense=nonsense: facts.update({key: nonsense}))
        said, code = verified()
        assert code == 2, (key, said)
        assert "internal error" not in said
        (made / "outputs" / "film.json").write_text(whole, "utf-8")


def test_a_name_that_is_wrong_is_answered_with_the_nearest(made, capsys):
    assert main(["verify", str(made / "outputs" / "flim.json")]) == 2
    assert "flim.json: no such file; did you mean 'film.json'?" in capsys.readouterr().err
    assert main(["verify", str(made / "outputs")]) == 2
    assert "is a folder: name its manifests" in capsys.readouterr().err


def test_of_several_manifests_each_is_told(made, capsys):
    whole, cut = made / "outputs" / "film.json", made / "cut.json"
    cut.write_text("{")
    assert main(["verify", str(whole), str(cut)]) == 2
    told = capsys.readouterr()
    assert "film.json: 5 frames, the same" in told.out
    assert "cut.json: not a manifest" in told.err


def test_a_film_of_numbers_alone_is_verified_by_them(tmp_path, capsys):
    folder = house(tmp_path)
    argv = [str(folder / "configs" / "film.yaml"), "--format", "csv,json", "--quiet"]
    assert main([*argv, "--out", str(folder / "outputs")]) == 0
    assert main(["verify", str(folder / "outputs" / "film.json")]) == 0
    assert "nothing drawn, numbers the same" in capsys.readouterr().out
    (folder / "configs" / "cars.csv").write_text("speed,dist\n1,2\n2,3\n3,5\n4,4\n5,9\n")
    assert main(["verify", str(folder / "outputs" / "film.json")]) == 1


def test_a_film_that_can_not_be_made_here_fails(made, verified, monkeypatch):
    (made / "scenes" / "slope_bias.py").write_text("def compose(spec): return spec.nothing")
    said, code = verified()
    assert code == 1
    assert "its film can't be made here" in said


def test_verifying_uses_nothing_that_was_kept(made, verified, monkeypatch, tmp_path):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    trained = []
    real = pipeline.learn
    monkeypatch.setattr(
        "render.jobs.verify.learn",
        lambda *args, **kwargs: trained.append(args) or real(*args, **kwargs),
    )
    assert verified()[1] == 0
    assert len(trained) == 1
    assert len(trained[0]) == 1
    assert not (tmp_path / "cache").exists()


ALTERED = {
    "name": lambda facts: facts.update(name="another"),
    "seed": lambda facts: facts.update(seed=facts["seed"] + 1),
    "config_hash": lambda facts: facts.update(config_hash="0" * 64),
    "run.loss": lambda facts: facts["run"].update(loss=0.5),
    "run.steps": lambda facts: facts["run"].update(steps=True),
    "run.verdict": lambda facts: facts["run"].update(verdict="converged for ever"),
    "run.surplus": lambda facts: facts["run"].update(surplus=1),
    "landscape.minimum": lambda facts: facts["landscape"].update(minimum=-1.0),
    "stops": lambda facts: facts["stops"][0].update(words="another"),
    "film.fps": lambda facts: facts["film"].update(fps=25.5),
    "film.duration": lambda facts: facts["film"].pop("duration"),
    "data_hash": lambda facts: facts.update(data_hash="0" * 32),
    "film.png: bytes": lambda facts: facts["outputs"][0].update(bytes=3),
    "film.png: size": lambda facts: facts["outputs"][0].update(size=[1, 2]),
}


@pytest.mark.parametrize("key", sweep(ALTERED, quick=5))
def test_whatever_was_altered_in_a_manifest_is_said_and_fails(made, verified, key):
    edit(made, ALTERED[key])
    said, code = verified()
    assert code == 1
    assert "outputs/film.json: 5 frames, the same" in said
    assert f"\n  {key}" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../..", "a\0b", "x" * 300, "\ud800", "pipe", "endless", "film.png/"],
)
def test_no_name_in_a_manifest_leads_out_of_its_folder_or_has_to_be_waited_for(
    made, verified, name
):
    os.mkfifo(made / "outputs" / "pipe")
    (made / "outputs" / "endless").symlink_to("/dev/zero")
    for hash_ in ("0" * 32, None):
        edit(made, lambda facts, hash_=hash_: facts["outputs"][0].update(file=name, hash=hash_))
        started_s = time.monotonic()
        said, code = verified()
        assert "internal error" not in said
        assert said.replace("\n", "").isprintable()
        missing = not os.path.lexists(made / "outputs" / os.path.basename(name)) and name
        assert code == (0 if missing else 1)
        assert time.monotonic() - started_s < 10


def test_a_folder_in_the_place_of_a_file_is_not_read(made, verified):
    (made / "outputs" / "film.png").unlink()
    (made / "outputs" / "film.png").symlink_to("/")
    said, code = verified()
    assert code == 1
    assert "film.png: not the file that it was" in said


@pytest.mark.parametrize(
    "name", ["a\0b.json", "x" * 300, "\ud800.json", "x" * 5000, "/dev/zero", "pipe"]
)
def test_a_manifest_that_is_no_file_is_refused_at_once(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    started_s = time.monotonic()
    assert main(["verify", name]) == 2
    said = capsys.readouterr().err
    assert "internal error" not in said
    assert said.rstrip("\n").isprintable()
    assert time.monotonic() - started_s < 2


@pytest.mark.parametrize("name", ["", "..", "a\0b", "\ud800.yaml", "x/.."])
def test_a_manifest_whose_config_can_have_no_file_is_refused(made, verified, name):
    edit(made, lambda facts: facts.update(config_file=name))
    said, code = verified()
    assert code == 2
    assert said.endswith("not a manifest: its config file has no name\n")


@pytest.mark.slow
@pytest.mark.parametrize("nonsense", [3, "x", None, [1], {"a": {}}, 1e999, 10**400, True, "\ud800"])
def test_no_value_in_a_manifest_is_a_fault_of_ours(made, verified, nonsense):
    whole = (made / "outputs" / "film.json").read_text("utf-8")
    facts = json.loads(whole)
    first = facts["outputs"][0]
    places = [*((facts, key) for key in facts), *((first, key) for key in first)]
    for place, key in places:
        before, place[key] = place[key], nonsense
        (made / "outputs" / "film.json").write_text(json.dumps(facts), "utf-8")
        said, code = verified()
        place[key] = before
        assert "internal error" not in said, key
        assert said.replace("\n", "").isprintable()
        assert code in (0, 1, 2)


def test_a_film_that_differs_on_another_kind_of_processor_is_told_so(made, verified):
    edit(made, lambda facts: facts["versions"].update(processor="Linux x86_64 other"))
    said, code = verified()
    assert code == 0  # the same frames
    assert "another kind of processor" not in said
    edit(made, lambda facts: facts["film"].update(frames_hash="0" * 32))
    said, code = verified()
    assert code == 1
    assert "not the same; but it was made on another kind of processor" in said
    edit(made, lambda facts: facts["versions"].update(processor=manifest.processor()))
    said, code = verified()
    assert code == 1
    assert "another kind of processor" not in said
