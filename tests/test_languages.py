"""A film in another language: its own words are in that language, the config's stay."""

from __future__ import annotations

import ast
import itertools
import json
import pickle
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from string import Formatter

import pytest

from render import registry
from render.config.language import ENGLISH, language, language_names
from render.config.load import load
from render.config.scene_file import compose
from render.describe.cues import cues
from render.describe.description import sentences
from render.draw.plan import compose as composed
from render.draw.plan import plan_film
from render.draw.torch_code import listing
from render.draw.wording import Wording
from render.encode.base import Cue, Story
from render.encode.formats.html import HtmlFormat
from render.encode.formats.vtt import VttFormat
from render.errors import ConfigError
from render.learn.models.base import Model
from render.phrases import begun, counted, joined, listed, phrase
from render.timeline.stops import Stop
from tests.draw.boxes import check_apart, check_inside, written
from tests.draw.stages import stage_of
from tests.learn.labs import CONFIGS, lab, runs

OTHERS = [name for name in language_names() if name != ENGLISH]
WORD = re.compile(r"[^\W\d_]{3,}")
LETTERS = re.compile(r"[^\W\d_]")


def fields(form):
    """The fields of a form, each as often as it is named."""
    return Counter(name for _, name, _, _ in Formatter().parse(form) if name is not None)


@cache
def named_forms():
    """The forms that the sources name, the words of members that are a YAML file or a kind."""
    forms = set()
    for file in registry.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id in ("phrase", "form") and node.args:
                given = node.args[0]
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    forms.add(given.value)
    for name in registry.names("learn/datasets"):
        forms |= {*getattr(registry.member("learn/datasets", name), "axes", ())} - {"x", "y"}
    for name in registry.names("learn/models"):
        model: type[Model] = registry.member("learn/models", name)
        forms |= {name} if model.needs_data and not model.network else set()
    return {form for form in forms if LETTERS.search(re.sub(r"\{.*?\}", "", form))}


@pytest.mark.parametrize("name", OTHERS)
def test_a_table_has_every_form_with_the_same_fields(name):
    table = language(name).forms
    needed, with_words = named_forms(), {form for form in table if WORD.search(form)}
    assert len(needed) > 150
    assert needed - table.keys() == set()
    assert {form for form in with_words if WORD.search(re.sub(r"\{.*?\}", "", form))} <= needed
    for form, said in table.items():
        assert fields(said) == fields(form), form
        assert said.strip(), form
        assert (form[0] == " ", form[-1] == " ") == (said[0] == " ", said[-1] == " "), form


def test_all_tables_are_of_one_kind_and_no_two_alike():
    assert {*OTHERS} >= {"de", "es", "fr"}
    tables = [language(name).forms for name in OTHERS]
    assert all([*table] == [*tables[0]] for table in tables), "in the same order, to compare"
    same = [
        form
        for form in tables[0]
        if WORD.search(re.sub(r"\{.*?\}", "", form)) and len({t[form] for t in tables}) == 1
    ]
    assert same == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("en", "Stuck at loss 4: a local minimum"),
        ("de", "Steckt bei Verlust 4 fest: ein lokales Minimum"),
        ("fr", "Bloqué à la perte 4 : un minimum local"),
        ("es", "Atascado en la pérdida 4: un mínimo local"),
    ],
)
def test_a_sentence_is_said_as_a_whole_with_its_fields(name, said):
    place = phrase("a local minimum")
    sentence = begun(phrase("stuck at loss {loss}: {place}", loss=4, place=place))
    assert sentence == "Stuck at loss 4: a local minimum"
    assert language(name).say(sentence) == said
    assert language(name).say(pickle.loads(pickle.dumps(sentence))) == said  # to a worker
    assert json.dumps({"sentence": sentence}) == '{"sentence": "Stuck at loss 4: a local minimum"}'


def test_counts_and_lists_of_phrases_are_said_too():
    say = language("de").say
    assert [counted(n, "step") for n in (1, 1200)] == ["1 step", "1,200 steps"]
    assert say(counted(1, "epoch")) == "1 Epoche"
    assert say(joined(", ", [phrase("start"), counted(12, "epoch")])) == "Start, 12 Epochen"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert say(listed(["a", "b", phrase("bias")])) == "a, b und Bias"
    assert say("loss") == "loss", "a text of the config is no phrase"
    assert say(phrase("loss at {name}", name="loss")) == "Verlust bei loss"
    assert say(phrase("loss at {name}", name="{braces}")) == "Verlust bei {braces}"


def spoken(name, code, *sets):
    """A config and its runs in a language, without its captions."""
    given = ("captions=[]", *sets)
    spec = lab(name, f"language={code}", *given)
    return spec, [replace(r, spec=replace(r.spec, language=code)) for r in runs(name)]


