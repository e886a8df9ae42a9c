"""Whether the film of a manifest is still the same when it is trained and drawn again.

Its frames are drawn and hashed, but not encoded: of files only the bytes are compared with the
hashes in the manifest.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.config.load import load
from render.config.problems import nearest
from render.config.spec import Spec
from render.describe.manifest import PROCESSOR, manifest
from render.draw.plan import compose, plan_film
from render.encode.ffmpeg import version
from render.encode.film import Drawn, encode_film
from render.encode.formats.json import JsonFormat
from render.errors import ConfigError
from render.files import content_or_none
from render.pipeline import Progress, learn
from render.recording import own_errstate

MAX_BYTES = 20_000_000  # of a manifest
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


@dataclass(frozen=True)
class Verified:
    """How a film differs from its manifest."""

    same: bool  # the frames, or the numbers where there are none; and no file has changed
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
    now = _manifest(spec, "film" in then, progress)
    if "ffmpeg" in then.get("versions", {}):
        now["versions"]["ffmpeg"] = version()
    changed = [text for key in COMPARED for text in _differences(key, then.get(key), now.get(key))]
    files, intact = _files(path, then)
    elsewhere = _elsewhere(then, now)
    if "film" in then:
        same = then["film"].get("frames_hash") == now["film"]["frames_hash"]
        summary = f"{now['film']['frames']} frames, {'the same' if same else 'not the same'}"
    else:
        same = all(then.get(key) == now.get(key) for key in ("data_hash", "run", "runs"))
        summary = f"nothing drawn, numbers {'the same' if same else 'not the same'}"
    return Verified(same and intact, summary + ("" if same else elsewhere), (*changed, *files))


def _elsewhere(then: dict[str, Any], now: dict[str, Any]) -> str:
    """What to add to `not the same` where that says nothing of the film."""
    first, second = (facts["versions"].get(PROCESSOR) for facts in (then, now))
    if first in (None, second):
        return ""
    return "; but it was made on another kind of processor, on which last digits differ"


def _manifest(spec: Spec, drawn: bool, progress: Progress) -> dict[str, Any]:
    """The film's manifest of today, without its files."""
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
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes: not a manifest")
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        names = [f.name for f in path.parent.glob("*.json")] if path.parent.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest(path.name, names)}") from None
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
    return dict(facts)


def _spec(path: Path, facts: dict[str, Any], config: Path | None) -> Spec:
    """The config in the manifest, as if it were read from the config's file."""
    name = os.path.basename(facts["config_file"].replace("\\", "/"))
    if name in ("", ".", ".."):
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
    elif then != now:
        yield f"{key}: {_shown(then)}, now {_shown(now)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _files(path: Path, facts: dict[str, Any]) -> tuple[list[str], bool]:
    """Messages about files that are missing or changed, and whether none has changed."""
    messages, intact = [], True
    for output in facts.get("outputs", []):
        name = os.path.basename(str(output.get("file"))) if isinstance(output, dict) else ""
        file = path.parent / name
        if not name or not file.exists():
            messages.append(f"{name}: not beside the manifest")
        elif output.get("hash") != content_or_none(file):
            messages.append(f"{name}: has been changed since")
            intact = False
    return messages, intact
