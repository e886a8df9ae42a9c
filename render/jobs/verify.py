"""Whether the film of a manifest is still the same when it is trained and drawn again.

Its frames are drawn and hashed, but not encoded: of files only the bytes are compared with the
hashes in the manifest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render import registry
from render.config.load import load
from render.config.problems import nearest_file
from render.config.spec import Spec
from render.describe.manifest import PROCESSOR, manifest
from render.draw.plan import compose, plan_film
from render.encode.base import FrameFormat
from render.encode.ffmpeg import version
from render.encode.film import Drawn, encode_film
from render.encode.formats.json import written
from render.errors import ConfigError
from render.files import content_or_none, read_bytes, size
from render.pipeline import Progress, learn
from render.recording import own_errstate

MAX_BYTES = 20_000_000  # of a manifest
MAX_SHOWN = 60  # letters of a value
ORIGINS = ("config", "reads", "versions")  # they may differ, and the film be the same
NUMBERS = ("data_hash", "run", "runs")
FORMATS = "encode/formats"
MAX_FILES = 1000  # of a film; all formats together have fewer
RESULTS = ("name", "seed", "data_hash", "run", "runs", "landscape", "panels", "film", "stops")


@dataclass(frozen=True)
class Verified:
    """How a film differs from its manifest."""

    same: bool  # the frames, and all that the manifest says of them and of the files
    summary: str
    differences: tuple[str, ...]  # messages


@own_errstate()
def verify(path: Path, config: Path | None, progress: Progress) -> Verified:
    """Train and draw the film of a manifest again, and compare.

    `config` is its config, or the folder of that, where it has moved. Raises ConfigError for a
    file that is no manifest and, with `problems`, for a config that can't be used here, and
    RenderError for a film that can't be made.
    """
    then = _read(path)
    spec = _spec(path, then, config)
    drawn, now = _manifest(spec, "film" in then, progress)
    if "ffmpeg" in then["versions"]:
        now["versions"]["ffmpeg"] = version()
    origins = [text for key in ORIGINS for text in _differences(key, then.get(key), now.get(key))]
    # The hash of a config says no more than the config, which may have new keys by now.
    results = RESULTS if _differ(then["config"], now["config"]) else ("config_hash", *RESULTS)
    altered = [text for key in results for text in _differences(key, then.get(key), now.get(key))]
    files, intact = _files(path, then, _described(spec, drawn))
    if "film" in then:
        alike = then["film"].get("frames_hash") == now["film"]["frames_hash"]
        summary = f"{now['film']['frames']} frames, {'the same' if alike else 'not the same'}"
    else:
        alike = not any(_differ(then.get(key), now.get(key)) for key in NUMBERS)
        summary = f"nothing drawn, numbers {'the same' if alike else 'not the same'}"
    if alike and altered:
        summary += ", but not what the manifest says of them"
    if altered or not alike:
        summary += _elsewhere(then, now)
    return Verified(alike and intact and not altered, summary, (*origins, *altered, *files))


def _elsewhere(then: dict[str, Any], now: dict[str, Any]) -> str:
    """What to add to `not the same` where that says nothing of the film."""
    first, second = (facts["versions"].get(PROCESSOR) for facts in (then, now))
    if first in (None, second):
        return ""
    return "; but it was made on another kind of processor, on which last digits differ"


def _manifest(spec: Spec, draws: bool, progress: Progress) -> tuple[Drawn, dict[str, Any]]:
    """What is drawn today, and the film's manifest, without its files."""
    composition = compose(spec)
    plan = plan_film(composition, learn(spec, progress=progress))
    drawn = encode_film(plan, [], progress) if draws else Drawn()
    return drawn, dict(json.loads(written(manifest(plan, drawn, []))))


