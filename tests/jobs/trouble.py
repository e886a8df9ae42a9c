"""Films that are nothing but trouble: made in a worker, without learning or drawing anything."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.encode.atomic import Parts
from render.encode.formats.csv import CsvFormat
from render.errors import EncodeError
from render.jobs.plan import Job
from render.results import OutputFile


@dataclass(frozen=True)
class Trouble:
    """In the place of a spec: what it does when a film asks for its theme."""

    name: str
    does: str
    out: Path

    @property
    def film(self) -> Any:
        with Parts() as parts:  # what a film is doing when it happens
            parts.beside(self.out / f"{self.name}.csv").write_text("half")
            first = self.out.parent / f"{self.name}.tried"
            tried = first.exists()
            first.touch()
            match self.does:
                case "exit":
                    os._exit(3)
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "kill once" if not tried:
                    os.kill(os.getpid(), signal.SIGKILL)
                case "hang":
                    time.sleep(600)
            raise EncodeError(f"in process {os.getpid()}")


def job(name: str, does: str, folder: Path) -> Job:
    """A job that writes NAME.csv into the folder's outputs."""
    spec: Any = Trouble(name, does, folder / "outputs")
    return Job(spec, (OutputFile(CsvFormat(), folder / "outputs" / f"{name}.csv"),))
