"""What `list` lists: kinds of names, and for each name a description and its options."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import cleandoc
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from render import registry
from render.files import MAX_SOURCE_BYTES, read_bytes
from render.scene import PANELS

if TYPE_CHECKING:
    from render.config.schema.described import OptionDoc
    from render.config.targets import Limits, Target, TargetSource

INSTALLED = registry.PACKAGE / "library"  # setup.py puts configs/ there
SHIPPED = INSTALLED if INSTALLED.is_dir() else registry.PACKAGE.parent / "configs"
LOCAL = Path("configs")
KEYS = "keys"  # of a theme, listed beside the themes


def shipped(kind: str) -> Path:
    """The folder of the configs, or of the scenes, that come with the package."""
    return SHIPPED if kind == "configs" else registry.PACKAGE.parent / "scenes"


def config_files() -> dict[str, Path]:
    """The configs that come with the package, or lie in ./configs: by their names."""
    return {file.stem: file for folder in (SHIPPED, LOCAL) for file in _files(folder, "*.yaml")}


def _scene_files() -> dict[str, Path]:
    folders = (shipped("scenes"), Path("scenes"))
    files = (file for folder in folders for file in _files(folder, "*.py"))
    return {file.stem: file for file in files if file.stem != "__init__"}


def _files(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder, sorted; a folder or a pipe may have a name like a file's."""
    return [file for file in sorted(folder.glob(pattern)) if file.is_file()]


def scenes() -> Sequence[str]:
    """The names of all scenes."""
    return sorted(_scene_files())


def scene(name: str) -> Entry:
    """A scene: its docstring."""
    path = _scene_files()[name]
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd escapes in the user's texts
            text = ast.get_docstring(ast.parse(read_bytes(path, MAX_SOURCE_BYTES))) or ""
    except OSError as error:
        return Entry(name, f"can't be read: {path}: {error.strerror or error}")
    except SyntaxError as error:
        return Entry(name, f"can't be read: {path}: {error.msg}, line {error.lineno or 1}")
    except (ValueError, RecursionError, MemoryError):  # too deep for Python's parser
        return Entry(name, f"can't be read: {path}: is no Python")
    return Entry(name, text.partition("\n")[0], text)


def configs() -> Sequence[str]:
    """The names of all configs."""
    return sorted(config_files())


def config(name: str) -> Entry:
    """A config: its title, and the comments at its beginning."""
    from render.config.yaml import read
    from render.errors import ConfigError

    path = config_files()[name]
    try:
        root, problems = read(path)
    except ConfigError as error:
        return Entry(
            name, f"can't be read: see python -m render check {quote(str(path))}", str(error)
        )
    head = []
    for line in problems.lines:
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# "))
    remarks = "\n".join(line for line in head if not line.startswith("yaml-language-server"))
    title = root.data.get("title", name)
    return Entry(name, str(title), f"{title}\n\n{remarks}\n\n{path}")


@dataclass(frozen=True)
class ListedOption:
    """An option of a member, as texts."""

    name: str
    default: str
    allowed: str
    about: str


@dataclass(frozen=True)
class Entry:
    """A member: its name, its line, its whole description, its options."""

    name: str
    line: str
    text: str = ""
    options: tuple[ListedOption, ...] = ()
    aliases: tuple[str, ...] = ()


UNSET = "not set"  # the default of an option that is nothing unless it is given


def options_of(cls: type[Any]) -> tuple[ListedOption, ...]:
    """The options that a dataclass has in YAML."""
    from render.config.schema.described import described

    return _listed(described(cls))


def _listed(docs: Iterable[OptionDoc]) -> tuple[ListedOption, ...]:
    return tuple(
        ListedOption(
            "/".join((one.name, *one.aliases)), _default(one.default), one.allowed, one.about
        )
        for one in docs
    )


def _default(value: Any) -> str:
    from render.config.schema.described import REQUIRED

    return "(required)" if value is REQUIRED else UNSET if value is None else flow(value)


