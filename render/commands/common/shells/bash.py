"""The completion script for bash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote

from render.commands.common.parsers import DEFAULT
from render.commands.common.shells.base import CONFIGS, FILES, FOLDERS, Command, Values

HEAD = """\
# Completion of descent-film, and of python -m render, for bash. Put into ~/.bashrc:
#   eval "$(python -m render completion bash)"
_descent_film() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local first=1 command=DEFAULT index word
    [[ ${COMP_WORDS[1]} == -m ]] && first=3
    if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    for ((index = first; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
            COMMANDS) command=${COMP_WORDS[index]} ;;
        esac
        break
    done
    case "$command $previous" in
"""
TAIL = """\
    esac
}
_descent_film_offer() {  # those of its words that begin with what is typed
    # Not `compgen -W`, which runs the $(commands) in its words. Quoted, because readline puts
    # the word on the line as it is.
    local word quoted
    for word in "$@"; do
        printf -v quoted %q "$word"
        if [[ $word == "$current"* || $quoted == "$current"* ]]; then COMPREPLY+=("$quoted"); fi
    done
}
_descent_film_stems() {  # the files' names without folder and ending; without a file the pattern
    local file
    for file in "$@"; do
        file=${file##*/}; file=${file%.*}
        [[ $file == '*' || $file == __init__ ]] || _descent_film_offer "$file"
    done
}
_descent_film_found() {  # the lines of its input, which are file names; bash 3.2 has no mapfile
    local line quotes=1
    compopt -o filenames 2> /dev/null || quotes=  # with it readline quotes; bash 3.2 has none
    while IFS= read -r line; do
        [[ $quotes ]] || printf -v line %q "$line"
        COMPREPLY+=("$line")
    done
}
_descent_film_files() { _descent_film_found < <(compgen -f -- "$current"); }
_descent_film_folders() { _descent_film_found < <(compgen -d -- "$current"); }
_descent_film_configs() {
    _descent_film_found < <(
        compgen -d -- "$current"
        compgen -f -X '!*.y?(a)ml' -- "$current"
    )
}
_descent_film_python() {
    if [[ ${COMP_WORDS[1]} == -m && ${COMP_WORDS[2]} == render && COMP_CWORD -gt 2 ]]; then
        _descent_film
        return
    fi
    local other
    for other in _comp_cmd_python _python; do
        if declare -F $other > /dev/null; then $other "$@"; return; fi
    done
    compopt -o default 2> /dev/null
}
shopt -s extglob
complete -F _descent_film descent-film
complete -F _descent_film_python python python3
"""


def script(commands: Mapping[str, Command]) -> str:
    """What bash has to read."""
    head = HEAD.replace("DEFAULT", DEFAULT).replace("COMMANDS", "|".join(map(quote, commands)))
    lines = [f"        {line}" for line in _after_a_word(commands)]
    lines += ["    esac", '    if [[ $current == -* ]]; then case "$command" in']
    lines += [f"        {line}" for line in _options(commands)]
    lines += ["    esac; return; fi", "    if ((COMP_CWORD == first)); then"]
    lines += [f"        {_offer(commands)}", "    fi"]
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
        spellings = tuple(s for option in command.options for s in option.spellings)
        yield _branch(quote(name), Values(spellings))


def _arguments(commands: Mapping[str, Command]) -> Iterator[str]:
    for name, command in commands.items():
        if command.argument.words or command.argument.files:
            yield _branch(quote(name), command.argument)


def _branch(pattern: str, values: Values) -> str:
    """A branch of a `case`."""
    if values.stems:
        stems = f"_descent_film_stems {values.stems}"
        return f"{pattern}) {_offer(values.words)}; {stems}; return ;;"
    if values.words:
        return f"{pattern}) {_offer(values.words)}; return ;;"
    if values.files in (CONFIGS, FILES, FOLDERS):
        return f"{pattern}) _descent_film_{values.files}; return ;;"
    return f"{pattern}) return ;;"


def _offer(words: Iterable[str]) -> str:
    return f"_descent_film_offer {' '.join(map(quote, words))}"
