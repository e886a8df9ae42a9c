"""The languages in which a film says its own texts: a table of translations for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Annotated

from pydantic import Field

from render import registry
from render.config.fields import take
from render.config.options import Options
from render.config.problems import shown
from render.config.yaml import read
from render.phrases import Phrase, capital

TABLES = registry.PACKAGE / "languages"
ENGLISH = "en"


@dataclass(frozen=True)
class Table(Options):
    """The YAML file of a language."""

    title: Annotated[str, Field(description="what the language calls itself")]
    english: Annotated[str, Field(description="what it is called in English")]
    forms: Annotated[dict[str, str], Field(description="each English form, and what is said")]


@dataclass(frozen=True)
class Language:
    """A language: its code, what it calls itself, and what it says for each English form."""

    code: str
    title: str
    english: str
    forms: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: str, own: Callable[[str], str | None] = lambda text: None) -> str:
        """The text in this language. A text of the config is no phrase, and stays as it is.

        A phrase for which `own` has words, given the English ones, is said in these.
        """
        if not isinstance(text, Phrase):
            return text
        if (given := own(text)) is not None:
            return given
        fields = {name: self.say(value, own) for name, value in text.fields.items()}
        said = self.forms.get(text.form, text.form).format(**fields)
        return capital(said) if text.begins else said

    def words(self) -> Mapping[str, str]:
        """The forms without fields: single words and names of things, as labels know them."""
        return {form: said for form, said in self.forms.items() if "{" not in form}


@cache
def language_names() -> tuple[str, ...]:
    """The languages, sorted, by their codes of two letters; no file is read."""
    return tuple(sorted([ENGLISH, *(file.stem for file in TABLES.glob("*.yaml"))]))


@cache
def language(name: str) -> Language:
    """The language of this code. Raises KeyError for one that isn't there."""
    if name not in language_names():
        raise KeyError(name)
    if name == ENGLISH:
        return Language(ENGLISH, "English", "English")
    node, problems = read(TABLES / f"{name}.yaml")
    table: Table = take(problems, node, Table)
    problems.raise_any()
    return Language(name, table.title, table.english, table.forms)


def no_language(name: str) -> str:
    """The message for a name that is none: the code that is meant, and all that there are."""
    there = [language(code) for code in language_names()]
    known = {one.code: one.code for one in there}
    known |= {word.casefold(): one.code for one in there for word in (one.title, one.english)}
    written = name.casefold()
    close = [re.split("[-_.]", written)[0], *get_close_matches(written, known, n=1)]
    meant = next((known[word] for word in close if word in known), "")
    hint = f"; did you mean '{meant}'?" if meant else ";"
    listed = ", ".join(f"{one.code} ({one.title})" for one in there)
    return f"unknown language '{shown(name)}'{hint} there are: {listed}"
