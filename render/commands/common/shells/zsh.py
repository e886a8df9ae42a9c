"""A grammar in, the completion script for zsh out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from render.commands.common.grammar import CONFIGS, FILES, FOLDERS, ValueSlot, Verb
from render.commands.common.parsers import USUAL

HEAD = """\
#compdef descent-film
# Completion of descent-film, and of python -m render, for zsh. Put into ~/.zshrc, after compinit:
#   eval "$(python -m render completion zsh)"
_descent_film() {
    local first=2 command=USUAL previous=${words[CURRENT-1]}
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


def script(verbs: Mapping[str, Verb]) -> str:
    """What zsh has to read."""
    head = HEAD.replace("USUAL", USUAL).replace("COMMANDS", "|".join(verbs))
    lines = [f"        {line}" for line in _after_a_word(verbs)]
    lines += ["    esac", '    if [[ ${words[CURRENT]} == -* ]]; then case "$command" in']
    lines += [f"        {name}) {_described(_flags(verb))} ;;" for name, verb in verbs.items()]
    lines += ["    esac; return; fi", "    if ((CURRENT == first)); then"]
    lines += [
        f"        {_described([(name, verb.about) for name, verb in verbs.items()])}",
        "    fi",
    ]
    lines += ['    case "$command" in', *(f"        {line}" for line in _loose(verbs))]
    return head + "\n".join(lines) + "\n" + TAIL


def _after_a_word(verbs: Mapping[str, Verb]) -> Iterator[str]:
    """What an option's value can be, and what follows the words of a command."""
    for name, verb in verbs.items():
        for flag in verb.flags:
            if flag.value is not None:
                yield _offer("|".join(f"'{name} {s}'" for s in flag.spellings), flag.value)
        for word, following in verb.after.items():
            yield _offer(f"'{name} {word}'", ValueSlot(following))


def _flags(verb: Verb) -> list[tuple[str, str]]:
    return [(spelling, flag.about) for flag in verb.flags for spelling in flag.spellings]


def _loose(verbs: Mapping[str, Verb]) -> Iterator[str]:
    for name, verb in verbs.items():
        if verb.takes.words or verb.takes.files:
            yield _offer(name, verb.takes)


def _offer(pattern: str, value: ValueSlot) -> str:
    if value.words:
        return f"{pattern}) compadd -- {' '.join(value.words)}; return ;;"
    return f"{pattern}) {FOUND.get(value.files, '_message value')}; return ;;"


def _described(words: list[tuple[str, str]]) -> str:
    """Words with a line for each."""
    items = " ".join(_quoted(f"{word}:{about}") for word, about in words)
    return f"local -a offered=({items}); _describe word offered"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
