"""Edit a config in the browser, beside its film."""

from __future__ import annotations

import argparse
import importlib.util
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from render.errors import ConfigError

MAX_PORT = 65535
NEEDS = ("starlette", "uvicorn")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The config, or a folder of them, and how it is served."""
    add = parser.add_argument
    add("config", nargs="?", metavar="CONFIG", help="a YAML file, or a folder of them (configs/)")
    add("--port", metavar="N", default="0", help="of the local address (a free one)")
    add("--no-browser", action="store_true", help="print the address and open no browser")
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")


def run(arguments: argparse.Namespace) -> int:
    """Serve the studio until Ctrl-C, which is no failure. Raises ConfigError."""
    if any(importlib.util.find_spec(name) is None for name in NEEDS):
        raise ConfigError(
            "the studio needs starlette and uvicorn: pip install 'descent-film[studio]'"
        )
    port = arguments.port
    if not port.isdecimal() or int(port) > MAX_PORT:
        raise ConfigError(f"--port {port}: expected a number up to {MAX_PORT}")
    root, home, first = _places(arguments.config)
    from render.jobs.collector import resting_collector
    from render.jobs.streams import log
    from render.studio.address import listening, open_browser
    from render.studio.drawing import Drawing
    from render.studio.guard import Guard

    # The drawing process and the browser start while the rest is imported.
    listener = listening(int(port))
    with resting_collector():
        drawing = Drawing()
        drawing.ask("begin")
        guard = Guard(listener.getsockname()[1])
        log(f"the studio is at {guard.address}\nit works beneath {root}; Ctrl-C ends it")
        if not arguments.no_browser:
            open_browser(guard.address)
        from render.studio.app import Studio
        from render.studio.serve import Server
        from render.studio.workspace import Workspace

        out = Path(arguments.out)
        studio = Studio(Workspace(root), home, first, titles, template, out, drawing)
        server = Server(studio, listener, guard)
    threading.Thread(target=studio.prepare, daemon=True).start()
    try:
        server.run()
    except KeyboardInterrupt:
        log("the studio is closed")
    return 0


def _places(typed: str | None) -> tuple[Path, str, str | None]:
    """The folder that is worked in, the gallery's in it, and the config to open.

    It is the current folder where the config is beneath it, else the config's own. Raises
    ConfigError.
    """
    from render.commands.common.catalogue import LOCAL

    here = Path.cwd().resolve()
    path = Path(typed) if typed is not None else (LOCAL if LOCAL.is_dir() else Path())
    if not path.exists():
        raise ConfigError(f"{path}: no such file or folder")
    absolute = Path(os.path.abspath(path)).resolve()
    folder = absolute if absolute.is_dir() else absolute.parent
    root = here if folder.is_relative_to(here) else folder
    first = None if absolute.is_dir() else absolute.relative_to(root).as_posix()
    return root, folder.relative_to(root).as_posix(), first


def titles() -> Mapping[str, str]:
    """The installed configs, and the starter: names and titles."""
    from render.commands.common.catalogue import config, config_files

    listed = {name: config(name).line for name in sorted(config_files())}
    return {"": "A commented starter", **listed}


def template(like: str, name: str) -> tuple[str, Mapping[Path, Path]]:
    """The text of a new config, from the starter or from an installed one, and the files that it
    needs beside it. Raises ConfigError."""
    from render.commands.common.catalogue import config_files
    from render.commands.new import as_title, copied, needed, starter

    title = as_title(name)
    if not like:
        return starter(title), {}
    files = config_files()
    if like not in files:
        raise ConfigError(f"{like}: there is no such config")
    return copied(files[like].read_text(encoding="utf-8"), title), needed(files[like])