def _described(spec: Spec, drawn: Drawn) -> dict[str, dict[str, Any]]:
    """Size and seconds that the film has in each format, by its name."""
    if drawn.info is None:
        return {}
    formats = [one for one in spec.outputs if isinstance(one, FrameFormat)]
    facts = {registry.name_of(type(one)): one.describe(drawn.info) for one in formats}
    return {
        kind: {"size": list(fact["size"]), "seconds": fact.get("duration")}
        for kind, fact in facts.items()
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(read_bytes(path, MAX_BYTES).decode("utf-8"))
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder: name its manifests, {path / '*.json'}") from None
    except FileNotFoundError:
        there = path.parent.glob("*.json") if os.path.isdir(path.parent) else ()
        names = [file.name for file in there]
        raise ConfigError(f"{path}: no such file{nearest_file(path.name, names)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}: not a manifest: not JSON") from None
    types = {"name": str, "config": dict, "config_file": str, "versions": dict, "data_hash": str}
    for key, type_ in types.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), type_):
            raise ConfigError(f"{path}: not a manifest: it has no {key.replace('_', ' ')}")
    for key, type_ in {"film": dict, "outputs": list}.items():
        if not isinstance(facts.get(key, type_()), type_):
            raise ConfigError(f"{path}: not a manifest: its {key} can't be used")
    if facts.get("recorded"):
        why = "its runs were recorded in a program of your own, which alone makes them again"
        raise ConfigError(f"{path}: can't be verified: {why}")
    return dict(facts)


def _spec(path: Path, facts: dict[str, Any], config: Path | None) -> Spec:
    """The config in the manifest, as if it were read from the config's file."""
    name = os.path.basename(facts["config_file"].replace("\\", "/"))
    try:
        possible = name not in ("", ".", "..") and b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise ConfigError(f"{path}: not a manifest: its config file has no name")
    given = config if config is None or config.is_dir() else config.parent
    folder = given or _config_folder(path, name)
    text = json.dumps(facts["config"], ensure_ascii=False)
    try:
        return load(folder / name, text=text)
    except ConfigError as error:
        message = f"{path}: its config can't be used here:\n{error}"
        raise ConfigError(message, error.problems) from None


def _config_folder(path: Path, name: str) -> Path:
    """Where its config is, beside which its data, theme and scenes are looked for."""
    folders = [path.absolute().parent.parent / "configs", path.parent, Path("configs"), Path()]
    return next((folder for folder in folders if (folder / name).is_file()), folders[0])


def _differences(key: str, then: Any, now: Any) -> Iterator[str]:
    """A message for each value that differs between two manifests, with its dotted key."""
    if isinstance(then, dict) and isinstance(now, dict):
        for part in dict.fromkeys([*then, *now]):
            yield from _differences(f"{key}.{part}", then.get(part), now.get(part))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for i, pair in enumerate(zip(then, now, strict=True)):
            yield from _differences(f"{key}.{i}", *pair)
    elif _differ(then, now):
        yield f"{key}: {_shown(then)}, now {_shown(now)}"


def _differ(then: Any, now: Any) -> bool:
    """Whether two values differ as JSON, in which 1, 1.0 and true do."""
    return _json(then) != _json(now)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        return "too deep to be shown"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else _json(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _is_folder(kind: str) -> bool:
    """Whether the files of a format are folders."""
    names = registry.names(FORMATS)
    return kind in names and bool(registry.member(FORMATS, kind).folder)


def _files(
    path: Path, facts: dict[str, Any], described: Mapping[str, dict[str, Any]]
) -> tuple[list[str], bool]:
    """Messages about files that are missing, changed, or described wrongly, and whether there is
    nothing but missing ones.
    """
    missing, wrong = [], []
    for output in facts.get("outputs", [])[:MAX_FILES]:
        listed = output if isinstance(output, dict) else {}
        name = os.path.basename(str(listed.get("file", "")).replace("\\", "/"))
        if name in ("", ".", ".."):
            wrong.append(f"outputs: not the name of a file: {_shown(listed.get('file'))}")
            continue
        file, kind = path.parent / name, str(listed.get("kind"))
        if not os.path.lexists(file):
            missing.append(f"{name}: not beside the manifest")
        elif os.path.isdir(file) != _is_folder(kind) or listed.get("hash") is None:
            wrong.append(f"{name}: not the file that it was")
        elif listed["hash"] != content_or_none(file):
            wrong.append(f"{name}: has been changed since")
        else:
            expected = {"bytes": size(file), **described.get(kind, {})}
            given = {key: listed.get(key) for key in expected}
            exact = {"bytes"} if listed.get("lowered") else {*expected}
            wrong += [
                text
                for key in expected
                if key in exact
                for text in _differences(f"{name}: {key}", given[key], expected[key])
            ]
    return [*missing, *wrong], not wrong
