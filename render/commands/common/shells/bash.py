"""A grammar in, the completion script for bash out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from render.commands.common.grammar import CONFIGS, FILES, FOLDERS, ValueSlot, Verb
from render.commands.common.parsers import USUAL

HEAD = """\
# Completion of descent-film, and of python -m render, for bash. Put into ~/.bashrc:
#   eval "$(python -m render completion bash)"
_descent_film() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local first=1 command=USUAL index word
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
WORDS = '{pattern}) COMPREPLY=($(compgen -W "{words}" -- "$current")); return ;;'
FOUND = "{pattern}) _descent_film_{files}; return ;;"
TAIL = """\
    esac
}
_descent_film_found() {  # the lines of its input, which are file names; bash 3.2 has no mapfile
    local line
    compopt -o filenames 2> /dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done
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


def script(verbs: Mapping[str, Verb]) -> str:
    """What bash has to read."""
    head = HEAD.replace("USUAL", USUAL).replace("COMMANDS", "|".join(verbs))
    lines = [f"        {line}" for line in _after_a_word(verbs)]
    lines += ["    esac", '    if [[ $current == -* ]]; then case "$command" in']
    lines += [f"        {line}" for line in _flags(verbs)]
    lines += ["    esac; return; fi", "    if ((COMP_CWORD == first)); then"]
    lines += [f'        COMPREPLY=($(compgen -W "{" ".join(verbs)}" -- "$current"))', "    fi"]
    lines += ['    case "$command" in', *(f"        {line}" for line in _loose(verbs))]
    return head + "\n".join(lines) + "\n" + TAIL


def _after_a_word(verbs: Mapping[str, Verb]) -> Iterator[str]:
    """What an option's value can be, and what follows the words of a command."""
    for name, verb in verbs.items():
        for flag in verb.flags:
            if flag.value is not None:
                yield _offer("|".join(f"'{name} {s}'" for s in flag.spellings), flag.value)
        for word, following in verb.after.items():
            yield WORDS.format(pattern=f"'{name} {word}'", words=" ".join(following))


def _flags(verbs: Mapping[str, Verb]) -> Iterator[str]:
    for name, verb in verbs.items():
        spellings = " ".join(s for flag in verb.flags for s in flag.spellings)
        yield WORDS.format(pattern=name, words=spellings)


def _loose(verbs: Mapping[str, Verb]) -> Iterator[str]:
    for name, verb in verbs.items():
        if verb.takes.words or verb.takes.files:
            yield _offer(name, verb.takes)


def _offer(pattern: str, value: ValueSlot) -> str:
    if value.words:
        return WORDS.format(pattern=pattern, words=" ".join(value.words))
    if value.files in (CONFIGS, FILES, FOLDERS):
        return FOUND.format(pattern=pattern, files=value.files)
    return f"{pattern}) return ;;"
