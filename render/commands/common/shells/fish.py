"""The completion script for fish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from render.commands.common.parsers import DEFAULT
from render.commands.common.shells.base import (
    CONFIGS,
    FILES,
    FOLDERS,
    Command,
    CommandOption,
    Values,
)

HEAD = """\
# Completion of descent-film, and of python -m render, for fish. Put into config.fish:
#   python -m render completion fish | source
function __descent_film_words
    set -l words (commandline -opc)
    if test (count $words) -gt 2; and test "$words[2] $words[3]" = '-m render'
        set -e words[1..2]
    else if test (count $words) -gt 0; and string match -qr 'python[0-9.]*$' -- $words[1]
        return 1
    end
    test (count $words) -lt 2; or printf '%s\\n' $words[2..]
end
function __descent_film_at
    set -l words (__descent_film_words); or return 1
    set -l command DEFAULT
    if contains -- "$words[1]" COMMANDS
        set command $words[1]
    end
    test $command = $argv[1]; or return 1
    test (count $argv) -eq 1; or test "$words[-1]" = $argv[2]
end
function __descent_film_configs
    string match -er '^[^\\t]*(/|[.]ya?ml)(\\t|$)' -- (complete -C "'' "(commandline -ct))
end
function __descent_film_stems
    for file in $argv[1]/*$argv[2]
        set -l name (string replace -r '^.*/' '' -- $file | string collect)
        set name (string replace -r '[.][^.]*$' '' -- $name | string collect)
        test "$name" = __init__; or string match -qr '[\n\t]' -- $name; or echo -- $name
    end
end
function __descent_film_begins
    set -l words (__descent_film_words); or return 1
    test (count $words) -eq 0
end
"""
FOUND = {
    CONFIGS: "(__descent_film_configs)",
    FILES: "(__fish_complete_path)",
    FOLDERS: "(__fish_complete_directories)",
}
PROGRAMS = ("descent-film", "python", "python3")


def script(commands: Mapping[str, Command]) -> str:
    """What fish has to read."""
    head = HEAD.replace("DEFAULT", DEFAULT).replace("COMMANDS", _code(commands))
    rules = ["complete -c descent-film -f"]
    for program in PROGRAMS:
        rules += [f"complete -c {program} {rule}" for rule in _rules(commands)]
    return head + "\n".join(rules) + "\n"


def _rules(commands: Mapping[str, Command]) -> Iterator[str]:
    for name, command in commands.items():
        yield (
            f"-n __descent_film_begins -f -a {_quoted(_code([name]))} -d {_quoted(command.about)}"
        )
        at = _condition(name)
        for option in command.options:
            yield f"{at} {_option(option)} -d {_quoted(option.about)}"
        if not command.following and (offered := _offered(command.argument)):
            yield f"{at} -f -a {offered}"
        if command.following:  # then its first argument comes right after its name
            yield f"{_condition(name, name)} -f -a {_offered(command.argument)}"
        for word, following in command.following.items():
            yield f"{_condition(name, word)} -f -a {_offered(following)}"


def _condition(*words: str) -> str:
    return f"-n {_quoted(f'__descent_film_at {_code(words)}')}"


def _option(option: CommandOption) -> str:
    spelled = [f"-l {s[2:]}" if s.startswith("--") else f"-s {s[1:]}" for s in option.spellings]
    if option.value is None:
        return " ".join(spelled)
    offered = _offered(option.value)
    return " ".join([*spelled, "-x", *([f"-a {offered}"] if offered else [])])


def _offered(values: Values) -> str:
    """What follows `-a`: code, which fish reads when it completes and runs what is in (…)."""
    code = _code(values.words) or FOUND.get(values.files, "")
    if values.stems:
        code += f" (__descent_film_stems {values.stems.replace('/*', ' ')})"
    return _quoted(code) if code else ""


def _code(words: Iterable[str]) -> str:
    """Words as a line of fish has them."""
    return " ".join(w if re.fullmatch("[A-Za-z0-9_./-]+", w) else _quoted(w) for w in words)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
