"""Begin a new config: a commented starter, or a copy of another config."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from render.commands.common.catalogue import LOCAL, config_files
from render.errors import ConfigError
from render.files import read_bytes

SCHEMA = "scene.schema.json"
CERTAIN_BYTES = 40  # of a schema, by which it is known as ours
EDITORS = f"# yaml-language-server: $schema={SCHEMA}"

STARTER = """\
# Leave out what you don't need: everything has a default. `python -m render list` shows what
# there is to choose from, `python -m render check` checks the config.
title: TITLE
seed: 1                            # another number: other noise

dataset:                           # the points; list datasets has others, your own CSV too
  kind: line                       # y = slope·x + intercept + noise·randn
  slope: 2
  intercept: 1
  noise: 0.3                       # standard deviation of the noise

model:                             # what is fitted to them
  kind: linear                     # ŷ = w·x + b
  weight: -4                       # where w starts; {value: -4, frozen: true} keeps it there
  bias: 6                          # where b starts

loss: mse                          # mse, half_mse, mae, huber …
optimizer: {kind: sgd, lr: 0.12}   # the update rule and its learning rate
training: {epochs: 15, batch_size: full}   # passes over the data; points a step sees

film:
  size: [1280, 720]                # width, height in pixels
  fps: 30                          # frames per second
  duration: 8                      # seconds
  theme: night                     # night, paper, contrast, colorblind, transparent

captions:                          # texts, each with its time: 2s, 50%, step 3, epoch 4, end
  - {at: 0s, text: "It starts at w = {w:.1f}, b = {b:.1f}"}
  - {at: end, text: "After {epoch} epochs the loss is {loss:.3f}"}

outputs: [mp4, gif, png, csv, json]
"""


def starter(title: str) -> str:
    """The text of a new config."""
    return f"{EDITORS}\n{STARTER.replace('TITLE', quoted(title))}"


def copied(text: str, title: str) -> str:
    """The text of another config with a new title, the rest as it is."""
    lines = text.removeprefix("\ufeff").splitlines()
    lines = [line for line in lines if not line.startswith("# yaml-language-server:")]
    new = f"title: {quoted(title)}"
    at = next((i for i, line in enumerate(lines) if line.startswith("title:")), None)
    if at is None:
        at = next((i for i, line in enumerate(lines) if line and not line.startswith("#")), 0)
        lines.insert(at, new)
    else:
        lines[at] = new
    return "\n".join([EDITORS, *lines]) + "\n"


def quoted(text: str) -> str:
    """A text in YAML, quoted where YAML could read it as something else."""
    plain = text.replace(" ", "").isalpha() and text.lower() not in {"true", "false", "null"}
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


SUFFIX = ".yaml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The config's name, and one to copy."""
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="of the film: NAME.yaml is written, into configs/")
    add("--like", metavar="CONFIG", help="copy this one: a file, or the name of a shipped config")
    parser.epilog = "Without a configs/ folder it is written into the current one."


def run(arguments: argparse.Namespace) -> int:
    """Write the config and print where. Raises ConfigError."""
    if arguments.name is None:
        arguments.refuse("which name? `new my_film` writes my_film.yaml")
    name = _checked(arguments.name)
    folder = LOCAL if LOCAL.is_dir() else Path()
    path = folder / f"{name}{SUFFIX}"
    if arguments.like is None:
        files: dict[Path, bytes] = {path: starter(as_title(name)).encode()}
    else:
        like = _like(arguments.like)
        text = copied(like.read_text(encoding="utf-8"), as_title(name))
        files = {path: text.encode(), **missing(folder, needed(like))}
    copies = tuple(files)
    files.update(_schema(folder))
    _write(files)
    _check_copy(copies, arguments.like)
    if not arguments.quiet:
        from render.jobs.streams import log

        log(f"wrote {' and '.join(map(str, files))}\nrender it: python -m render {path}")
    return 0


def _checked(typed: str) -> str:
    """The name of a file in any folder, on any system. Raises ConfigError."""
    name = typed.removesuffix(SUFFIX)
    message = f"new {typed!r}: expected the name of a film, like my_film"
    if not name or not name.replace("_", "").replace("-", "").isalnum() or name[0] in "-_":
        raise ConfigError(f"{message}: letters, digits, _ and -, and no folder")
    if len(name) > 100:
        raise ConfigError(f"{message}: at most 100 letters")
    reserved = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
    if name.lower() in reserved:
        raise ConfigError(f"{message}: Windows has no file of that name")
    return name