def flow(value: Any) -> str:
    """A value in a line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != "" else '""'


def target_names() -> Sequence[str]:
    """The names of all targets."""
    from render.config.targets import targets

    return tuple(targets())


def target(name: str) -> Entry:
    """A target, with the sources of its limits."""
    from render.config.targets import targets

    place = targets()[name]
    return Entry(name, _target_line(place), "\n".join(_target_text(place)))


def _target_line(place: Target) -> str:
    width, height = place.size
    kinds = [_kind(output, place.takes.get(output["kind"])) for output in place.outputs]
    sure = "" if place.established else " (not all of it is known)"
    return f"{place.about}: {width}×{height}, {place.fps} fps, {', '.join(kinds)}{sure}"


def _kind(output: Mapping[str, Any], limits: Limits | None) -> str:
    most = output.get("max_mb") or (limits.max_mb if limits else None)
    return output["kind"] if most is None else f"{output['kind']} of at most {most:g} MB"


def _target_text(place: Target) -> Iterator[str]:
    from render.config.targets import checked

    yield f"{place.about[:1].upper()}{place.about[1:]}."
    yield ""
    for path, value in place.settings().items():
        yield f"{'.'.join(path)}: {flow(value)}"
    yield f"how: {place.how}"
    yield ""
    yield f"as read on {checked()}"
    yield from map(_source, place.sources)
    if place.unknown:
        yield f"not known: {place.unknown}"


def _source(source: TargetSource) -> str:
    by_others = "" if source.official else "written by others: "
    return f"- {by_others}{source.statement}\n  {source.url}"


@dataclass(frozen=True)
class Kind:
    """A kind of names that can be listed."""

    about: str
    names: Callable[[], Sequence[str]]
    entry: Callable[[str], Entry]
    more: tuple[str, ...] = ()  # names that can be asked for, and that a config can't name


def kinds() -> dict[str, Kind]:
    """The kinds by name, without those that have no members."""
    everything = {
        "datasets": _members("learn/datasets", "`dataset: {kind: NAME, …}`"),
        "models": _members("learn/models", "`model: {kind: NAME, …}`"),
        "functions": _members("learn/functions", "`model: {kind: function, name: NAME}`"),
        "losses": _members("learn/losses", "`loss: {kind: NAME, …}`"),
        "optimizers": _members("learn/optimizers", "`optimizer: {kind: NAME, …}`"),
        "schedules": _members("learn/schedules", "`schedule: {kind: NAME, …}`"),
        "measures": _members("learn/measures", "`measure: [NAME, …]`"),
        "panels": Kind("the rows of `film: {layout: …}`", _panel_names, _panel),
        "themes": Kind("`film: {theme: NAME}` and --theme", theme_names, _theme, (KEYS,)),
        "formats": _members("encode/formats", "`outputs: [NAME, …]` and --format"),
        "targets": Kind("--for NAME, or `target: NAME`", target_names, target),
        "languages": Kind("`language: NAME`", language_names, _language),
        "scenes": Kind("`scene: NAME`", scenes, scene),
        "configs": Kind("configs/NAME.yaml, ready to render", configs, config),
        "sections": Kind("the config's other sections", _sections, _section),
    }
    return {name: kind for name, kind in everything.items() if kind.names()}


def language_names() -> Sequence[str]:
    """The codes of all languages."""
    from render.config import language

    return language.language_names()


def _language(name: str) -> Entry:
    """A language: what it calls itself; what it says for each text of the film's own."""
    from render.config.language import language

    spoken = language(name)
    said = [f"{form} → {words}" for form, words in spoken.forms.items()]
    return Entry(name, spoken.title, "\n".join([f"{spoken.title}.", "", *said]).strip())


def theme_names() -> Sequence[str]:
    """The names of all themes."""
    from render.config import theme

    return theme.theme_names()


def _theme(name: str) -> Entry:
    """A theme: what its author says of it; `keys`: what a theme of one's own can say."""
    from render.config.theme import theme_text

    if name == KEYS:
        return _theme_keys()

    text = theme_text(name)
    return Entry(name, text.partition("\n")[0], text)


def _members(folder: str, about: str) -> Kind:
    """The members of an extension folder."""

    def entry(name: str) -> Entry:
        from render.config.schema.described import first_line

        cls: Any = registry.member(folder, name)
        module = sys.modules.get(cls.__module__)  # none of a member that is a YAML file
        docs = (cleandoc(one.__doc__) for one in (module, cls) if one and one.__doc__)
        text = "\n\n".join(dict.fromkeys(docs))
        return Entry(
            name, first_line(cls), text, options_of(cls), tuple(getattr(cls, "aliases", ()))
        )

    return Kind(about, lambda: registry.names(folder), entry)


def _panel_names() -> Sequence[str]:
    return registry.names(PANELS)


def _panel(name: str) -> Entry:
    """A panel: what it shows, how a layout names it, and its options."""
    from render.draw.panels.base import EXAMPLE_NETWORK

    entry = _members(PANELS, "").entry(name)
    first = next(iter(entry.options), None)
    other = "surface" if name == "loss" else "loss"
    rows = f"rows: [{name} {name} ., {name} {name} {other}]"
    value = {'""': "…", UNSET: "null"}.get(first.default, first.default) if first else ""
    given = f", {name}: {{{first.name}: {value}}}" if first else ""
    cls = registry.member(PANELS, name)
    model = cls.example_model or (EXAMPLE_NETWORK if cls.network else "")
    how = [
        *([model] if model else []),
        f"film: {{layout: {{{rows}{given}}}}}",
        "",
        "Each row has as many names as the others. A name that is repeated fills a rectangle of",
        f"cells, a dot is an empty cell, and {name}-2 is a second panel of the kind"
        + (f", with options\nof its own under {name}-2." if given else "."),
    ]
    text = "\n".join([entry.text, "", *how])
    return replace(entry, text=text)