def strange(spec, texts, code):
    """The texts with a word that neither the language's table nor the config has."""
    table = {w.casefold() for said in language(code).forms.values() for w in WORD.findall(said)}
    given = [spec.title, *(run.label for run in spec.each), spec.model.formula_text]
    given += [name for one in spec.each for name in one.dataset.names() or () if type(name) is str]
    given += [name for one in spec.each for name in one.dataset.classes or ()]
    if spec.model.network:  # the names of its tensors are the module's
        given += spec.model.shapes(spec.dataset.features, spec.loss.outputs(spec.dataset)) or ()
    own = {w.casefold() for text in given for w in WORD.findall(text)}
    own |= {registry.name_of(type(one.optimizer)) for one in spec.each}
    own |= {word.casefold() for word in WORD.findall(spec.model.title)} | {spec.model.title}
    own |= set(spec.model.parameters())
    return {t for t in texts if any(w.casefold() not in table | own for w in WORD.findall(t))}


def drawn(stage, timeline, monkeypatch):
    """The words of the still layer and of each of some moments, with their boxes."""
    still = written(stage.canvas._still_layer, monkeypatch)
    moments = timeline.spread(3)
    return [still + written(lambda m=m: stage.draw(m), monkeypatch) for m in moments]


FILMS = ["slope", "learning_rates", "optimizer_race", "two_points_diverge", "pytorch_way"]
FILMS += ["logistic_cross_entropy"]
QUICK = [("slope", "de"), ("learning_rates", "fr"), ("logistic_cross_entropy", "es")]
SMALL = ("film.duration=2", "film.fps=10")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow)
        for case in itertools.product([p.stem for p in sorted(CONFIGS.glob("*.yaml"))], OTHERS)
    ],
)
def test_no_word_of_the_films_own_is_english(name, code, monkeypatch):
    spec, each = spoken(name, code, "film.size=[1280, 720]", *SMALL)
    stage, timeline = stage_of(spec, each)
    texts = {box[4] for boxes in drawn(stage, timeline, monkeypatch) for box in boxes}
    assert len(texts) > 10
    assert strange(spec, texts, code) == set()
    plan = plan_film(composed(spec), each)
    told = [*sentences(spec, each, compose(spec))]
    told += [cue.text for cue in cues(spec, each, plan.timing)]
    told += [words for stop in plan.stops for words in (stop.words, stop.numbers)]
    assert strange(spec, told, code) == set()


# Films with a comment in their code, and what it says in English.
COMMENTED = {
    "forgot_zero_grad": ([], 1, "w.grad.zero_() is missing"),
    "normal_equation": ([], 1, "not in torch"),
    "slope": (["model.bias={value: 2, frozen: true}"], 0, "never changes"),
    "slope_bias": (
        ["training.stop={tol: 0.001, patience: 3}"],
        0,
        "until the loss falls by less than 0.001 in 3 epochs",
    ),
}


def comments(name, code):
    """The comments in the code of one of its films."""
    sets, number, _ = COMMENTED[name]
    spec = load(CONFIGS / f"{name}.yaml", [*sets, f"language={code}"]).each[number]
    return [line.text.partition("# ")[2] for line in listing(spec, 9) if "# " in line.text]


@pytest.mark.parametrize("name", COMMENTED)
def test_comments_in_the_code_are_in_the_language(name):
    assert comments(name, ENGLISH) == [COMMENTED[name][2]]
    own = {w.casefold() for w in WORD.findall(COMMENTED[name][2])}
    for code in OTHERS:
        (said,) = comments(name, code)
        words = {w.casefold() for w in WORD.findall(said)}
        assert len(words) > 1
        assert words & own <= {"w", "grad", "zero_", "zero", "torch", "es", "in"}


@pytest.mark.parametrize(
    "name",
    [
        "slope_bias",
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("slope", "twin_features", "penguins")),
    ],
)
def test_nothing_is_lost_to_longer_words(name, monkeypatch):
    counts = []
    for code in (ENGLISH, "de"):
        stage, timeline = stage_of(*spoken(name, code, "film.size=[1280, 720]", *SMALL))
        counts.append([len(boxes) for boxes in drawn(stage, timeline, monkeypatch)])
        stage.figure.clear()
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        pytest.param(*case, marks=() if i in (0, 26) else pytest.mark.slow)
        for i, case in enumerate(
            itertools.product(
                [*FILMS, "slope_bias", "twin_features", "schedules"],
                [[640, 360], [1280, 720], [1080, 1920]],
                OTHERS,
            )
        )
    ],
)
def test_no_word_covers_another_or_leaves_the_frame(name, size, code, monkeypatch):
    stage, timeline = stage_of(*spoken(name, code, f"film.size={size}", *SMALL))
    for boxes in drawn(stage, timeline, monkeypatch):
        check_inside(boxes, size)
        check_apart(boxes)


