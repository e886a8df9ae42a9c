"""Numbers, names and arrays as bytes and back, exactly.

Plain values become JSON, arrays NumPy's own format. No pickle: nothing in an entry is ever
executed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from zipfile import BadZipFile

import numpy as np

from render.learn.networks.history import History
from render.projected import (
    Basis,
    LayerWeights,
    Measurement,
    Predictions,
    Projected,
    Regions,
)
from render.recording import Dataset, Landscape, Plane, Points

KNOWN = {
    cls.__name__: cls
    for cls in (
        *(Points, Dataset, Plane, Landscape, Basis, Projected, Regions, LayerWeights),
        *(Measurement, Predictions, History),
    )
}
Arrays = list[np.ndarray[Any, Any]]


class PackError(Exception):
    """A value can't be packed, or bytes are not a packed value."""


@dataclass(frozen=True)
class Packed:
    """A value as JSON, in which an array is its position in a list."""

    facts: str
    arrays: Arrays

    @property
    def size_bytes(self) -> int:
        """About the size of the entry."""
        return len(self.facts) + sum(array.nbytes for array in self.arrays)

    def value(self) -> Any:
        """The value; a new one and a stored one are equal to the last bit."""
        try:
            return _whole(json.loads(self.facts), self.arrays)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise PackError from error

    def to_bytes(self) -> bytes:
        """The bytes of an entry."""
        named: dict[str, Any] = {f"a{i}": array for i, array in enumerate(self.arrays)}
        named["facts"] = np.frombuffer(self.facts.encode(), np.uint8)
        buffer = io.BytesIO()
        np.savez(buffer, **named)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Packed:
        """From the disk. Raises Unpackable for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as found:
                arrays = [found[f"a{i}"] for i in range(len(found.files) - 1)]
                return cls(found["facts"].tobytes().decode(), arrays)
        except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError) as error:
            raise PackError from error
        except BadZipFile as error:
            raise PackError from error


def pack(value: Any) -> Packed:
    """Raises Unpackable for what is neither number, text, array nor made of them."""
    arrays: Arrays = []
    return Packed(json.dumps(_plain(value, arrays)), arrays)


def _plain(value: Any, arrays: Arrays) -> Any:
    """JSON in which a list is a tuple, and a mapping has one key: the type of its value."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        arrays.append(np.asarray(value, order="C"))  # sums go by how numbers lie in memory
        return {"array": len(arrays) - 1}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [_plain(item, arrays) for item in value]
    if isinstance(value, Mapping):
        return {"mapping": [[str(key), _plain(item, arrays)] for key, item in value.items()]}
    if type(value) in KNOWN.values():
        inside = {f.name: _plain(getattr(value, f.name), arrays) for f in fields(value)}
        return {type(value).__name__: inside}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise PackError


def _whole(value: Any, arrays: Arrays) -> Any:
    if isinstance(value, list):
        return tuple(_whole(item, arrays) for item in value)
    if not isinstance(value, dict):
        return value
    ((kind, inside),) = value.items()
    if kind == "array":
        return arrays[inside]
    if kind == "mapping":
        return {key: _whole(item, arrays) for key, item in inside}
    return KNOWN[kind](**{name: _whole(item, arrays) for name, item in inside.items()})
