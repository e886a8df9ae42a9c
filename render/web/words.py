"""The texts of the page's controls, in the film's language."""

from __future__ import annotations

from render.config.language import Language
from render.phrases import form

TEXTS = {
    "player": form("Play the film"),
    "bar": form("step"),
    "previous": form("Previous"),
    "previous_title": form("to the stop before: ←"),
    "play": form("Play"),
    "play_title": form("play, or pause: space"),
    "pause": form("Pause"),
    "next": form("Next"),
    "next_title": form("play to the next stop: →"),
    "back_title": form("one step back: ,"),
    "forth_title": form("one step on: ."),
    "through": form("play through"),
    "speed": form("speed"),
    "full_screen": form("Full screen"),
    "surface": form("the loss surface: turn it with a drag or the arrow keys"),
    "explore": form("try it yourself"),
    "figures": form("recorded numbers"),
    "run": form("run"),
    "step": form("step"),
    "loss": form("loss"),
    "at_step": form("step {step}: loss {loss}"),
    "csv": form("Numbers as CSV"),
    "config": form("Config"),
    "pick": form("show {run} alone, or all"),
    "narrow": form("In a wider window there are more panels."),
    "thinned": form("A long run: not each of its steps is in this page."),
}


def words(language: Language) -> dict[str, str]:
    """Each text by its key; the page fills in the fields in braces."""
    return {key: language.forms.get(text, text) for key, text in TEXTS.items()}
