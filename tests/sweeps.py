"""Cases of a test of which a few are quick enough for every run, and the rest are a sweep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sweep(cases: Iterable[Any], quick: int = 1, *, whole: bool = False) -> list[Any]:
    """The cases of a parametrised test: all but the first `quick` are left to `make test-all`.

    A tuple has a value for each argument of the test, or is the value of its only one: `whole`.
    """
    return [case if i < quick else _slow(case, whole) for i, case in enumerate(cases)]


def _slow(case: Any, whole: bool) -> Any:
    if isinstance(case, type(pytest.param())):
        return pytest.param(*case.values, marks=[*case.marks, pytest.mark.slow], id=case.id)
    values = case if isinstance(case, tuple) and not whole else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
