"""The captions of a film: texts with fields for numbers, each at its time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Annotated, Any

from pydantic import Field

from render.config.fields import as_written, take, unknown_key
from render.config.node import Node
from render.config.options import Flag, Number
from render.config.problems import Problems, Span, shown, unknown
from render.config.spec import At, CaptionOptions, FilmOptions
from render.config.tex import template

MAX_CAPTIONS, MAX_LETTERS = 20, 120  # captions, letters of each
KEYS: Mapping[str, Any] = {
    "at": At,
    "text": Annotated[str, Field(strict=True, min_length=1)],
    "for": Annotated[Number, Field(gt=0, le=600, description="seconds that it is shown")],
    "tex": Annotated[Flag, Field(description="whether $…$ in it is mathtext")],
    "live": Annotated[Flag, Field(description="whether its numbers change while it is shown")],
}
GRADIENT = "grad_"  # before the name of a parameter: the derivative of the loss by it
ACCURACY = "accuracy"  # the share of the training points whose class is predicted
AWAY = ("distance", "grad_norm")  # of a network: from its plane, and over all of its weights
COUNTED = ("epoch", "step")
SURFACE = ("lr_max", "condition", "minimum")
NAME = re.compile(r"[^\W\d]\w*")
# The formats that Python has for numbers, without widths of millions and formats of a language.
FORMAT = re.compile(r"(.?[<>=^])?[-+ ]?z?#?0?[0-9]{0,2}[,_]?(\.[0-9]{1,2})?[eEfFgG%]?")


def captions(
    problems: Problems,
    root: Node,
    film: FilmOptions | None,
    built: Sequence[Mapping[str, Any]],
) -> tuple[CaptionOptions, ...]:
    """Every caption; what is wrong with one is noted as a problem.

    `built` has the parts of each run by their names.
    """
    node = root.get("captions")
    if node is None:
        return ()
    if not isinstance(node.value, list):
        expected = "expected a list of captions, like [{at: 50%, text: Halfway}]"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return ()
    if len(node.value) > MAX_CAPTIONS:
        problems.refuse(node, f"at most {MAX_CAPTIONS} captions, found {len(node.value)}")
        return ()
    fields = _fields(film, built)
    read = [_caption(problems, item, fields) for item in node.value]
    return tuple(caption for caption in read if caption is not None)


def _caption(
    problems: Problems, node: Node, fields: Mapping[str, str | None]
) -> CaptionOptions | None:
    if not isinstance(node.value, dict):
        expected = f"expected a mapping of {', '.join(KEYS)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return None
    for key in node.entries:
        if key not in KEYS:
            unknown_key(problems, node, key, tuple(KEYS))
    for key, meaning in (("at", "when it is shown"), ("text", "what is shown")):
        if key not in node.entries:
            problems.refuse(node, f"missing key '{key}': {meaning}")
    given = {k: take(problems, node.at(k), KEYS[k]) for k in KEYS if k in node.entries}
    at, text = given.get("at"), given.get("text")
    tex = bool(given.get("tex"))
    if text is not None:
        for fault, field in _faults(text, fields, tex):
            span = Span(text, max(0, text.find(field)), len(field)) if field else None
            problems.refuse(node.at("text"), fault, span=span)
    if at is None or text is None:
        return None
    lasts_s = given.get("for") or CaptionOptions.lasts_s
    return CaptionOptions(at, text, lasts_s, tex, bool(given.get("live")))


def _faults(
    text: str, fields: Mapping[str, str | None], tex: bool = False
) -> Iterator[tuple[str, str]]:
    """Each fault of a text, with the field that has it as it is written."""
    if len(text) > MAX_LETTERS:
        yield f"at most {MAX_LETTERS} characters, found {len(text)}", ""
    elif not text.isprintable() or not text.strip():
        yield f"expected one line of text, found '{shown(text)}'", ""
    try:
        parsed = list(Formatter().parse(template(text) if tex else text))
    except ValueError:
        yield "a brace is not closed, or not opened: write {{ and }} for braces themselves", ""
        return
    for _, name, how, conversion in parsed:
        if name is None:
            continue
        written = f"{name}{f'!{conversion}' if conversion else ''}{f':{how}' if how else ''}"
        source, field = f"{{{written}}}", f"'{{{shown(written, 40)}}}'"
        if not NAME.fullmatch(name) or conversion or "{" in (how or ""):
            yield f"a field is a name and a format, like {{loss:.3g}}, found {field}", source
        elif fields and name not in fields:
            yield unknown("field", name, [f for f in fields if fields[f] is None]), source
        elif fields and (reason := fields[name]) is not None:
            yield reason, source
        elif not _writes(how or ""):
            yield f"{field} has no format of a number: one is .2f, .3g or +.1e", source


def _writes(how: str) -> bool:
    """Whether a number can be written in this format."""
    if not FORMAT.fullmatch(how):
        return False
    try:
        format(1.0, how)
    except ValueError:
        return False
    return True


def _fields(film: FilmOptions | None, built: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """Every field name, with the reason if this film can't use it; empty for a faulty config."""
    models = [one["model"] for one in built]
    if film is None or not models or None in models:
        return {}
    each = list(zip(models, built, strict=True))
    names = tuple(dict.fromkeys(name for model in models for name in model.parameters()))
    trained = dict.fromkeys(
        name for model in models for name, p in model.parameters().items() if not p.frozen
    )
    gradients = tuple(f"{GRADIENT}{name}" for name in trained)
    classes = any(model.network and one["loss"] and one["loss"].classifies for model, one in each)
    away = AWAY if all(model.network for model in models) else ()
    if all(one["dataset"] and one["loss"] for one in built):
        away += tuple(c for one in built for m in one["measure"] for c in m.fields(*_of(one)))
    own = (*names, "loss", "lr", *((ACCURACY,) if classes else ()), *away, *gradients)
    surface = (*SURFACE, *(f"optimum_{name}" for name in names))
    if all(model.network for model in models):
        surface = ()  # nothing is known of the minimum of a network
    shared: tuple[str, ...] = COUNTED
    if len(built) == 1:
        shared = (*own, *COUNTED, *surface)
    elif film.runs == "race":
        shared = (*COUNTED, *surface)
    if len(built) > 1 and film.clock != "steps" and not _in_step(built):
        shared = tuple(name for name in shared if name != "step")
    fixed = {
        f"{GRADIENT}{name}": f"'{name}' is frozen, so it has no gradient"
        for name in names
        if name not in trained
    }
    return fixed | {
        name: None if name in shared else _not_shared(name, shared)
        for name in dict.fromkeys((*own, *COUNTED, *surface))
    }


def _of(parts: Mapping[str, Any]) -> tuple[Any, ...]:
    return parts["model"], parts["dataset"], parts["loss"]


def _in_step(built: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all runs have the same number of steps in an epoch."""
    sizes = {one["training"].batch_size if one["training"] else "full" for one in built}
    same_data = all(one["dataset"] == built[0]["dataset"] for one in built)
    return sizes == {"full"} or (len(sizes) == 1 and same_data)


def _not_shared(name: str, shared: Sequence[str]) -> str:
    return f"each run has its own {name}: a caption of several can show {', '.join(shared)}"
