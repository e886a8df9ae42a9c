"""The film's own texts: each a whole phrase with fields, so that it can be said in any language.

A `Phrase` is the English text. It remembers the form and the fields it was made of, and
`config.language` makes the same phrase of another form with the same fields. Texts of a config
are plain strings: no language changes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Phrase(str):
    """A text of the film's own, in English."""

    form: str  # with its fields in braces
    fields: Mapping[str, str]
    begins: bool = False  # whether it starts with a capital letter, as a sentence does


def form(text: str) -> str:
    """A form that is filled later: tables of languages are checked against all that are named."""
    return text


def phrase(text: str, /, **fields: object) -> Phrase:
    """The phrase of a form; a field is a number as it is written, a name, or another phrase."""
    given = {name: f if isinstance(f, str) else str(f) for name, f in fields.items()}
    return _made(text, given)


def joined(between: str, parts: Sequence[str]) -> str:
    """Texts one after another; the only one alone."""
    if len(parts) == 1:
        return parts[0]
    names = [f"p{i}" for i in range(len(parts))]
    mark = between.replace("{", "{{").replace("}", "}}")
    return _made(mark.join(f"{{{name}}}" for name in names), dict(zip(names, parts, strict=True)))


def listed(parts: Sequence[str]) -> str:
    """Texts as in a sentence: `a, b and c`."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return phrase("{several} and {last}", several=joined(", ", parts[:-1]), last=parts[-1])


def begun(text: str) -> str:
    """The text with a capital first letter."""
    if not isinstance(text, Phrase):
        return capital(text)
    return _made(text.form, text.fields, begins=True)


def capital(text: str) -> str:
    """A plain text with a capital first letter."""
    return text[:1].upper() + text[1:]


def unit(name: str) -> Phrase:
    """What a clock counts: `epoch` or `step`."""
    return phrase("epoch") if name == "epoch" else phrase("step")


def counted(count: float, noun: str) -> Phrase:
    """`1 step`, `1,200 epochs`: how many steps, epochs or points."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:,g}"
    forms = {
        "step": (form("{count} step"), form("{count} steps")),
        "epoch": (form("{count} epoch"), form("{count} epochs")),
        "point": (form("{count} point"), form("{count} points")),
    }
    return phrase(forms[noun][count != 1], count=number)


def _made(text: str, fields: Mapping[str, str], begins: bool = False) -> Phrase:
    english = text.format(**fields)
    made = Phrase(capital(english) if begins else english)
    made.form, made.fields, made.begins = text, fields, begins
    return made
