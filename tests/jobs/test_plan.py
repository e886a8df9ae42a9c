"""Which film goes into which files."""

from pathlib import Path

import pytest

from render import registry
from render.config.load import load
from render.config.when import parse_when
from render.encode.base import StillFormat
from render.encode.formats.csv import CsvFormat
from render.encode.formats.gif import GifFormat
from render.errors import ConfigError
from render.jobs.plan import OutputRequest, plan
from tests.config.home import write


@pytest.fixture
def spec(tmp_path):
    return load(write(tmp_path, "outputs: [csv, {kind: gif, loop: 3}]\n"))


def files(job):
    return {str(target.path): target.format for target in job.targets}


def refusal(specs, wanted):
    with pytest.raises(ConfigError) as caught:
        plan(specs, wanted)
    return str(caught.value)


def test_the_configs_outputs_lie_beside_each_other_under_its_name(spec):
    (job,) = plan([spec], OutputRequest())
    assert files(job) == {"outputs/film.csv": CsvFormat(), "outputs/film.gif": GifFormat(loop=3)}
    assert job.spec == spec


def test_format_replaces_the_list_and_keeps_the_options_of_what_stays(spec):
    (job,) = plan([spec], OutputRequest(out=Path("here"), formats=("gif", "json")))
    assert list(files(job)) == ["here/film.gif", "here/film.json"]
    assert job.targets[0].format == GifFormat(loop=3)
    assert [output.suffix for output in job.spec.outputs] == [".gif", ".json"]


def test_the_suffix_of_a_named_file_decides_its_format(spec):
    (job,) = plan([spec], OutputRequest(files=("a.GIF", "deep/b.gif")))
    assert files(job) == {"a.GIF": GifFormat(loop=3), "deep/b.gif": GifFormat(loop=3)}
    assert job.spec.outputs == (GifFormat(loop=3),)


def test_unknown_formats_and_suffixes_list_the_known(spec):
    assert refusal([spec], OutputRequest(formats=("mp5",))) == (
        "unknown format 'mp5'; did you mean 'mp4'? "
        f"there are: {', '.join(registry.names('encode/formats'))}"
    )
    told = refusal([spec], OutputRequest(files=("film.avi",)))
    assert told.startswith("film.avi: expected a file name that ends in .apng, .csv, _frames, ")
    assert told.endswith(", .webp, .jpeg")
    told = refusal([spec], OutputRequest(files=("films/",)))
    assert told.startswith("films/: is a folder; expected a file name that ends in .apng, ")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.apng", "apng"),
        ("a.png", "png"),
        ("a.jpeg", "jpg"),
        ("a.JPG", "jpg"),
        ("talk_frames", "frames"),
        ("a.pdf", "pdf"),
        ("talk-handout.pdf", "handout"),
        ("talk-HANDOUT.PDF", "handout"),
        ("handout.pdf", "pdf"),
        ("a.pptx", "pptx"),
        ("a.webm", "webm"),
        ("a.svg", "svg"),
    ],
)
def test_a_suffix_or_the_end_of_a_folders_name_is_one_format(spec, name, kind):
    (job,) = plan([spec], OutputRequest(files=(name,)))
    assert [registry.name_of(type(format_)) for format_ in files(job).values()] == [kind]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.jpeg", "a.svg", "a.pdf"])
def test_a_still_is_any_picture(spec, name):
    (job,) = plan([spec], OutputRequest(files=(name,), stills=(parse_when("end"),)))
    (target,) = job.targets
    assert (target.path.name, isinstance(target.format, StillFormat)) == (name, True)


def test_a_still_can_be_asked_for_by_format(spec):
    (job,) = plan([spec], OutputRequest(formats=("svg",), stills=(parse_when("end"),)))
    assert [target.path.name for target in job.targets] == ["film-end.svg"]


def test_two_films_cannot_have_one_file(tmp_path, spec):
    (tmp_path / "other").mkdir()
    other = load(write(tmp_path / "other", "outputs: [csv]\n"))
    told = refusal([spec, other], OutputRequest())
    assert told == f"{other.path}: would write outputs/film.csv as {spec.path} does"


def test_two_outputs_cannot_have_one_file(spec):
    told = refusal([spec], OutputRequest(files=("a.gif", "./a.gif")))
    assert told == f"{spec.path}: would write a.gif twice"


def test_no_output_overwrites_a_config(tmp_path):
    spec = load(write(tmp_path, "{}", "film.json"))
    told = refusal([spec], OutputRequest(out=spec.path.parent, formats=("json",)))
    assert told == f"{spec.path}: would overwrite the config {spec.path}"


def test_names_that_differ_in_case_alone_are_one_file_on_many_systems(tmp_path, spec):
    other = load(write(tmp_path, "outputs: [csv]\n", "FILM.yaml"))
    told = refusal([spec, other], OutputRequest())
    assert told == f"{other.path}: would write outputs/FILM.csv as {spec.path} does"


def test_two_ways_to_spell_an_accent_are_one_name(tmp_path):
    specs = [load(write(tmp_path, "outputs: [csv]\n", f"{n}.yaml")) for n in ("\xfc", "u\u0308")]
    assert "would write" in refusal(specs, OutputRequest())


def test_a_linked_folder_does_not_hide_that_two_films_have_one_file(tmp_path, spec):
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to("real")
    files = (str(tmp_path / "real" / "a.gif"), str(tmp_path / "linked" / "a.gif"))
    assert "would write" in refusal([spec], OutputRequest(files=files))
