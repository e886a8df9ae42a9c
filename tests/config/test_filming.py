"""How a film is shot: a camera that moves, words in another language."""

import pytest

from render.config.load import load
from render.config.spec import CameraOptions, Keyframe
from render.config.when import When
from tests.config.home import write
from tests.test_errors import refusal

FILMS = {
    "an orbit and keyframes": (
        "film: {camera: {orbit: 90, keyframes: [{at: end, azim: 3}]}}\n",
        "F:1:17: film.camera.orbit: the camera can turn around or go through keyframes, "
        "not both: leave one out\n"
        "  1 | film: {camera: {orbit: 90, keyframes: [{at: end, azim: 3}]}}\n"
        "    |                 ^^^^^",
    ),
    "a keyframe without a time": (
        "film: {camera: {keyframes: [{azim: 3}]}}\n",
        "F:1:29: film.camera.keyframes.0: missing key 'at': a time like 2.5s, 50%, step "
        "3, epoch 10, converged or end\n"
        "  1 | film: {camera: {keyframes: [{azim: 3}]}}\n"
        "    |                             ^^^^^^^^^",
    ),
    "a keyframe at no time": (
        "film: {camera: {keyframes: [{at: soon, azim: 3}]}}\n",
        "F:1:34: film.camera.keyframes.0.at: expected a time like 2.5s, 50%, step 3, "
        "epoch 10, converged or end, found 'soon'\n"
        "  1 | film: {camera: {keyframes: [{at: soon, azim: 3}]}}\n"
        "    |                                  ^^^^",
    ),
    "a keyframe below the floor": (
        "film: {camera: {keyframes: [{at: 1s, elev: -3}]}}\n",
        "F:1:44: film.camera.keyframes.0.elev: expected a number from 5 to 75, found -3\n"
        "  1 | film: {camera: {keyframes: [{at: 1s, elev: -3}]}}\n"
        "    |                                            ^^",
    ),
    "a keyframe with an option it has not": (
        "film: {camera: {keyframes: [{at: 1s, elevation: 3}]}}\n",
        "F:1:38: film.camera.keyframes.0.elevation: unknown key; did you mean 'elev'? "
        "allowed: at, elev, azim, zoom\n"
        "  1 | film: {camera: {keyframes: [{at: 1s, elevation: 3}]}}\n"
        "    |                                      ^^^^^^^^^",
    ),
    "keyframes that are none": (
        "film: {camera: {keyframes: 3}}\n",
        "F:1:28: film.camera.keyframes: expected a list of mappings of at, elev, azim, "
        "zoom, found 3\n"
        "  1 | film: {camera: {keyframes: 3}}\n"
        "    |                            ^",
    ),
    "too many keyframes": (
        "film: {camera: {keyframes: [{at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: end}, {at: "
        "end}, {at: end}, {at: end}, {at: end}, {at: end}]}}\n",
        "F:1:28: film.camera.keyframes: at most 50 keyframes, found 51\n"
        "  1 | film: {camera: {keyframes: [{at: end}, {at: end}, {at: end}, {at: end}, "
        "{at: end}, {at: end}, {at: e\n"
        "    |                            "
        "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "a zoom too near": (
        "film: {camera: {zoom: 5}}\n",
        "F:1:23: film.camera.zoom: expected a number from 0.5 to 4, found 5\n"
        "  1 | film: {camera: {zoom: 5}}\n"
        "    |                       ^",
    ),
    "an ease that there isn't": (
        "film: {camera: {ease: cubic}}\n",
        "F:1:23: film.camera.ease: expected 'auto' or 'linear' or 'sine_in_out', found "
        "'cubic'\n"
        "  1 | film: {camera: {ease: cubic}}\n"
        "    |                       ^^^^^",
    ),
    "an orbit that never ends": (
        "film: {camera: {orbit: .inf}}\n",
        "F:1:24: film.camera.orbit: expected a number from -3600 to 3600, found .inf\n"
        "  1 | film: {camera: {orbit: .inf}}\n"
        "    |                        ^^^^",
    ),
    "a label that is a number": (
        "film: {labels: {loss: 3}}\n",
        "F:1:23: film.labels.loss: expected a text, found 3: put it in quotes\n"
        "  1 | film: {labels: {loss: 3}}\n"
        "    |                       ^",
    ),
    "a label of nothing": (
        "film: {labels: {loss: ''}}\n",
        "F:1:23: film.labels.loss: expected 1 to 60 characters in one line, found ''\n"
        "  1 | film: {labels: {loss: ''}}\n"
        "    |                       ^^",
    ),
    "a label for nothing": (
        "film: {labels: {'': Verlust}}\n",
        "F:1:17: film.labels.: expected 1 to 60 characters in one line, found ''\n"
        "  1 | film: {labels: {'': Verlust}}\n"
        "    |                 ^^",
    ),
    "a label in two lines": (
        'film: {labels: {loss: "a\\nb"}}\n',
        "F:1:23: film.labels.loss: expected 1 to 60 characters in one line, found 'a\\nb'\n"
        '  1 | film: {labels: {loss: "a\\nb"}}\n'
        "    |                       ^^^^^^",
    ),
    "a label too long": (
        "film: {labels: {loss: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}}\n",
        "F:1:23: film.labels.loss: expected 1 to 60 characters in one line, found "
        "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'\n"
        "  1 | film: {labels: {loss: "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}}\n"
        "    |                       "
        "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "labels that are a text": (
        "film: {labels: Verlust}\n",
        "F:1:16: film.labels: expected a mapping, found 'Verlust'\n"
        "  1 | film: {labels: Verlust}\n"
        "    |                ^^^^^^^",
    ),
    "captions switched off with a word": (
        "film: {auto_captions: off}\n",
        "F:1:23: film.auto_captions: expected true or false, found 'off': write false\n"
        "  1 | film: {auto_captions: off}\n"
        "    |                       ^^^",
    ),
    "labels at the top": (
        "labels: {loss: Verlust}\n",
        "F:1:1: labels: unknown key; did you mean 'film.labels'?\n"
        "  1 | labels: {loss: Verlust}\n"
        "    | ^^^^^^",
    ),
}


