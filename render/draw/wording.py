"""The texts on screen: in the film's language, with the labels of the config (`film.labels`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from render.config.language import ENGLISH, Language, language
from render.config.spec import Spec
from render.draw.matplotlib_import import import_matplotlib
from render.phrases import Phrase

SYMBOL = re.compile(r"[^\W\d_][\d₀-₉]*")  # x, w1: may be part of a formula
ASSIGNMENT = "←"
MAX_TEXTS = 4096  # cached texts, 0.2 kB each: changing numbers make new texts in every frame
INTER = "αβγδεηθλμπστφω∂√∞≈≠≤≥−×÷·…–—′″‘’“”„‚‹›€←→↑↓₀₁₂₃₄₅₆₇₈₉"
LATIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180))))
PLAIN = (LATIN | frozenset(INTER)) - frozenset("\xadŉ")  # letters that Inter certainly has


class Translated(str):
    """A text in which the labels are replaced already, so that it is not translated again."""


class Rich(Translated):
    """A text that is drawn in pieces, by draw.mathtext."""

    math = False  # whether $…$ in it is mathtext
    tabular = False  # whether its digits are all of one width, so that nothing after them moves


class Tex(Rich):
    """A text with mathtext in it, for films that ask for it."""

    math = True


class Live(Rich):
    """A text whose numbers change while it is shown."""

    tabular = True


class LiveTex(Live):
    """Both of them."""

    math = True


def rich(tex: bool, live: bool) -> type[Translated]:
    """The kind of text that has mathtext in it, or numbers that change."""
    if live:
        return LiveTex if tex else Live
    return Tex if tex else Translated


def extended(text: str, note: str) -> Translated:
    """A translated text with a note after it, which is not translated; formulas stay formulas."""
    kind = type(text) if isinstance(text, Translated) else Translated
    return kind(text + note)


@dataclass(frozen=True)
class Wording:
    """Says our texts in the film's language, and with the labels of the config.

    A text that is a label is replaced as a whole. In other texts each label that occurs as a whole
    word is replaced, the longest first. The author's own texts and symbols in formulas stay. In
    another language than English a label may name a phrase by its English words or by the
    language's own.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    verbatim: frozenset[str] = frozenset()  # texts of the config, which stay as they are
    symbols: frozenset[str] = frozenset()  # of parameters
    tex: bool = False  # whether $…$ in titles and labels is mathtext
    language: Language = field(default_factory=lambda: language(ENGLISH))

    @classmethod
    def of(cls, spec: Spec) -> Wording:
        """The wording of a film; a parameter's label is that of its axis."""
        spoken = language(spec.language)
        labels, symbols = dict(spec.film.labels), set[str]()
        for one in spec.each:
            symbols |= one.model.parameters().keys()
            for name, usual in one.model.labels().items():
                if name in spec.film.labels:
                    labels.setdefault(usual, spec.film.labels[name])
        verbatim = (spec.title, *(one.label for one in spec.each))
        own = frozenset(verbatim) - labels.keys()
        for english, said in spoken.words().items():
            if english in spec.film.labels:
                labels.setdefault(said, spec.film.labels[english])
        return cls(labels, own, frozenset(symbols), spec.film.tex, spoken)

    def translated(self, text: str) -> str:
        """The text in the film's language, with the config's labels."""
        if not text or isinstance(text, Translated):
            return text
        if self.language.forms and isinstance(text, Phrase):
            text = self.language.say(text, self.labels.get)
        if not (self.labels or self.tex):
            return text
        return self._cached(text)

    def _in_words(self, text: str) -> str:
        if text in self.labels:
            return self.labels[text]
        if text in self.verbatim or ASSIGNMENT in text or self._words is None:
            return text
        return self._words.sub(lambda match: self.labels[match[0]], text)

    @cached_property
    def _cached(self) -> Callable[[str], Translated]:
        def made(text: str) -> Translated:
            words = self._in_words(text)
            return Tex(words) if self.tex and "$" in words else Translated(words)

        return lru_cache(maxsize=MAX_TEXTS)(made)

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        inside = [k for k in self.labels if k not in self.symbols and not SYMBOL.fullmatch(k)]
        if not inside:
            return None
        longest = sorted(inside, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


def check_letters(spec: Spec) -> None:
    """Raise RenderError, which names letters of the config's texts that no installed font has.

    Matplotlib is imported only if some letters are not Latin.
    """
    captions = (caption.text for caption in spec.captions)
    runs = (run.label for run in spec.runs)
    unusual = [
        text
        for text in (spec.title, *runs, *captions, *spec.film.labels.values(), *_lines(spec))
        if not PLAIN.issuperset(text)
    ]
    if unusual:
        import_matplotlib()
        from render.draw.style import families

        for text in unusual:
            families(text)


def _lines(spec: Spec) -> list[str]:
    """The texts in the options of the layout's panels, line by line."""
    layout = spec.film.layout
    given = layout.of(spec.film.size).options.values() if layout else ()
    texts = [text for options in given for text in options.values() if isinstance(text, str)]
    return [line for text in texts for line in text.splitlines()]
