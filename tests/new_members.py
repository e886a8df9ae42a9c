"""Members that the package does not have, one file each, and what is made with them."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

FILES = {
    "learn/optimizers/sign_descent.py": '''
"""Sign descent: only the direction of the gradient counts."""

from dataclasses import dataclass

from render.learn.optimizers.base import Optimizer


@dataclass(frozen=True)
class SignDescent(Optimizer):
    """p ← p − lr · sign(∂L/∂p)."""

    def init(self, params, hessian):
        return None

    def step(self, params, grads, state, lr):
        return params - lr * grads.sign(), state
''',
    "learn/losses/smooth_abs.py": '''
"""A loss that is smooth at 0 and absolute far from it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Positive
from render.learn.elementwise import sqrt
from render.learn.losses.base import Loss


@dataclass(frozen=True)
class SmoothAbsLoss(Loss):
    """mean(√((ŷ − y)² + width²) − width)."""

    width: Annotated[Positive, Field(description="of the smooth part")] = 1.0

    def pointwise(self, yhat, y):
        return sqrt((yhat - y) ** 2 + self.width**2) - self.width
''',
    "learn/schedules/sawtooth.py": '''
"""A learning rate that falls and starts again."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from render.config.options import Count
from render.learn.schedules.base import Schedule


@dataclass(frozen=True)
class SawtoothSchedule(Schedule):
    """lr · (1 − (epoch mod period) / period)."""

    period: Annotated[Count, Field(description="epochs from one start to the next")] = 5

    def factor(self, epoch, epochs):
        return 1 - epoch % self.period / self.period
''',
    "learn/models/parabola.py": '''
"""A parabola with its lowest point at 0."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from render.config.options import Parameter, Start
from render.learn.models.base import Model, written


@dataclass(frozen=True)
class ParabolaModel(Model):
    """ŷ = a·x² + c."""

    a: Annotated[Start, Field(description="how steep it is")] = field(default_factory=Parameter)
    c: Annotated[Start, Field(description="its lowest value")] = field(default_factory=Parameter)

    def parameters(self):
        return {"a": self.a, "c": self.c}

    def labels(self):
        return {"a": "steepness a", "c": "lowest value c"}

    def predict(self, values, x):
        return values["a"] * x**2 + values["c"]

    def equation(self, values):
        return f"ŷ = {written([(values['a'], 'x²'), (values['c'], '')])}"
''',
    "learn/functions/booth.yaml": """
description: "Booth's function: one long bowl."
source: M. Jamil, X.-S. Yang, A literature survey of benchmark functions (2013), number 17.
formula: (x1 + 2·x2 − 7)² + (2·x1 + x2 − 5)²
start: {x1: -5, x2: 5}
minima: [[1, 3]]
""",
    "draw/panels/counter.py": '''
"""The number of steps that were taken."""

from dataclasses import dataclass
from typing import ClassVar

from render.draw.panels.base import DrawnPanel


@dataclass
class CounterPanel(DrawnPanel):
    """The number of steps that were taken."""

    room_em: ClassVar[tuple[float, float]] = (4, 2)

    def setup(self, layers, cell, context):
        self.number = layers.live(cell.left, cell.bottom)
        layers.move(self.number)

    def update(self, frame):
        self.number.text = f"{frame.first.row} steps"
''',
}
MEMBERS = {
    "optimizers": "sign_descent",
    "losses": "smooth_abs",
    "schedules": "sawtooth",
    "models": "parabola",
    "functions": "booth",
    "panels": "counter",
}
CONFIG = """
title: Six new files
dataset: {kind: polynomial, noise: 0}
model: {kind: parabola, a: -1}
loss: {kind: smooth_abs, width: 0.5}
optimizer: {kind: sign_descent, lr: 0.5}
schedule: {kind: sawtooth, period: 3}
training: {epochs: 6}
film: {size: [640, 360], duration: 1, fps: 4, layout: [code counter, residuals counter]}
outputs: [gif, json, txt]
"""
FUNCTION = """
title: A new function
model: {kind: function, name: booth}
optimizer: {kind: sign_descent, lr: 0.5}
training: {epochs: 20}
film: {size: [640, 360], duration: 1, fps: 4, layout: [surface, code]}
outputs: [gif]
"""


def printed(*words: str) -> str:
    """What a command prints."""
    from render.__main__ import main

    with redirect_stdout(StringIO()) as text:
        assert main([*words]) == 0, words
    return text.getvalue()


def program(config: Path) -> list[str]:
    """The lines of the code panel of a config."""
    from render.config.load import load
    from render.draw.torch_code import listing

    return [line.text for line in listing(load(config, ()), 60)]


def main() -> None:
    """Print all that the package beside this folder makes of the new members."""
    import render

    for name, text in (("new", CONFIG), ("function", FUNCTION)):
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
        printed("render", f"{name}.yaml", "--out", "films")
    result = {
        "package": render.__file__,
        "list": {kind: json.loads(printed("list", kind, "--json")) for kind in MEMBERS},
        "schema": json.loads(printed("schema")),
        "program": program(Path("new.yaml")),
        "function": program(Path("function.yaml")),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
