"""What files are called: variants of a film never replace it, and patterns say what they hold."""

from __future__ import annotations

import pytest

from render.config.load import load
from render.config.when import EVERY, STOPS, parse_when
from render.encode.formats.frames import FramesFormat
from render.errors import ConfigError
from render.jobs.names import NamePattern
from render.jobs.plan import OutputRequest, plan, plan_each
from tests.config.home import write


@pytest.fixture
def spec(tmp_path):
    return load(write(tmp_path, "optimizer: {lr: 0.3}\nseed: 7\ntitle: A/B test\noutputs: [mp4]\n"))


def names(spec, **request):
    return [
        target.path.name for job in plan([spec], OutputRequest(**request)) for target in job.targets
    ]


def part(tmp_path, first, last):
    text = f"film: {{frames: [{first}, {last}]}}\noutputs: [mp4, json]\n"
    return load(write(tmp_path, text, "part.yaml"))


def test_a_plain_film_has_the_name_of_its_config(spec):
    assert names(spec) == ["film.mp4"]


@pytest.mark.parametrize(
    ("time", "name"),
    [
        ("step 2", "film-step2.png"),
        ("50%", "film-50pct.png"),
        ("12.5%", "film-12.5pct.png"),
        ("2.50s", "film-2.5s.png"),
        ("epoch 1.5", "film-epoch1.5.png"),
        ("end", "film-end.png"),
        ("Converged", "film-converged.png"),
    ],
)
def test_a_still_says_its_time_in_plain_letters(spec, time, name):
    assert names(spec, stills=(parse_when(time),)) == [name]


def test_the_stills_of_all_steps_have_numbers(spec):
    assert names(spec, stills=(EVERY,)) == ["film.png"]  # becomes film-000.png …
    assert names(spec, stills=(STOPS,)) == ["film-stops.png"]  # becomes film-stops-000.png …


def test_each_still_in_each_format_is_a_file(spec):
    stills = (parse_when("step 2"), parse_when("50%"), parse_when("step 2"))
    assert names(spec, stills=stills, formats=("svg", "pdf")) == [
        "film-step2.svg",
        "film-step2.pdf",
        "film-50pct.svg",
        "film-50pct.pdf",
    ]


def test_a_target_a_draft_and_a_part_stand_in_the_name(spec, tmp_path):
    assert names(spec, target="shorts") == ["film-shorts.mp4"]
    assert names(spec, draft=True) == ["film-draft.mp4"]
    one = part(tmp_path, 0, 59)
    assert names(one) == ["part-frames0-59.mp4", "part-frames0-59.json"]
    assert names(one, target="shorts", draft=True)[0] == "part-shorts-draft-frames0-59.mp4"
    assert names(one, target="shorts", draft=True, name=NamePattern("a"))[0] == (
        "a-shorts-draft-frames0-59.mp4"
    )
    assert names(spec, target="shorts", stills=(parse_when("end"),)) == ["film-shorts-end.png"]


def test_all_frames_of_a_film_are_the_whole_film(tmp_path):
    assert names(part(tmp_path, 0, 239)) == ["part.mp4", "part.json"]


def test_a_file_that_the_user_names_is_called_so(tmp_path):
    one = part(tmp_path, 0, 59)
    assert names(one, files=("a.mp4",), target="shorts", draft=True) == ["a.mp4"]
    assert names(one, files=("a.png",), stills=(parse_when("end"),)) == ["a.png"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{stem}-lr{optimizer.lr}", "film-lr0.3"),
        ("{optimizer.lr:.2f}", "0.30"),
        ("{seed:03}", "007"),
        ("{film.size}", "1280x720"),
        ("{film.size.1}p", "720p"),
        ("{film.duration}s", "8s"),
        ("{film.share}-{film.frames}", "true-none"),
        ("{optimizer.kind}", "sgd"),
        ("{title}", "A-B-test"),
        ("{{{stem}}}", "{film}"),
        ("Füße", "Füße"),
    ],
)
def test_a_pattern_has_values_of_the_whole_config(spec, pattern, name):
    assert NamePattern(pattern).of(spec) == name


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (
            "{optimizer.lrr}",
            "unknown key 'optimizer.lrr'; did you mean 'optimizer.lr'? there are: optimizer.kind, ",
        ),
        ("{lr}", "unknown key 'lr'; did you mean 'optimizer.lr'? there are: stem, title, "),
        ("{film.size.2}", "unknown key 'film.size.2'; did you mean 'film.size."),
        ("{seed.x}", "unknown key 'seed.x'; did you mean 'seed'? there are: seed"),
        ("{}", "unknown key ''"),
        ("{optimizer}", "'optimizer' is several values: name one of optimizer.kind, "),
        ("{stem", "a brace is not closed, or not opened: {{ and }} are braces"),
        ("{stem!r}", "a field is a key and a number's format, like {seed:03}: '{stem!r}'"),
        ("{seed:0999999999}", "a field is a key and a number's format, like {seed:03}: '"),
        ("{title:.2f}", "'title' is A/B test, which has no format '.2f'"),
        ("a/b", "no '/' can be in the name of a file: give the folder apart"),
        ("a:b", "no ':' can be in the name of a file"),
        ("a\nb", "no '\\n' can be in the name of a file"),
        ("", "a file can't be called ''"),
        (".{stem}", "a file can't be called '.film'"),
        ("x" * 201, "a name of 201 bytes: at most 200"),
    ],
)
def test_a_pattern_that_no_file_can_have_is_refused_with_the_nearest_key(spec, pattern, told):
    with pytest.raises(ConfigError) as caught:
        NamePattern(pattern, "--name").of(spec)
    message = str(caught.value).removeprefix("--name ").partition(": ")[2]
    assert message.startswith(told)


def test_a_pattern_that_is_the_same_for_two_films_is_refused(spec, tmp_path):
    other = load(write(tmp_path, "outputs: [mp4]\n", "other.yaml"))
    jobs, refused = plan_each([spec, other], OutputRequest(name=NamePattern("x{optimizer.kind}")))
    assert [job.spec.name for job in jobs] == ["film"]
    told = f"{other.path}: would write outputs/xsgd.mp4 as {spec.path} does"
    assert [(one.path, one.message) for one in refused] == [(other.path, told)]


def test_all_impossible_films_are_told_at_once(tmp_path):
    texts = {"a": "film: {duration: 2}", "b": "{}", "c": "film: {duration: 3}"}
    specs = [load(write(tmp_path, text, f"{n}.yaml")) for n, text in texts.items()]
    with pytest.raises(ConfigError) as caught:
        plan(specs, OutputRequest(stills=(parse_when("5s"),)))
    assert [line.partition(": no still at 5s: ")[2] for line in str(caught.value).splitlines()] == [
        "the film lasts 2 s",
        "the film lasts 3 s",
    ]


@pytest.mark.parametrize("name", ["lr 50%", "a#b&c", "a}\\input{x}", "a\nb", "$a^b~c"])
def test_a_folder_for_latex_has_a_name_that_latex_can_read(tmp_path, name):
    spec = load(write(tmp_path, "outputs: [frames]\n", f"{name}.yaml"))
    (file,) = names(spec)
    assert not set(file) & set('\\{}%#&~^$"\n')
    assert len(file) == len(f"{name}_frames")
    assert FramesFormat.refuse_name(file) is None
    with pytest.raises(ConfigError, match="LaTeX reads no folder with '"):
        plan([spec], OutputRequest(files=(f"{name}_frames",)))
