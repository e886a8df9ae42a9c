"""Draw the map of two keys: each pixel is a run, and its colour says how it ends."""

from __future__ import annotations

import argparse
import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.map.compute import Spread

USUAL = "png,csv,json"
AXIS = "KEY=A..B[:log|lin]"
AXES = ("x", "y")
MOST_PROCESSES = 256
LONG = 4e6  # runs × epochs: with fewer, more processes take longer to start than they save


def arguments(parser: argparse.ArgumentParser) -> None:
    """The config, both axes, and the files."""
    add = parser.add_argument
    add("config", metavar="CONFIG", help="a YAML file")
    add("--x", metavar=AXIS, help="the key along x and its range: optimizer.lr=1e-3..1")
    add("--y", metavar=AXIS, help="the key along y: optimizer.momentum=0..0.99")
    add("--size", metavar="WxH", help="runs along x and along y: 400x300 (160x120)")
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="any key: training.epochs=99",
    )
    add("--theme", metavar="NAME", help="theme: night, paper, or your own YAML file")
    add("--seed", metavar="N", help="seed of the noise")
    add("--format", metavar="LIST", default=USUAL, help=f"png, svg, csv, json, html ({USUAL})")
    add("--out", default="outputs", metavar="DIR", help="folder of the files (outputs)")
    add("-j", metavar="N", help="processes that compute it (one for each core where it takes long)")
    add("--scheduler", metavar="ADDRESS", help="compute it on a dask cluster: tcp://host:8786")
    add("--force", action="store_true", help="train also what is in the cache")
    add("--no-cache", action="store_true", help="neither read the cache nor write to it")


def run(arguments: argparse.Namespace) -> int:
    """Compute the map and write its files. Raises ConfigError, RenderError."""
    from render.cache.store import default_store
    from render.jobs.interrupt import interruptible
    from render.jobs.progress import choose
    from render.jobs.streams import log
    from render.pipeline import make_map

    kinds = _kinds(arguments.format)
    spec = _spec(arguments)
    out = Path(arguments.out)
    files = {kind: out / f"{spec.name}-map.{kind}" for kind in kinds}
    store = default_store(
        reads=not (arguments.force or arguments.no_cache), writes=not arguments.no_cache
    )
    started_s = time.perf_counter()
    with (
        interruptible({out}),
        _spread(arguments, spec) as spread,
        choose(arguments.quiet).film(f"{spec.name}-map") as progress,
    ):
        seed = [] if arguments.seed is None else [f"seed={arguments.seed}"]
        made = make_map(spec, files, progress, store, [*seed, *arguments.set], spread)
    if not arguments.quiet:
        counts = ", ".join(f"{n:,} {word}" for word, n in made.counts().items() if n)
        names = "  ".join(str(path) for path in files.values())
        log(f"{names}\n  {counts} ({time.perf_counter() - started_s:.1f} s)")
    return 0


@contextlib.contextmanager
def _spread(arguments: argparse.Namespace, spec: Spec) -> Iterator[Spread | None]:
    """Where the map is computed; None: in this process. Raises ConfigError, RenderError."""
    from render.config.problems import shown
    from render.jobs.cores import cores
    from render.jobs.maps import in_processes, on_executor
    from render.jobs.streams import log

    if arguments.scheduler is not None:
        if arguments.j is not None:
            raise ConfigError("-j: is for this machine; with --scheduler the workers there count")
        from render.jobs.remote import cluster

        with cluster(arguments.scheduler, log) as executor:
            yield on_executor(executor)
        return
    text = arguments.j
    if text is not None and not (text.isdecimal() and 1 <= int(text) <= MOST_PROCESSES):
        allowed = f"expected a number of processes from 1 to {MOST_PROCESSES}"
        raise ConfigError(f"-j {shown(text)}: {allowed}")
    assert spec.map is not None
    runs = spec.map.size[0] * spec.map.size[1] * spec.training.epochs
    usual = cores() if runs > LONG else 1
    count = usual if text is None else int(text)
    yield in_processes(count) if count > 1 else None


def _kinds(text: str) -> list[str]:
    """The kinds of files that are asked for. Raises ConfigError."""
    from render.config.problems import unknown
    from render.describe.map_files import KINDS

    kinds = [name.strip() for name in text.split(",") if name.strip()]
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigError(f"--format: {unknown('format', kind, KINDS)}")
    if not kinds:
        raise ConfigError(f"--format: expected some of {', '.join(KINDS)}")
    return list(dict.fromkeys(kinds))


def _spec(arguments: argparse.Namespace) -> Spec:
    """The config with the axes of the command line. Raises ConfigError."""
    from render.config.load import load
    from render.config.problems import as_typed

    given = {name: getattr(arguments, name) for name in AXES}
    sets = [f"map.{name}={_quoted(text)}" for name, text in given.items() if text is not None]
    if sets and not any(text.startswith("map.zoom") for text in arguments.set):
        sets.append("map.zoom=null")  # it is around a place of the config's own axes
    if arguments.size is not None:
        sets.append(f"map.size={_size(arguments.size)}")

    def spelled(name: str, value: str) -> str:
        """The options of this command as they were typed."""
        key, _, text = value.partition("=")
        own = {f"map.{axis}": (axis, given[axis]) for axis in AXES}
        if name == "set" and key in own:
            axis, text = own[key]
            return f"--{axis} {text}"
        return (
            f"--size {arguments.size}"
            if name == "set" and key == "map.size"
            else as_typed(name, value)
        )

    spec = load(Path(arguments.config), [*arguments.set, *sets], _options(arguments), None, spelled)
    if spec.map is None:
        example = "--x optimizer.lr=1e-3..1 --y optimizer.momentum=0..0.99"
        raise ConfigError(f"{arguments.config}: has no section 'map', so name both axes: {example}")
    return spec


def _options(arguments: argparse.Namespace) -> Mapping[str, str]:
    import os

    given = {name: getattr(arguments, name) for name in ("theme", "seed")}
    options = {name: text for name, text in given.items() if text is not None}
    if options.get("theme", "").lower().endswith((".yaml", ".yml")):
        options["theme"] = os.path.abspath(options["theme"])
    return options


def _quoted(text: str) -> str:
    """A text as YAML has it in double quotes."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _size(text: str) -> str:
    read = re.fullmatch(r"([0-9]{1,5})[xX×]([0-9]{1,5})", text)
    if read is None:
        raise ConfigError(f"--size {text}: expected WxH, like 400x300")
    return f"[{read[1]}, {read[2]}]"