def as_title(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[0].upper() + words[1:]


def _like(typed: str) -> Path:
    """The file of another config. Raises ConfigError if that has faults."""
    from render.config.load import load

    path = Path(typed)
    if not os.path.isfile(path):
        configs = config_files()
        if typed not in configs:
            raise ConfigError(f"--like {_unknown(typed, tuple(configs))}")
        path = configs[typed]
    load(path)  # a copy of a config with faults would have them too
    return path


def needed(like: Path) -> dict[Path, Path]:
    """The files that lie beside a config, or beneath it, and are used by it: its data.

    Each by its path relative to the config. Raises ConfigError.
    """
    from render.config.load import load

    home, found = Path(os.path.abspath(like.parent)), {}
    for one in load(like).each:
        for file in (*one.dataset.files(), *one.model.files()):
            place = Path(os.path.abspath(file))
            if place.is_relative_to(home):
                found[place.relative_to(home)] = file
    return found


def missing(folder: Path, wanted: Mapping[Path, Path]) -> dict[Path, bytes]:
    """What is to be written into a folder, so that such files are there too.

    Raises ConfigError for one that is there and has other contents.
    """
    from render.learn.tables.text_file import MAX_BYTES

    found = {}
    for name, file in wanted.items():
        place = folder / name
        with _refusals(file):
            contents = read_bytes(file, MAX_BYTES)
        if not os.path.lexists(place):
            found[place] = contents
            continue
        with _refusals(place):
            there = read_bytes(place, MAX_BYTES)
        if there != contents:
            raise ConfigError(f"{place}: is there already, and is not the {name} of {file.parent}")
    return found


def _check_copy(copies: Sequence[Path], like: str | None) -> None:
    """Remove a copy that can't be used where it is, for example because its data are elsewhere.

    `copies` are the config and what was copied with it. Raises ConfigError.
    """
    from render.config.load import load

    path = copies[0]
    try:
        load(path)
    except ConfigError as error:
        for copy in copies:
            copy.unlink()
        raise ConfigError(f"--like {like}: a copy can't be used at {path}:\n{error}") from None


def _unknown(typed: str, names: tuple[str, ...]) -> str:
    from render.config.problems import nearest, shown

    here = next((file for end in (".yaml", ".yml") if os.path.isfile(file := typed + end)), None)
    hint = f"; did you mean '{shown(here)}'?" if here else nearest(typed, names) or ":"
    there = "`python -m render list configs` has their names"
    return f"{shown(typed)}: no such file or config{hint} {there}"


def _write(files: Mapping[Path, bytes]) -> None:
    """Write files, all or none; each appears whole. Raises ConfigError.

    The first one must not exist yet. Another one is only there to be replaced: see `_schema`.
    """
    from render.encode.part_names import PART, Writer

    writer, first = Writer.new(), next(iter(files))
    parts = {path: writer.hidden(path, PART) for path in files}
    try:
        for path, part in parts.items():
            with _refusals(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            with _refusals(path), part.open("xb") as file:
                file.write(files[path])
                file.flush()
                with contextlib.suppress(OSError):  # not every file system can do that
                    os.fsync(file.fileno())
        with _refusals(first):
            _name(parts[first], first)
        for path, part in parts.items():
            if path != first:
                try:
                    with _refusals(path):
                        part.replace(path)
                except BaseException:
                    first.unlink()
                    raise
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give a file its name, which no file must have yet. Raises OSError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # not every file system has hard links
        path.open("x").close()
        part.replace(path)


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Raise ConfigError for an OSError within."""
    try:
        yield
    except FileExistsError:
        raise ConfigError(f"{path}: exists already, and is not changed") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror or error}") from None


def _schema(folder: Path) -> dict[Path, bytes]:
    """The schema that the config's first line names, for editors, unless it is there already.

    One that was cut off when the disk was full, or the power failed, is written again.
    """
    from render.config.schema.document import written

    path, text = folder / SCHEMA, written().encode()
    try:
        there = path.read_bytes() if path.is_file() else None
    except OSError:
        return {}
    if there is None:
        return {} if os.path.lexists(path) else {path: text}
    begins = not there or there[:CERTAIN_BYTES] == text[:CERTAIN_BYTES]
    return {path: text} if begins and not _is_json(there) else {}


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
