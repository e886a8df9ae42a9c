"""Loads a config: makes a Spec of a file and the options of a command line.

If anything is wrong, all of it is reported at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from render import registry
from render.config.build import (
    FORMAT,
    KEYS,
    check_together,
    choose,
    few_snapshots,
    needs_data,
    parts,
    unknown_section,
)
from render.config.captions import captions
from render.config.fields import as_written, take
from render.config.language import ENGLISH, language_names, no_language
from render.config.layers import override, target
from render.config.layout import Layout, layout
from render.config.map import map_options
from render.config.node import Node, Option, made
from render.config.panels import check_panels
from render.config.problems import Problems, Source, Spelling, as_typed, shown, unknown
from render.config.runs import check_replaced, name_runs, one_kind, one_surface, runs
from render.config.scene_file import known, searched
from render.config.spec import MAX_FRAMES, FilmOptions, Spec
from render.config.stops import check_reached, check_used, stops
from render.config.theme import KEYS as THEME
from render.config.theme import LIKE, fault
from render.config.yaml import MAPPING, read, taken
from render.scene import PANELS

if TYPE_CHECKING:
    from render.encode.base import Format

FRAMES = range(2, MAX_FRAMES + 1)
MAX_WORDS, MAX_WORD_LETTERS = 200, 60  # words that film.labels replaces, characters of each
OUTPUTS = ["mp4", "gif", "png", "csv", "json"]

# What is looked at again after loading: words, times, and what a format must suit.
WRITTEN = (
    *(("title",), ("captions",), ("film", "labels"), ("film", "theme"), ("film", "camera")),
    *(("optimizer",), ("landscape",), ("training",), ("runs",), ("sweep",)),  # of a network
    ("map",),
)

Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


def load(
    path: Path,
    sets: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
    text: str | None = None,
    spelled: Spelling = as_typed,
) -> Spec:
    """Read, override, check and fill in a config; `text` stands for the text of the file.

    At the path MAPPING it is the JSON of a config that was never a file.
    `sets` are KEY=VALUE with a YAML value, `options` are named ones such as {"fps": "60"},
    which come before them; problems name both as `spelled` writes them. Raises ConfigError
    with every problem.
    """
    if path is MAPPING and text is not None:
        root, problems = taken(text, "config")
    else:
        root, problems = read(path, text)
    keys = root.entries.keys()
    if keys <= {LIKE, *THEME} and keys - set(KEYS):  # a config has `runs`, too
        use = f"a config names its file, 'film: {{theme: {shown(path.name)}}}'"
        problems.refuse(root, f"this is a theme, and no config: {use}")
        problems.raise_any()
    root = override(problems, root, options or {}, sets, spelled)
    root = replace(root, value={k: n for k, n in root.entries.items() if not _none(k, n)})
    for key in root.entries:
        if key not in KEYS:
            unknown_section(problems, root, key, KEYS)
    film = _film(problems, root, path.parent)
    title = _title(problems, root, path)
    each = runs(problems, root, film.runs if film else "grid")
    trees = [(run.problems, run.node) for run in each] or [(problems, root)]
    built = [parts(of_run, node, path.parent) for of_run, node in trees]
    if film is not None and film.runs == "race":
        one_surface(each, built)
    else:
        one_kind(each, built)
    shared_plane = len(each) > 1 and film is not None and film.runs == "race"
    for (of_run, node), one in zip(trees, built, strict=True) if not shared_plane else ():
        few_snapshots(of_run, node, one)
    check_replaced(problems, root, each)
    name_runs(problems, each)
    check_reached(problems, root, film, built[0])
    shared = {
        "path": path,
        "title": title,
        "scene": _scene(problems, root, path, film, built),
        "names_scene": "scene" in root.entries,
        "language": _language(problems, root),
        "film": film,
        "outputs": _outputs(problems, root, film),
        "captions": captions(problems, root, film, built),
        "map": map_options(problems, root, path.parent),
        "target": target(root),
        "source": Source.of(problems, root, WRITTEN),
    }
    problems.raise_any()
    specs = [Spec(label=path.stem, **shared, **one) for one in built]
    labelled = [replace(one, label=run.label) for one, run in zip(specs, each, strict=False)]
    spec = replace(specs[0], runs=tuple(labelled))
    check_together(problems, root, spec)
    check_panels(problems, root, spec)
    problems.raise_any()
    return spec


def _none(key: str, node: Node) -> bool:
    """Whether a key says that there is none: `--set runs=null` leaves a film's runs out."""
    return key in ("runs", "sweep", "map") and node.value is None and isinstance(node.place, Option)


def _title(problems: Problems, root: Node, path: Path) -> Any:
    node = root.get("title")
    if node is None:
        return shown(path.stem)
    title = take(problems, node, Text)
    if title is not None and not title.isprintable():
        problems.refuse(node, f"expected one line of text, found '{shown(title)}'")
    return title


def _language(problems: Problems, root: Node) -> str:
    """The code of the language of the film's own texts."""
    node, names = root.get("language"), language_names()
    if node is None:
        return ENGLISH
    if not isinstance(node.value, str):
        expected = f"expected one of {', '.join(names)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
    elif node.value not in names:
        problems.refuse(node, no_language(node.value))
    else:
        return node.value
    return ENGLISH


def _scene(
    problems: Problems,
    root: Node,
    path: Path,
    film: FilmOptions | None,
    built: Sequence[Mapping[str, Any]],
) -> Any:
    node = root.get("scene")
    if node is None:
        return _usual_scene(film, built)
    names = known(path)
    if not isinstance(node.value, str):
        expected = f"expected one of {', '.join(names)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
    elif node.value not in names:
        problems.refuse(node, f"{unknown('scene', node.value, names)}; {searched(path)}")
    return node.value


