"""The command line: runs a command and returns its exit code; errors go to standard error.

Imports nothing heavy, so that `--help` is fast; `check` needs neither torch nor matplotlib.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from render.commands.common.parsers import DEFAULT, command, names, nearest_hint, parsed
from render.errors import ConfigError, RenderError
from render.jobs.cores import limit_threads
from render.jobs.interrupt import raised, status_of, words_of

DONE, FAILED, REFUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; its exit code."""
    limit_threads()  # no library that reads it has been imported yet
    typed = list(sys.argv[1:] if argv is None else argv)
    if typed and (hint := _hint(typed[0])):
        print(f"{typed[0]}: no such command or config{hint}", file=sys.stderr)
        return REFUSED
    name = typed.pop(0) if typed and typed[0] in names() else DEFAULT
    arguments = parsed(name, typed)
    try:
        with raised():
            return int(command(name).run(arguments))
    except ConfigError as error:
        _print_error(str(error))
        return REFUSED
    except RenderError as error:
        _print_error(str(error))
        return FAILED
    except KeyboardInterrupt as ended:
        with contextlib.suppress(OSError):  # the terminal may be closed
            print(words_of(ended), file=sys.stderr, flush=True)
        return status_of(ended)
    except BrokenPipeError:
        # The reader of standard error is gone, and Python would print an error at its end too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        return FAILED
    except Exception as error:
        from render.commands.common.output import internal_error_text

        _print_error(internal_error_text(error, arguments.debug))
        return FAILED


def _print_error(text: str) -> None:
    from render.config.problems import printable

    print(printable(text), file=sys.stderr)


def _hint(word: str) -> str:
    """The nearest command to a word that is neither a command nor a config; else empty."""
    plain = word.isidentifier() and word not in names() and not os.path.exists(word)
    hint = nearest_hint(word, names()) if plain else ""
    if not hint:
        return ""
    from render.commands.common.catalogue import config_files

    return "" if word in config_files() else hint


if __name__ == "__main__":
    sys.exit(main())