@pytest.fixture
def film(tmp_path):
    return lambda text, *sets: load(write(tmp_path, text), sets).film


@pytest.mark.parametrize(("text", "told"), FILMS.values(), ids=FILMS)
def test_what_is_wrong_with_a_film_is_told_word_for_word(tmp_path, text, told):
    assert refusal(tmp_path, text) == told


def test_a_camera_stands_still_unless_told_otherwise(film):
    assert film("{}").camera == CameraOptions()
    assert (film("{}").camera.orbit, film("{}").camera.zoom) == (0.0, 1.0)


def test_options_of_the_command_line_reach_the_camera(film):
    text = "film: {camera: {keyframes: [{at: 0s, azim: 3}, {at: end, zoom: 2}]}}"
    camera = film(text, "film.camera.keyframes.1.azim=30", "film.camera.ease=linear").camera
    assert camera.ease == "linear"
    assert camera.keyframes == (
        Keyframe(When("s", 0), azim=3.0),
        Keyframe(When("end"), azim=30.0, zoom=2.0),
    )
    assert film("{}", "film.camera.orbit=90", "film.camera.zoom=2").camera.orbit == 90.0


def test_words_may_be_in_another_language(film):
    labels = {"w": "Steigung", "data and prediction": "Daten und Vorhersage"}
    text = "film: {labels: {w: Steigung, data and prediction: Daten und Vorhersage}}"
    assert film(text).labels == labels
    assert film("{}", "film.labels.loss=Verlust").labels == {"loss": "Verlust"}
    assert film("{}").labels == {}


def test_automatic_captions_can_be_switched_off(film):
    assert film("{}").auto_captions
    assert not film("{}", "film.auto_captions=false").auto_captions


def test_a_fault_of_the_film_hides_none_of_its_layout(tmp_path):
    told = refusal(tmp_path, "film: {fps: 0, layout: [los]}\n")
    assert "film.fps" in told
    assert "film.layout: unknown panel" in told
