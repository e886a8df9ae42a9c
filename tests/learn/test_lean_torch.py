"""A process of ours that has imported less of torch can have the rest of it later."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from render.learn.lean_torch import LEFT_OUT, complete_torch, import_lean_torch

complete_torch()
assert "torch" not in sys.modules  # whoever needs it imports all of it
import_lean_torch()
assert LEFT_OUT not in sys.modules
complete_torch()
assert LEFT_OUT in sys.modules
import torch

doubled = torch.compile(lambda x: 2 * x, backend="eager")
assert doubled(torch.ones(2)).tolist() == [2, 2]
assert torch.func.vmap(torch.sin)(torch.zeros(3)).tolist() == [0, 0, 0]
"""


@pytest.mark.slow
def test_the_rest_comes_when_it_is_asked_for():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=120)
