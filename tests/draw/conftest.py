"""Every drawing test runs in the house's style."""

from __future__ import annotations

import pytest

from render.draw.style import house_style


@pytest.fixture(autouse=True)
def _style():
    with house_style():
        yield
