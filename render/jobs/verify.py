"""A manifest in, what is another than it says when its film is made again out.

Frames are drawn and hashed, nothing is encoded: files are compared by their bytes alone.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from render.config.load import load
from render.config.problems import nearest
from render.config.spec import Spec
from render.describe.manifest import manifest
from render.draw.plan import compose, plan_film
from render.encode.ffmpeg import version
from render.encode.film import Drawn, encode_film
from render.encode.formats.json import JsonFormat
from render.errors import ConfigError
from render.files import content_or_none
from render.pipeline import learn

LARGEST = 20_000_000  # bytes of a manifest
COMPARED = (
    "config",
    "reads",
    "data_hash",
    "versions",
    "run",
    "runs",
    "landscape",
    "panels",
    "film",
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verified:
    """What making it again showed."""

    same: bool  # the frames, or the numbers where there are none; and no file is another
    found: str  # of the frames, in words
    differences: tuple[str, ...]


@np.errstate(over="ignore", invalid="ignore")
def verify(path: Path, config: Path | None, progress: Progress) -> Verified:
    """Make the film of a manifest again. `config` is its config or its folder, if it moved.

    Raises ConfigError for what is no manifest, or whose config can't be used here, and
    RenderError where its film can't be made.
    """
    told = _read(path)
    spec = _spec(path, told, config)
    now = _made(spec, "film" in told, progress)
    if "ffmpeg" in told.get("versions", {}):
        now["versions"]["ffmpeg"] = version()
    changed = [text for key in COMPARED for text in _apart(key, told.get(key), now.get(key))]
    files, whole = _files(path, told)
    if "film" in told:
        same = told["film"].get("frames_hash") == now["film"]["frames_hash"]
        found = f"{now['film']['frames']} frames, {'the same' if same else 'not the same'}"
    else:
        same = all(told.get(key) == now.get(key) for key in ("data_hash", "run", "runs"))
        found = f"nothing drawn, numbers {'the same' if same else 'not the same'}"
    return Verified(same and whole, found, (*changed, *files))


def _made(spec: Spec, drawn: bool, progress: Progress) -> dict[str, Any]:
    """The manifest that the film would have today, without its files."""
    composition = compose(spec)
    plan = plan_film(composition, learn(spec, progress=progress))
    facts = manifest(plan, encode_film(plan, [], progress) if drawn else Drawn(), [])
    with tempfile.TemporaryDirectory() as folder:
        JsonFormat().save(Path(folder) / "now.json", [], facts)
        return _read(Path(folder) / "now.json")


def _read(path: Path) -> dict[str, Any]:
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder: name its manifests, {path / '*.json'}")
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path}: larger than {LARGEST:,} bytes: not a manifest")
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        there = [f.name for f in path.parent.glob("*.json")] if path.parent.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest(path.name, there)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}: not a manifest: not JSON") from None
    wanted = {"name": str, "config": dict, "config_file": str, "versions": dict, "data_hash": str}
    for key, kind in wanted.items():
        if not isinstance(told, dict) or not isinstance(told.get(key), kind):
            raise ConfigError(f"{path}: not a manifest: it doesn't say its {key.replace('_', ' ')}")
    if not isinstance(told.get("film", {}), dict) or not isinstance(told.get("outputs", []), list):
        raise ConfigError(f"{path}: not a manifest: its film or outputs are no such")
    return dict(told)


def _spec(path: Path, told: dict[str, Any], config: Path | None) -> Spec:
    """The config as the manifest has it, standing where the real one stood."""
    name = os.path.basename(told["config_file"].replace("\\", "/"))
    if name in ("", ".", ".."):
        raise ConfigError(f"{path}: not a manifest: its config file has no name")
    given = config if config is None or config.is_dir() else config.parent
    folder = given or _home(path, name)
    text = json.dumps(told["config"], ensure_ascii=False)
    try:
        return load(folder / name, text=text)
    except ConfigError as error:
        hint = "" if config else "\n  --config PATH names its config, or the folder of it"
        raise ConfigError(f"{path}: its config can't be used here:\n{error}{hint}") from None


def _home(path: Path, name: str) -> Path:
    """Where its config is, so that what is beside it is found: tables, a theme, scenes."""
    folders = [path.absolute().parent.parent / "configs", path.parent, Path("configs"), Path()]
    return next((folder for folder in folders if (folder / name).is_file()), folders[0])


def _apart(where: str, told: Any, now: Any) -> Iterator[str]:
    """What two manifests say differently, place by place."""
    if isinstance(told, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*told, *now]):
            yield from _apart(f"{where}.{key}", told.get(key), now.get(key))
    elif isinstance(told, list) and isinstance(now, list) and len(told) == len(now):
        for i, pair in enumerate(zip(told, now, strict=True)):
            yield from _apart(f"{where}.{i}", *pair)
    elif told != now:
        yield f"{where}: {_shown(told)}, now {_shown(now)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _files(path: Path, told: dict[str, Any]) -> tuple[list[str], bool]:
    """What became of the files beside the manifest, and whether those there are whole."""
    found, whole = [], True
    for output in told.get("outputs", []):
        name = os.path.basename(str(output.get("file"))) if isinstance(output, dict) else ""
        file = path.parent / name
        if not name or not file.exists():
            found.append(f"{name}: not beside the manifest")
        elif output.get("hash") != content_or_none(file):
            found.append(f"{name}: has been changed since")
            whole = False
    return found, whole
