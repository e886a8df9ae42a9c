"""Arrays in JSON: base64 of their bytes, so that a number stays the same to its last bit."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

KINDS = {"f8": "<f8", "f4": "<f4", "u1": "|u1"}


def packed(array: Any) -> dict[str, Any]:
    """An array as `{"f8": base64, "shape": […]}`, little-endian; `f4` or `u1` for smaller types."""
    array = np.asarray(array)
    kind = {"f4": "f4", "u1": "u1"}.get(f"{array.dtype.kind}{array.dtype.itemsize}", "f8")
    data = np.ascontiguousarray(array, KINDS[kind]).tobytes()
    return {kind: base64.b64encode(data).decode("ascii"), "shape": [*array.shape]}


def jsonable(value: Any) -> Any:
    """A value in which arrays are packed, and numbers that JSON lacks are null."""
    if isinstance(value, np.ndarray):
        return packed(value)
    if isinstance(value, dict):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
