"""The words that films write by themselves, so that a label for none of them can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from render import registry
from render.config.language import ENGLISH, language, language_names
from render.config.problems import dotted
from render.config.spec import Spec

SYMBOLS = ("ŷ", "x", "z", "∂L/∂w")  # of formulas, which are the same in every language
WORD = re.compile(r"[^\W\d_][\w-]*")


def own_texts() -> tuple[str, ...]:
    """The English texts that films write by themselves: a table of translations has each."""
    spoken = next(name for name in language_names() if name != ENGLISH)
    return (*language(spoken).forms, *SYMBOLS)


def _film_texts(spec: Spec) -> Iterator[str]:
    """The texts that a config brings: names, labels of axes and runs, kinds, the title."""
    yield spec.title
    for one in spec.each:
        yield one.label
        for name, usual in one.model.labels().items():
            yield from (name, usual)
        yield from one.model.parameters()
        yield from one.dataset.names() or ("x", "y")
        for part in (one.model, one.loss, one.optimizer, one.schedule, one.dataset):
            yield from (registry.name_of(type(part)), getattr(part, "title", "") or "")
            yield from (type(part).__name__, str(getattr(part, "in_torch", "") or ""))


def unmatched(spec: Spec) -> list[tuple[str, str]]:
    """Each label of the config that no text of any film has, with a hint at the nearest word."""
    if not spec.film.labels:
        return []
    spoken = language(spec.language).forms.values()
    texts = (*own_texts(), *_film_texts(spec), *spoken)
    known = {word for text in texts for word in WORD.findall(text)}
    found = []
    for label in spec.film.labels:
        words = WORD.findall(label)
        if label in texts or (words and known.issuperset(words)) or not words:
            continue
        found.append((label, _meant(label, sorted(known))))
    return found


def _meant(label: str, known: list[str]) -> str:
    """A hint at the label with the nearest known word for each unknown one; empty if none is."""
    meant = label
    for word in WORD.findall(label):
        if word not in known:
            close = get_close_matches(word.casefold(), known, n=1)
            meant = meant.replace(word, close[0]) if close else ""
    return f"; did you mean '{meant}'?" if meant else ""


def label_remarks(spec: Spec) -> tuple[str, ...]:
    """A line, with its place, for each label that replaces nothing."""
    lines = []
    for label, hint in unmatched(spec):
        path = ("film", "labels", label)
        where = spec.source.where(path, at_key=True) if spec.source else dotted(path)
        lines.append(f"{where}: replaces nothing: no text on screen has this word{hint}")
    return tuple(lines)
