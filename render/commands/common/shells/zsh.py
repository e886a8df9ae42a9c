"""The completion script for zsh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote

from render.commands.common.parsers import DEFAULT
from render.commands.common.shells.base import CONFIGS, FILES, FOLDERS, Command, Values

HEAD = """\
#compdef descent-film
# Completion of descent-film, and of python -m render, for zsh. Put into ~/.zshrc, after compinit:
#   eval "$(python -m render completion zsh)"
_descent_film() {
    local first=2 command=DEFAULT previous=${words[CURRENT-1]}
    [[ ${words[2]} == -m ]] && first=4
    if ((CURRENT > first)); then
        case ${words[first]} in
            COMMANDS) command=${words[first]} ;;
        esac
    fi
    if [[ ${words[CURRENT]} == --*=* ]]; then
        previous=${words[CURRENT]%%=*}
        compset -P '*='
    fi
    case "$command $previous" in
"""
TAIL = """\
    esac
}
_descent_film_python() {
    if [[ ${words[2]} == -m && ${words[3]} == render ]] && ((CURRENT > 3)); then
        _descent_film
    elif whence _python > /dev/null; then
        _python
    else
        _default
    fi
}
compdef _descent_film descent-film
compdef _descent_film_python python python3
"""
FOUND = {CONFIGS: "_files -g '*.y(a|)ml'", FILES: "_files", FOLDERS: "_files -/"}


def script(commands: Mapping[str, Command]) -> str:
    """What zsh has to read."""
    head = HEAD.replace("DEFAULT", DEFAULT).replace("COMMANDS", "|".join(map(quote, commands)))
    lines = [f"        {line}" for line in _after_a_word(commands)]
    lines += ["    esac", '    if [[ ${words[CURRENT]} == -* ]]; then case "$command" in']
    lines += [f"        {line}" for line in _options(commands)]
    lines += ["    esac; return; fi", "    if ((CURRENT == first)); then"]
    about = [(name, command.about) for name, command in commands.items()]
    lines += [f"        {_described(about)}", "    fi"]
    lines += ['    case "$command" in', *(f"        {line}" for line in _arguments(commands))]
    return head + "\n".join(lines) + "\n" + TAIL


def _after_a_word(commands: Mapping[str, Command]) -> Iterator[str]:
    """What an option's value can be, and what follows the words of a command."""
    for name, command in commands.items():
        for option in command.options:
            if option.value is not None:
                pattern = "|".join(quote(f"{name} {s}") for s in option.spellings)
                yield _branch(pattern, option.value)
        for word, following in command.following.items():
            yield _branch(quote(f"{name} {word}"), following)


def _options(commands: Mapping[str, Command]) -> Iterator[str]:
    for name, command in commands.items():
        about = [(s, option.about) for option in command.options for s in option.spellings]
        yield f"{quote(name)}) {_described(about)} ;;"


def _arguments(commands: Mapping[str, Command]) -> Iterator[str]:
    for name, command in commands.items():
        if command.argument.words or command.argument.files:
            yield _branch(quote(name), command.argument)


def _branch(pattern: str, values: Values) -> str:
    """A branch of a `case`. `compadd` quotes the words that it puts on the line."""
    if values.stems:  # (N) is nothing where there is no file, :t:r no folder and no ending
        offered = f"compadd -- {' '.join(map(quote, values.words))}"
        own = f"own=({values.stems}(N:t:r)); compadd -- ${{own:#__init__}}"
        return f"{pattern}) {offered}; local -a own; {own}; return ;;"
    if values.words:
        return f"{pattern}) compadd -- {' '.join(map(quote, values.words))}; return ;;"
    return f"{pattern}) {FOUND.get(values.files, '_message value')}; return ;;"


def _described(words: Iterable[tuple[str, str]]) -> str:
    """Words with a line for each; a colon ends the word."""
    items = " ".join(quote(f"{_escaped(word)}:{about}") for word, about in words)
    return f"local -a offered=({items}); _describe word offered"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace(":", "\\:")
