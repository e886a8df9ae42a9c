"""The options of a class as a list: name, default, what is allowed, what it is, an example."""

from __future__ import annotations

import html
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from docs.generate import examples
from docs.generate.markup import flow, inline, nested
from render.commands.common import catalogue
from render.config.build import SHELVES
from render.config.fields import bare, limit, metadata
from render.config.layout import Layout
from render.config.schema.described import REQUIRED, OptionDoc, described
from render.config.spec import SizePx
from render.config.when import When

Path = tuple[str, ...]
SIZE = bare(SizePx)


@dataclass(frozen=True)
class Option:
    """An option with its place: `path` is where examples are looked for, `id` its anchor."""

    id: str
    name: str  # within its list: `validation.fraction`
    path: Path
    doc: OptionDoc
    beside: Mapping[str, Any] = field(default_factory=dict)  # that an example says too


def of(cls: type[Any], prefix: str, path: Path, skip: Sequence[str] = ()) -> Iterator[Option]:
    """Every option of a dataclass, and of the dataclasses in it; `path` is that of the class."""
    for option in _within(described(cls), prefix, "", path, skip):
        says = getattr(cls, "beside", None)
        of_it = says is not None and option.name not in ("name", "lr")
        yield replace(option, beside=says(option.name)) if of_it and says else option


def _within(
    docs: Iterable[OptionDoc], prefix: str, above: str, path: Path, skip: Sequence[str]
) -> Iterator[Option]:
    for doc in docs:
        if doc.name in skip:
            continue
        name = f"{above}{doc.name}"
        here = (*path, doc.name)
        yield Option(f"{prefix}.{name}" if prefix else name, name, here, doc)
        found = [*_classes(doc.annotation)]
        for inner in dict.fromkeys(cls for cls, _ in found):
            listed = (inner, False) not in found
            items = _fewest(doc.annotation)
            inside = (*path, f"{doc.name}[{items}]") if listed else here
            for option in _within(described(inner), prefix, f"{name}.", inside, ()):
                others = {k: v for k, v in _required(inner).items() if k != option.doc.name}
                yield option if option.beside else replace(option, beside=others)


def _fewest(annotation: Any) -> int:
    """How many items a list must have."""
    extras = (getattr(extra, "json_schema_extra", None) or {} for extra in metadata(annotation))
    return limit(annotation, "min_length") or max((e.get("minItems", 1) for e in extras), default=1)


def _required(cls: Any) -> dict[str, Any]:
    """What a mapping of a class must have, with samples."""
    needed = (doc for doc in described(cls) if doc.default is REQUIRED)
    return {doc.name: _sample(doc.annotation, None) for doc in needed}


def _classes(annotation: Any, listed: bool = False) -> Iterator[tuple[Any, bool]]:
    """The dataclasses of options that an annotation has in it, and whether as items of a list."""
    kind = bare(annotation)
    if kind in (When, Layout):
        return
    if is_dataclass(kind):
        yield kind, listed
    elif get_origin(kind) in (tuple, list, Union, types.UnionType, Annotated):
        for part in get_args(kind):
            yield from _classes(part, listed or get_origin(kind) in (tuple, list))


def table(options: Sequence[Option], base: str = "") -> str:
    """The options as HTML; `base` is the way to the root of the pages."""
    if not options:
        return ""
    items = "\n".join(_item(option, base) for option in options)
    return f'<dl class="options">\n{items}\n</dl>'


def _item(option: Option, base: str) -> str:
    doc = option.doc
    also = "".join(f" or <code>{html.escape(one)}</code>" for one in doc.aliases)
    what = inline(doc.about)
    lines = [
        f'<dt id="{option.id}"><code>{html.escape(option.name)}</code>{also}{default(doc)}</dt>'
    ]
    allowed = inline(doc.allowed)
    shown = example(option, base)
    lines.append(f'<dd>{what}<br><span class="allowed">{allowed}</span>{shown}</dd>')
    return "\n".join(lines)


def default(doc: OptionDoc) -> str:
    """What the option is when left out."""
    if doc.default is REQUIRED:
        return '<span class="default said">must be given</span>'
    if doc.default is None:
        return f'<span class="default said">{catalogue.UNSET}</span>'
    if isinstance(doc.default, dict) and doc.default:
        return '<span class="default said">as below</span>'
    text = flow(doc.default) if doc.default not in ("", [], {}) else "none"
    return f'<span class="default">{html.escape(text)}</span>'


