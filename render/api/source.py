"""Where a film comes from in, its spec out; and faults as they are told in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from render.config.load import load
from render.config.spec import Spec
from render.errors import ConfigError, RenderError

TYPED = ("--set ", "--for ", "--still ", "-o ")  # what the command line says before a fault


@dataclass(frozen=True)
class Source:
    """Where a film comes from, so that it can be loaded again with other options."""

    path: Path
    sets: tuple[str, ...]
    options: Mapping[str, str]

    def spec(self) -> Spec:
        """Load it. Raises ConfigError."""
        with in_python():
            return load(self.path, self.sets, self.options)


@contextmanager
def in_python() -> Iterator[None]:
    """Faults without the option of the command line that they would be about there."""
    try:
        yield
    except RenderError as error:
        text = str(error)
        found = next((typed for typed in TYPED if text.startswith(typed)), None)
        if found is None:
            raise
        plain = text.removeprefix(found)
        if isinstance(error, ConfigError):
            raise ConfigError(plain, error.problems) from None
        raise RenderError(plain) from None
