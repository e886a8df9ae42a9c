"""Three species of penguins, and what was measured of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from render.learn.datasets.base import DATA, DatasetKind, PointNoise
from render.learn.tables.table import read_columns
from render.phrases import form, phrase

SPECIES, BIRDS = form("species"), 342
COLUMNS = {  # of the file, and what axes call them
    "bill_length": ("bill_length_mm", form("bill length (mm)")),
    "bill_depth": ("bill_depth_mm", form("bill depth (mm)")),
    "flipper_length": ("flipper_length_mm", form("flipper length (mm)")),
    "body_mass": ("body_mass_g", form("body mass (g)")),
}
Measured = Literal["bill_length", "bill_depth", "flipper_length", "body_mass"]


def _different(chosen: tuple[str, ...]) -> tuple[str, ...]:
    if not chosen or len({*chosen}) < len(chosen):
        raise ValueError(f"expected from 1 to {len(COLUMNS)} different ones")
    return chosen


@dataclass(frozen=True)
class PenguinSpeciesDataset(DatasetKind):
    """Adélie, chinstrap and gentoo: 342 birds of the Palmer Archipelago by what was measured.

    K. B. Gorman, T. D. Williams, W. R. Fraser, Ecological Sexual Dimorphism and Environmental
    Variability within a Community of Antarctic Penguins, PLoS ONE 9(3), e90081 (2014).
    """

    formula: ClassVar[bool] = False
    scatters: ClassVar[bool] = True
    file: ClassVar[str] = "penguin_species.csv"

    noise: PointNoise = 0.0
    x: Annotated[
        tuple[Measured, ...],
        AfterValidator(_different),
        Field(
            description="the inputs, in mm and g",
            json_schema_extra={"minItems": 1, "maxItems": len(COLUMNS), "uniqueItems": True},
        ),
    ] = ("bill_length", "bill_depth", "flipper_length", "body_mass")

    @property
    def features(self) -> int:
        return len(self.x)

    @property
    def classes(self) -> tuple[str, ...]:
        return "Adelie", "Chinstrap", "Gentoo"

    def names(self) -> tuple[str, ...]:
        return (*(phrase(COLUMNS[name][1]) for name in self.x), phrase(SPECIES))

    def count(self) -> int:
        return BIRDS

    def points(self) -> tuple[Any, Any]:
        import torch

        names = (*(COLUMNS[name][0] for name in self.x), SPECIES)
        columns = torch.from_numpy(
            read_columns(DATA / self.file, names, classes=True).columns
        ).float()
        return columns[:-1].T, columns[-1].view(-1, 1)