def example(option: Option, base: str) -> str:
    """The option in a config: as one of the shipped configs has it, else with a likely value."""
    use = examples.first(option.path)
    if use is not None and option.path[0] == "theme":
        line = html.escape(f"{option.name}: {flow(use.value)}")
        return (
            f'<span class="example"><code>{line}</code> in <a href="#{use.config}">'
            f"{use.config}</a></span>"
        )
    if use is not None:
        beside = option.beside if any("[" in key for key in option.path) else {}
        line = html.escape(as_config(option.path, use.value, beside))
        where = f'<a href="{base}gallery/{use.config}.html">{use.config}</a>'
        return f'<span class="example"><code>{line}</code> in {where}</span>'
    value = sample(option)
    if value is REQUIRED:
        return ""
    line = html.escape(as_config(option.path, value, option.beside))
    return f'<span class="example"><code>{line}</code></span>'


AXES = {"x": "optimizer.lr=0.01..1", "y": "optimizer.momentum=0..0.99"}  # that a map must have
ZOOM = {"at": [0.1, 0.5]}  # that its zoom must have


def as_config(path: Path, value: Any, beside: Mapping[str, Any] | None = None) -> str:
    """A value in a line of a config: `optimizer: {kind: adam, lr: 0.3}`."""
    section, *rest = path
    if section in SHELVES:
        kind, *inner = rest
        if not inner:
            return f"{section}: {flow(value)}"
        return f"{section}: {flow({'kind': kind} | _placed(inner, value, beside))}"
    if section in examples.LISTS:
        kind, *inner = rest
        return f"{section}: [{flow({'kind': kind} | _placed(inner, value) if inner else value)}]"
    if section == "captions" and rest:
        caption = {"at": "end", "text": "Loss {loss:.3g}"} | _placed(rest, value)
        return f"captions: [{flow(caption)}]"
    if section == "map" and rest:
        own = ZOOM | _placed(rest[1:], value) if rest[1:] else value
        return f"map: {flow(AXES | {rest[0]: own})}"
    if path[:2] == ("film", "layout") and len(path) > 2:
        panel = {"layout": {"rows": [path[2]]} | nested(path[2:-1], {path[-1]: value})}
        return f"film: {flow(panel)}"
    return f"{section}: {flow(_placed(rest, value, beside) if rest else value)}"


def _placed(path: Sequence[str], value: Any, beside: Mapping[str, Any] | None = None) -> Any:
    """The mapping with a value at a path, and what an example says beside it."""
    return nested(path[:-1], {**(beside or {}), path[-1]: value})


def sample(option: Option) -> Any:
    """A value that the option takes, other than its default; REQUIRED where none is found."""
    return _sample(option.doc.annotation, option.doc.default)


def _sample(annotation: Any, default: Any) -> Any:
    for extra in metadata(annotation):
        for one in getattr(extra, "examples", None) or ():
            return one
    kind = bare(annotation)
    if kind is bool:
        return default is not True
    if kind in (int, float):
        return _number(annotation, kind, default)
    if get_origin(kind) is Literal:
        return next((one for one in get_args(kind) if one != default), REQUIRED)
    if kind is When:
        return "step 3"
    if get_origin(kind) in (Union, types.UnionType):
        found = (_sample(part, default) for part in reversed(get_args(kind)))
        return next((one for one in found if one is not REQUIRED and one != default), REQUIRED)
    if kind == SIZE:
        return [800, 450]
    if get_origin(kind) is tuple:
        return _list(kind)
    if is_dataclass(kind) and kind is not Layout:
        if needed := _required(kind):
            return needed
        first = next(iter(described(kind)), None)  # type: ignore[arg-type]
        inner = REQUIRED if first is None else _sample(first.annotation, first.default)
        return REQUIRED if inner is REQUIRED else {first.name: inner}  # type: ignore[union-attr]
    return REQUIRED


def _number(annotation: Any, kind: type[Any], default: Any) -> Any:
    low, above = limit(annotation, "ge"), limit(annotation, "gt")
    high, below = limit(annotation, "le"), limit(annotation, "lt")
    floor = low if low is not None else above if above is not None else 0
    ceiling = high if high is not None else below
    value = default if isinstance(default, int | float) and default else max(floor, 0) or 1
    value = value * 2 if kind is int else value / 2
    if ceiling is not None and value > ceiling:
        value = ceiling if high is not None else (floor + ceiling) / 2
    if (low is not None and value < low) or (above is not None and value <= above):
        value = (
            floor + 1 if kind is int else floor + (ceiling - floor) / 2 if ceiling else floor + 1
        )
    return int(value) if kind is int else float(f"{value:.4g}")


def _list(kind: Any) -> Any:
    items = get_args(kind)
    each = items[:1] if Ellipsis in items else items
    values = [_sample(item, None) for item in each]
    return REQUIRED if REQUIRED in values else values
