"""Functions that take torch tensors and numpy arrays, so that one formula serves for both.

A model is trained on tensors and drawn from arrays. Each function returns the type that it is
given; for Python numbers it returns arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def exp(x: Any) -> Any:
    """e to the x."""
    return _apply("exp", x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return _apply("log", x)


def sin(x: Any) -> Any:
    """The sine of x in radians."""
    return _apply("sin", x)


def cos(x: Any) -> Any:
    """The cosine of x in radians."""
    return _apply("cos", x)


def tan(x: Any) -> Any:
    """The tangent of x in radians."""
    return _apply("tan", x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _apply("tanh", x)


def sqrt(x: Any) -> Any:
    """The square root."""
    return _apply("sqrt", x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^−x), without overflow, and precise where it is tiny, for its logarithm."""
    if hasattr(x, "sigmoid"):
        return x.sigmoid()
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) < 0, small, 1.0) / (1.0 + small)


def _apply(name: str, x: Any) -> Any:
    return getattr(x, name)() if hasattr(x, name) else getattr(np, name)(x)
