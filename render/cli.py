"""The command line: arguments in, exit code out; says what went wrong on standard error.

Imports nothing heavy: `--help` answers at once, `check` needs neither torch nor matplotlib.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from render import __version__
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.timeline.when import When

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "render": "Turn YAML scenes into animated films of gradient descent.",
    "check": "Check configs without training or drawing anything.",
}


# Our matrices are small: more threads only spin, and take the encoder's cores. Read by the
# libraries when they are imported, which no command has done yet.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for."""
    for variable in THREADS:
        os.environ.setdefault(variable, "1")
    typed = list(sys.argv[1:] if argv is None else argv)
    command = typed.pop(0) if typed and typed[0] in COMMANDS else "render"
    parser = _parser(command)
    arguments = parser.parse_intermixed_args(typed)
    if not arguments.configs and not arguments.all:
        parser.error("which config? configs/slope.yaml, for example, or --all for all of configs/")
    try:
        return _check(arguments) if command == "check" else _render(arguments)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody listens any more; Python would complain once again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        return FAILED
    except Exception as error:
        from render.batch.run import internal

        print(internal(error, arguments.debug), file=sys.stderr)
        return FAILED


def _render(arguments: argparse.Namespace) -> int:
    from render.batch.jobs import Wanted, plan
    from render.batch.progress import choose
    from render.batch.run import run

    still = None if arguments.still is None else _time(arguments.still)
    specs = _specs(arguments)
    if arguments.o and len(specs) > 1:
        raise ConfigError(
            f"-o {arguments.o[0]}: names the file of one film, but there are {len(specs)}"
        )
    formats = [name.strip() for text in arguments.format for name in text.split(",")]
    files = tuple(arguments.o)
    wanted = Wanted(Path(arguments.out), tuple(dict.fromkeys(formats)), files, still)
    return run(plan(specs, wanted), choose(arguments.quiet), arguments.debug)


def _time(text: str) -> When:
    """The time of a still. Raises ConfigError."""
    from render.config.problems import shown
    from render.timeline.when import EVERY, when

    if text.strip().lower() == str(EVERY):
        return EVERY
    try:
        return when(text)
    except ValueError as fault:
        told = str(fault) if ", found" in str(fault) else f"{fault}; or {EVERY}, for each of them"
        raise ConfigError(f"--still {shown(text)}: {told}") from None


def _check(arguments: argparse.Namespace) -> int:
    for spec in _specs(arguments):
        if not arguments.quiet:
            print(f"{spec.path}: ok", file=sys.stderr)
    return DONE


def _specs(arguments: argparse.Namespace) -> list[Spec]:
    """Every config, loaded. Raises ConfigError with the problems of all of them."""
    from render.batch.gather import gather
    from render.config.load import load
    from render.config.overrides import NAMED

    options = {name: getattr(arguments, name) for name in NAMED}
    given = {name: text for name, text in options.items() if text is not None}
    if given.get("theme", "").lower().endswith((".yaml", ".yml")):
        given["theme"] = os.path.abspath(given["theme"])  # as one types it, not beside the config
    paths = gather([*arguments.configs, *["configs"] * arguments.all])
    specs: list[Spec] = []
    refused: dict[str, list[str]] = {}  # a wrong option is wrong for many configs: told once
    for path in paths:
        try:
            specs.append(load(path, arguments.set, given))
        except ConfigError as error:
            refused.setdefault(str(error), []).append(str(path))
    if refused:
        raise ConfigError(
            "\n".join(_told(text, files, len(paths)) for text, files in refused.items())
        )
    return specs


def _told(text: str, files: Sequence[str], total: int) -> str:
    """Problems of options alone don't name a file: say for which configs they arise."""
    by_option = text.startswith("--")
    return f"{text}\n  in {', '.join(files)}" if by_option and 0 < len(files) < total else text


def _parser(command: str) -> argparse.ArgumentParser:
    rendering = command == "render"
    parser = argparse.ArgumentParser(
        prog="python -m render" + ("" if rendering else f" {command}"),
        description=COMMANDS[command],
        epilog=_epilog() if rendering else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("configs", nargs="*", metavar="CONFIG", help="a YAML file, or a folder of them")
    add("--all", action="store_true", help="everything in configs/")
    if rendering:
        add(
            "-o",
            action="append",
            default=[],
            metavar="FILE",
            help="write this file, as its suffix says",
        )
        add(
            "--format",
            action="append",
            default=[],
            metavar="LIST",
            help="formats instead of the config's: mp4,gif",
        )
        add(
            "--still",
            metavar="TIME",
            help="a picture of 2s, 50%%, 'step 3' or end, and no film; steps: one of each step",
        )
        add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("--theme", metavar="NAME", help="film.theme")
    add("--size", metavar="WxH", help="film.size in pixels: 1280x720")
    add("--fps", metavar="N", help="film.fps, frames per second")
    add("--seed", metavar="N", help="seed of the noise")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="any key: optimizer.lr=0.3")
    if rendering:
        add("--force", action="store_true", help="render even where nothing changed")
    add("--quiet", action="store_true", help="say nothing but errors")
    add("--debug", action="store_true", help="show where an internal error arose")
    add("--version", action="version", version=f"descent-film {__version__}")
    return parser


def _epilog() -> str:
    return "commands:\n" + "\n".join(f"  {name:<8} {text}" for name, text in COMMANDS.items())
