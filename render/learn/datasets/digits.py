"""Handwritten digits of 8 × 8 pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.learn.datasets.base import DATA, DatasetKind, PointNoise

IMAGES, PIXELS, LEVELS = 1797, 64, 16


@dataclass(frozen=True)
class DigitsDataset(DatasetKind):
    """1,797 images of handwritten digits, 64 inputs from 0 (white) to 1 (black), ten classes.

    E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository (1998), CC BY 4.0: its test set, as sklearn.datasets.load_digits has it.
    """

    formula: ClassVar[bool] = False
    scatters: ClassVar[bool] = True
    file: ClassVar[str] = "digits.csv"

    noise: PointNoise = 0.0
    n: Annotated[
        Annotated[Integer, Field(ge=20, le=IMAGES)] | None,
        Field(description="only the first so many images"),
    ] = None

    @property
    def features(self) -> int:
        return PIXELS

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple("0123456789")

    def count(self) -> int:
        return IMAGES if self.n is None else self.n

    def points(self) -> tuple[Any, Any]:
        import torch

        # A digit and its pixels, a character each: 0 to g are 0 to 16.
        lines = (DATA / self.file).read_text(encoding="ascii").splitlines()[1 : 1 + self.count()]
        rows = [[int(level, 17) for level in line.partition(",")[2]] for line in lines]
        pixels = torch.tensor(rows, dtype=torch.float32, device="cpu") / LEVELS
        labels = [float(line.partition(",")[0]) for line in lines]
        return pixels, torch.tensor(labels, dtype=torch.float32, device="cpu").view(-1, 1)
