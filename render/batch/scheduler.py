"""The address of a dask scheduler in, its cluster as an executor out."""

from __future__ import annotations

import contextlib
import importlib
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

from render.config.problems import shown
from render.errors import ConfigError, RenderError

ADDRESS = re.compile(r"([a-z]+://)?([^\s/:\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?")
ANSWERS_S = 5  # how long a scheduler may take to


@contextlib.contextmanager
def cluster(address: str, say: Callable[[str], None]) -> Iterator[Executor]:
    """The workers there, for as long as the block lasts. Raises RenderError.

    A worker that is lost is replaced by dask: its film is made by another.
    """
    told = f"--scheduler {shown(address)}"
    if not ADDRESS.fullmatch(address):
        raise ConfigError(f"{told}: expected an address like tcp://127.0.0.1:8786")
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        install = "pip install 'descent-film[cluster]'"
        raise ConfigError(f"{told}: needs dask's distributed: {install}") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised
    try:
        client = distributed.Client(address, timeout=ANSWERS_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        fault = " ".join(str(error).split())
        raise RenderError(f"{told}: no scheduler answers there: {fault}") from None
    try:
        if not client.scheduler_info()["workers"]:
            say(f"{told}: has no workers yet; waiting for one")
        yield client.get_executor(pure=False)
    finally:
        with contextlib.suppress(Exception):  # it may be gone
            client.close(timeout=1)
