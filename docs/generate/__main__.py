"""Builds the site: `python -m docs.generate`, which `make docs` runs."""

from docs.generate.site import build

print(f"The documentation is in {build()}")
