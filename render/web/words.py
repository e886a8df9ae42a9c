"""The texts of the page's controls, in the film's language."""

from __future__ import annotations

from render.config.language import Language
from render.phrases import Phrase, form, phrase

TEXTS: dict[str, Phrase] = {
    "player": phrase("Play the film"),
    "play": phrase("Play"),
}


def words(language: Language) -> dict[str, str]:
    """Each text by its key; fields in braces are filled in by the page."""
    return {key: language.say(text) for key, text in TEXTS.items()}
