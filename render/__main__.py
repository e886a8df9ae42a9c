"""The command line: runs a command and returns its exit code; errors go to standard error.

Imports nothing heavy, so that `--help` is fast; `check` needs neither torch nor matplotlib.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from render.commands.common.parsers import DEFAULT, command, names, nearest_hint, parsed
from render.errors import ConfigError, RenderError
from render.jobs.cores import limit_threads
from render.jobs.interrupt import raised, status_of, words_of
from render.jobs.streams import complete, log
from render.jobs.surroundings import check_surroundings, packages_missing

DONE, FAILED, REFUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; its exit code."""
    limit_threads()  # no library that reads it has been imported yet
    complete()
    debug = False
    try:
        check_surroundings()
        typed = list(sys.argv[1:] if argv is None else argv)
        if typed and (hint := _hint(typed[0])):
            raise ConfigError(f"{typed[0]}: no such command or config{hint}")
        name = typed.pop(0) if typed and typed[0] in names() else DEFAULT
        arguments = parsed(name, typed)
        debug = arguments.debug
        with raised():
            return int(command(name).run(arguments))
    except ConfigError as error:
        log(str(error))
        return REFUSED
    except RenderError as error:
        log(str(error))
        return FAILED
    except KeyboardInterrupt as ended:
        log(words_of(ended))
        return status_of(ended)
    except BrokenPipeError:  # the reader of what is printed is gone
        return FAILED
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (remedy := packages_missing(error)):
            log(remedy)
            return FAILED
        from render.commands.common.output import internal_error_text

        log(internal_error_text(error, debug))
        return FAILED


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
