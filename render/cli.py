"""The command line: arguments in, exit code out; says what went wrong on standard error.

Imports nothing heavy: `--help` answers at once, `check` needs neither torch nor matplotlib.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from render import __version__, registry
from render.errors import ConfigError

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
USUAL = "render"  # what is done when no command is named

# Our matrices are small: more threads only spin, and take the encoder's cores. Read by the
# libraries when they are imported, which no command has done yet.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for."""
    for variable in THREADS:
        os.environ.setdefault(variable, "1")
    typed = [_hyphenated(word) for word in (sys.argv[1:] if argv is None else argv)]
    name = typed.pop(0) if typed and typed[0] in registry.names("commands") else USUAL
    command = _command(name)
    arguments = _parser(name, command).parse_intermixed_args(typed)
    try:
        return command.run(arguments)
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


def _command(name: str) -> Any:
    return importlib.import_module(f"render.commands.{name}")


def _hyphenated(word: str) -> str:
    """An option's name with hyphens, however it was typed; all else as it is."""
    name, equals, value = word.partition("=")
    return name.replace("_", "-") + equals + value if name.startswith("--") else word


def _parser(name: str, command: Any) -> argparse.ArgumentParser:
    usual = name == USUAL
    parser = argparse.ArgumentParser(
        prog="python -m render" + ("" if usual else f" {name}"),
        description=command.__doc__,
        epilog=_epilog() if usual else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(parser)
    add = parser.add_argument
    add("--quiet", action="store_true", help="say nothing but errors")
    add("--debug", action="store_true", help="show where an internal error arose")
    add("--version", action="version", version=f"descent-film {__version__}")
    parser.set_defaults(refuse=parser.error)  # for what only the command can see is wrong
    return parser


def _epilog() -> str:
    """The commands, one line each."""
    names = sorted(registry.names("commands"), key=lambda name: (name != USUAL, name))
    about = {name: (_command(name).__doc__ or "").partition("\n")[0] for name in names}
    return "commands:\n" + "\n".join(f"  {name:<10} {text}" for name, text in about.items())
