"""Prints pyproject.toml's lower bounds as constraints: `numpy>=1.26` becomes `numpy==1.26`.

torch keeps its range: its older builds bring gigabytes of CUDA.
"""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in sum(project["optional-dependencies"].values(), project["dependencies"]):
    bound = re.match(r"([\w-]+)>=([\w.]+)", requirement)
    if bound and bound[1] != "torch":
        print(f"{bound[1]}=={bound[2]}")
