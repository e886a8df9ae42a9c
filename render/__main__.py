"""The command line: arguments in, exit code out; says what went wrong on standard error.

Imports nothing heavy: `--help` answers at once, `check` needs neither torch nor matplotlib.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from render.commands.common.parsers import USUAL, command, meant, names, understood
from render.errors import ConfigError, RenderError
from render.jobs.cores import limit_threads

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for."""
    limit_threads()  # no library that reads it has been imported yet
    typed = list(sys.argv[1:] if argv is None else argv)
    if typed and (hint := _mistyped(typed[0])):
        print(f"{typed[0]}: no such command or config{hint}", file=sys.stderr)
        return REFUSED
    name = typed.pop(0) if typed and typed[0] in names() else USUAL
    arguments = understood(name, typed)
    try:
        return int(command(name).run(arguments))
    except ConfigError as error:
        _say(str(error))
        return REFUSED
    except RenderError as error:
        _say(str(error))
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody listens any more; Python would complain once again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        return FAILED
    except Exception as error:
        from render.jobs.outcome import internal_error

        _say(internal_error(error, arguments.debug))
        return FAILED


def _say(text: str) -> None:
    from render.config.problems import printable

    print(printable(text), file=sys.stderr)


def _mistyped(word: str) -> str:
    """Which command a word was meant to be that neither is one nor looks like a config."""
    plain = word.isidentifier() and word not in names() and not os.path.exists(word)
    return meant(word, names()) if plain else ""


if __name__ == "__main__":
    sys.exit(main())
