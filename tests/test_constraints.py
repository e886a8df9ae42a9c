"""constraints.txt names one version of all that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [line for line in LINES if not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Lightning, which a callback of ours is for, is its user's own; nothing here installs it.
EXTRAS = {
    name: part for name, part in PROJECT["optional-dependencies"].items() if name != "lightning"
}
ASKED = [
    asked
    for part in (PROJECT["dependencies"], *EXTRAS.values())
    for asked in map(Requirement, part)
    if asked.name != PROJECT["name"]
]


def test_every_line_is_a_name_and_a_version_and_no_special_build():
    assert [pin for pin in PINS if not re.fullmatch(r"[\w.-]+==\d[\w.]*", pin)] == []


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_is_asked_for_is_there_in_a_version_that_will_do(asked):
    versions = dict(pin.split("==") for pin in PINS)
    there = {canonicalize_name(name): version for name, version in versions.items()}
    assert asked.specifier.contains(there[canonicalize_name(asked.name)])
