"""JSON: the manifest, which has how a film was made and its results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from render.encode.base import TableFormat
from render.errors import EncodeError
from render.recording import Recording


@dataclass(frozen=True)
class JsonFormat(TableFormat):
    """The manifest: config, versions, results and files, for programs to read."""

    suffix: ClassVar[str] = ".json"
    stops: ClassVar[bool] = True

    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        text = written(manifest)
        try:
            # Bytes of a file name that are not UTF-8 are escaped, as JSON escapes them too.
            path.write_bytes(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise EncodeError(f"can't write the manifest: {error.strerror or error}") from error


def written(manifest: dict[str, Any]) -> str:
    """The text of a manifest."""
    return json.dumps(_plain(manifest), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """A value in the types of JSON: numpy's numbers and arrays as Python's, nan and inf as null."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
