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
    "explore_lr": form("learning rate"),
    "explore_momentum": form("momentum"),
    "explore_start": form("start"),
    "explore_recorded": form("as recorded"),
    "explore_computed": form("computed here"),
    "explore_limit": form("plain gradient descent diverges above it"),
    "explore_place": form("click the contours to place the start"),
    "explore_place_on_curve": form("click the curve to place the start"),
    "explore_ends": form("computed here: loss {loss} at the end (recorded: {recorded})"),
    "explore_beyond": form("computed here: beyond all numbers at step {step}"),
    "explore_nowhere": form("the loss is no number at this start"),
    "explore_replayed": form("only replayed, not computed here: {reason}"),
    "explore_other_number": form(
        "Don't trust this page: at step {step} it computes {column} = {computed},"
        " but {recorded} is recorded"
    ),
    "explore_other_steps": form(
        "Don't trust this page: it computes {computed} steps, but {recorded} are recorded"
    ),
    "pick": form("show {run} alone, or all"),
    "all_runs": form("all runs"),
    "narrow": form("In a wider window there are more panels."),
    "thinned": form("A long run: not each of its steps is in this page."),
}


def words(language: Language) -> dict[str, str]:
    """Each text by its key; the page fills in the fields in braces."""
    return {key: language.forms.get(text, text) for key, text in TEXTS.items()}
