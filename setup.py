"""Installs configs/ too, as the package `render.library`, for `list configs` and `new --like`.

All else is in pyproject.toml, which can't add a package to those that it finds.
"""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["render*", "scenes*"]), "render.library"],
    package_dir={"render.library": "configs"},
)