def _theme_keys() -> Entry:
    """The keys of a theme's file."""
    from render.config.schema.described import described
    from render.config.theme import LIKE, USUAL, Theme

    options = tuple(
        ListedOption(one.name, "as like", one.allowed, one.about) for one in described(Theme)
    )
    like = ListedOption(LIKE, USUAL, " or ".join(theme_names()), "where all other keys are from")
    text = (
        "The keys of a theme of your own: a YAML file that says only what is different.\n"
        "`film: {theme: mine.yaml}` reads it from the config's folder. Colours are '#rrggbb', in\n"
        "quotes; background: '#00000000' is none at all, for a film to be laid over something.\n\n"
        "  like: paper\n  parameter: '#c1121f'\n  surface: magma"
    )
    return Entry("keys", "The keys of a theme of your own, a YAML file.", text, (like, *options))


def _section_classes() -> dict[str, type[Any]]:
    from render.config.spec import (
        CameraOptions,
        EarlyStopping,
        FilmOptions,
        Keyframe,
        LandscapeOptions,
        Training,
    )

    return {
        "film": FilmOptions,
        "film.camera": CameraOptions,
        "film.camera.keyframes": Keyframe,
        "landscape": LandscapeOptions,
        "training": Training,
        "training.stop": EarlyStopping,
    }


def spelled(section: str) -> tuple[OptionDoc, ...]:
    """The options of a section that is read without a class of its own; none of `runs`, `sweep`."""
    from render.config.captions import KEYS
    from render.config.fields import expectation
    from render.config.map import USUAL_SIZE, MapSize, Zoom
    from render.config.schema.described import REQUIRED, OptionDoc, about, described
    from render.config.spec import CaptionOptions

    if section == "captions":
        usual = {"for": CaptionOptions.lasts_s, "tex": False, "live": False}
        said = {"text": "what is said, with fields such as {w:.2f}, {loss:g} and {epoch}"}
        return tuple(
            OptionDoc(
                key,
                hint,
                expectation(hint),
                usual.get(key, REQUIRED),
                said.get(key) or about(hint),
            )
            for key, hint in KEYS.items()
        )
    if section != "map":
        return ()
    axes = (
        OptionDoc(
            key,
            str,
            "KEY=A..B, KEY=A..B:log or KEY=A..B:lin",
            REQUIRED,
            f"the key along {key} and its range; log where both ends are positive and B / A >= 100",
        )
        for key in ("x", "y")
    )
    size = OptionDoc("size", MapSize, expectation(MapSize), list(USUAL_SIZE), about(MapSize))
    closer = "closer windows, each computed afresh"
    zoom = OptionDoc("zoom", Zoom, "a mapping of at, factor, windows", None, closer)
    inner = (replace(one, name=f"zoom.{one.name}") for one in described(Zoom))
    return (*axes, size, zoom, *inner)


SPELLED = {
    "captions": "Texts in the picture, each from its time on.\n\n"
    "captions:\n"
    '  - {at: 0s, text: "It starts at w = {w:.1f}"}\n'
    '  - {at: end, text: "After {epoch} epochs the loss is {loss:.3g}"}',
    "map": "A map of runs: each pixel is one, and its colour says how it ends.\n\n"
    "The command `map` draws it, and the panel `map` shows the film's own run on it.\n\n"
    "map: {x: optimizer.lr=0.01..1, y: optimizer.momentum=0..0.99, size: [240, 180]}",
    "runs": "Several runs in one film: a label, and what is different there.\n\n"
    "Keys are those of the config's other sections (`dataset`, `model`, `loss`, `optimizer`,\n"
    "`schedule`, `training`, `landscape`, `seed`), nested or with dots. A race has one surface,\n"
    "so its runs can't differ in what the surface depends on; with `film: {runs: grid}` each run\n"
    "has its own.\n\n"
    "runs:\n"
    "  slow: {optimizer.lr: 0.03}\n"
    "  momentum: {optimizer: {kind: sgd, lr: 0.1, momentum: 0.9}}",
    "sweep": "Short for a run at each value, or at each combination of values.\n\n"
    "A config has `runs` or `sweep`, not both.\n\n"
    "sweep: {optimizer.lr: [0.03, 0.1, 0.3]}",
}


def _sections() -> Sequence[str]:
    return (
        "film",
        "film.camera",
        "film.camera.keyframes",
        "landscape",
        "training",
        "training.stop",
        *SPELLED,
    )


def _section(name: str) -> Entry:
    from render.config.schema.described import first_line

    if name in SPELLED:
        text = SPELLED[name]
        return Entry(name, text.partition("\n")[0], text, _listed(spelled(name)))
    cls = _section_classes()[name]
    return Entry(name, first_line(cls), cleandoc(cls.__doc__ or ""), options_of(cls))