def _usual_scene(film: FilmOptions | None, built: Sequence[Mapping[str, Any]]) -> str:
    """The name of the installed scene that suits a config without `scene:`."""
    model = built[0]["model"]
    grid = len(built) > 1 and film is not None and film.runs == "grid"
    if model is not None and model.network and not grid:
        return "network"
    if len(built) > 1 and film is not None:
        return film.runs
    if not needs_data(model):
        return "function"
    if model is not None and model.probability:
        return "classify"
    trained = [p for p in model.parameters().values() if not p.frozen] if model else []
    return "slope" if len(trained) == 1 else "slope_bias"


def _outputs(problems: Problems, root: Node, film: FilmOptions | None) -> tuple[Format, ...]:
    node = root.get("outputs") or made(OUTPUTS, root.origin, ("outputs",))
    if not isinstance(node.value, list) or not node.value:
        expected = "expected a list of formats, like [mp4, gif]"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return ()
    chosen: list[Format] = []
    for item in node.value:
        format_ = choose(problems, item, FORMAT)
        if any(type(other) is type(format_) for other in chosen):
            kind = registry.name_of(type(format_))
            problems.refuse(item, f"a second {kind}: each format makes one file")
        if format_ is None:
            continue
        if film is not None and (reason := format_.refuse(film.size, film.fps)) is not None:
            problems.refuse(item, reason)
        chosen.append(format_)
    kinds = [registry.name_of(type(format_)) for format_ in chosen]
    for format_, kind in zip(chosen, kinds, strict=True):
        if (reason := format_.misses(kinds)) is not None:
            problems.refuse(node, f"{kind} {reason}")
    if film is not None:
        check_used(problems, root, film, chosen)
    return tuple(chosen)


# The section `film`.


def _film(problems: Problems, root: Node, folder: Path) -> FilmOptions | None:
    node = root.at("film")
    film: FilmOptions | None = take(problems, node, FilmOptions, beside=("layout", "stops"))
    theme = node.get("theme")
    name = FilmOptions.theme if theme is None else theme.value
    if isinstance(name, str) and (reason := fault(name, folder)):
        problems.refuse(node.at("theme"), reason)
    arranged = _layout(problems, root, node)
    if film is None:
        return None
    frames = round(film.duration * film.fps)
    if frames not in FRAMES:
        count = f"{frames:,} frame{'s' * (frames != 1)} ({film.duration:g} s at {film.fps} fps)"
        message = f"{count}: a film has from 2 to {FRAMES[-1]:,}"
        problems.refuse(node.at("duration"), message)
    _check_range(problems, node, film, frames)
    _check_panels(problems, root, film)
    _check_labels(problems, node.at("labels"), film)
    if film.camera.orbit and film.camera.keyframes:
        message = "the camera can turn around or go through keyframes, not both: leave one out"
        problems.refuse(node.at("camera").at("orbit"), message, at_key=True)
    return replace(film, layout=arranged, stops=stops(problems, node, film))


def _is_grid(root: Node, arrangement: Any) -> bool:
    """Whether each run of a film is shown in its own cell."""
    return arrangement == "grid" and bool({"runs", "sweep"} & root.entries.keys())


def _layout(problems: Problems, root: Node, film: Node) -> Layout | None:
    """The layout that a film asks for; None if it has none, or for a grid, which is refused."""
    node = film.get("layout")
    if node is None or node.value is None:
        return None
    if _is_grid(root, film.at("runs").value):
        message = "a grid has a cell for each run, and film.panels says what is in it"
        problems.refuse(node, message, at_key=True)
        return None
    return layout(problems, node)


def _check_range(problems: Problems, node: Node, film: FilmOptions, frames: int) -> None:
    """Refuse frames that the film doesn't have."""
    if film.frames is None:
        return
    first, last = film.frames
    if first > last:
        message = (
            f"the first frame comes after the last: expected {last}-{first}, found {first}-{last}"
        )
        problems.refuse(node.at("frames"), message)
    elif last >= frames:
        there = f"the film has {frames:,} frames, 0 to {frames - 1:,}"
        problems.refuse(node.at("frames"), f"{there}, found {first}-{last}")
    elif first == last:
        message = f"one frame is no film but a still: expected two or more, found {first}-{last}"
        problems.refuse(node.at("frames"), message)


def _check_panels(problems: Problems, root: Node, film: FilmOptions) -> None:
    """Refuse unknown panels, and panels for cells in a film without a grid."""
    kinds = registry.names(PANELS)
    for index, kind in enumerate(film.essential):
        if kind not in kinds:
            problems.refuse(
                root.at("film").at("essential").at(index), unknown("panel", kind, kinds)
            )
    if film.panels is None:
        return
    node = root.at("film").at("panels")
    if not _is_grid(root, film.runs):
        need = "give runs and film.runs: grid"
        message = f"only the cells of a grid hold panels of your choice: {need}"
        problems.refuse(node, message, at_key=True)
    for index, kind in enumerate(film.panels):
        if kind not in kinds:
            problems.refuse(node.at(index), unknown("panel", kind, kinds))


def _check_labels(problems: Problems, node: Node, film: FilmOptions) -> None:
    """Refuse labels that are empty, too long or of several lines."""
    if len(film.labels) > MAX_WORDS:
        problems.refuse(node, f"at most {MAX_WORDS} words, found {len(film.labels)}")
        return
    for key, text in film.labels.items():
        for word, at_key in ((key, True), (text, False)):
            if not (word.strip() and word.isprintable() and len(word) <= MAX_WORD_LETTERS):
                expected = f"expected 1 to {MAX_WORD_LETTERS} characters in one line"
                message = f"{expected}, found '{shown(word)}'"
                problems.refuse(node.at(key), message, at_key=at_key)