def test_what_the_config_says_stays_as_it_is(monkeypatch):
    sets = ("title=loss", 'captions=[{at: 0s, text: "the loss per epoch", for: 9}]')
    spec = lab("slope", "language=de", *sets, *SMALL)
    stage, timeline = stage_of(spec, runs("slope"))
    texts = {box[4] for boxes in drawn(stage, timeline, monkeypatch) for box in boxes}
    assert {"loss", "the loss per epoch", "Verlust je Epoche"} <= texts


def test_labels_win_over_the_table_by_words_of_either_language():
    per = phrase("loss per {unit}", unit=phrase("epoch"))
    for label in ("loss", "Verlust"):
        words = Wording.of(lab("slope", "language=de", f"film.labels={{{label}: Kosten}}"))
        assert words.translated(phrase("loss")) == "Kosten"
        assert words.translated(per) == "Kosten je Epoche"
    whole = Wording.of(lab("slope", "language=de", "film.labels={loss per epoch: Lernkurve}"))
    assert whole.translated(per) == "Lernkurve"
    axis = Wording.of(lab("slope", "language=de", "film.labels={w: Anstieg}"))
    assert axis.translated(phrase("slope {name}", name="w")) == "Anstieg"


def test_a_caption_of_its_own_is_in_the_language_and_ends_on_the_verdict():
    spec = lab("slope", "language=fr", "captions=[]", "optimizer.lr=0.4")
    each = runs("slope", "captions=[]", "optimizer.lr=0.4")
    plan = plan_film(composed(spec), each)
    texts = [cue.text for cue in cues(spec, each, plan.timing)]
    above = "lr 0.4 est au-dessus de la limite de cette cuvette, 0.3331"
    curvature = "la limite de cette cuvette (2 sur sa plus forte courbure)"
    assert texts[0] == f"lr 0.4 est au-dessus de 0.3331, {curvature} : chaque pas va trop loin"
    assert texts[-1] == f"Divergé au pas 1 : {above}"
    assert (
        each[0].verdict.sentence
        == "diverged at step 1: lr 0.4 is above the limit of this bowl, 0.3331"
    )


def test_a_page_and_its_captions_name_the_language():
    cue = (Cue(0.0, 1.0, "Départ"),)
    files = {"gif": "f.gif", "png": "f.png"}
    story = Story("f", "F", ("Un point.",), cue, (640, 360), files, language=language("fr"))
    page = HtmlFormat(film="video").written(story)
    assert '<html lang="fr">' in page
    assert ">Sans mouvement</a>" in page
    assert ">Avec mouvement</a>" in page
    film = HtmlFormat(film="video").written(replace(story, files={"mp4": "f.mp4", "png": "f.png"}))
    assert 'srclang="fr" label="Français"' in film
    stops = tuple(Stop(i, i / 9, i, "Pas", "Pas", first=i, last=i) for i in range(3))
    player = HtmlFormat(film="video").written(replace(story, files={"mp4": "f.mp4"}, stops=stops))
    assert ">Suivant</button>" in player
    assert 'film.paused ? "Lire" : "Pause"' in player
    assert not {"Next", "Play", "Previous", " captions"} & {*re.findall(r">([^<]+)<", player)}
    assert VttFormat().written(story).startswith("WEBVTT\n\nNOTE Language: fr\n\n00:00:00.000")
    english = VttFormat().written(replace(story, language=language(ENGLISH)))
    assert english.startswith("WEBVTT\n\n00:00:00.000")


def test_the_language_is_kept_with_the_film_and_changes_no_training():
    from render.cache.keys import film_key, recording_key
    from render.config.dump import learning, resolved

    english, german = lab("slope"), lab("slope", "language=de")
    assert (resolved(english)["language"], resolved(german)["language"]) == ("en", "de")
    assert learning(english) == learning(german)
    data = runs("slope")[0].dataset
    assert recording_key(english, data) == recording_key(german, data)
    assert film_key(english, [], None) != film_key(german, [], None)


@pytest.mark.parametrize(
    ("written_as", "message"),
    [
        ("german", "unknown language 'german'; did you mean 'de'? there are: "),
        ("Deutsh", "unknown language 'Deutsh'; did you mean 'de'? there are: "),
        ("FR", "unknown language 'FR'; did you mean 'fr'? there are: "),
        ("es_MX", "unknown language 'es_MX'; did you mean 'es'? there are: "),
        ("klingon", "unknown language 'klingon'; there are: "),
        ("7", "expected one of de, en, es, fr, found 7"),
        ("[de]", "expected one of de, en, es, fr, found "),
    ],
)
def test_a_wrong_language_is_one_located_message(written_as, message, tmp_path):
    config = tmp_path / "film.yaml"
    config.write_text(f"title: A film\nlanguage: {written_as}\n")
    with pytest.raises(ConfigError) as caught:
        load(config)
    lines = [line for line in str(caught.value).splitlines() if "film.yaml" in line]
    assert len(lines) == 1
    assert "film.yaml:2:11: language: " + message in lines[0]
