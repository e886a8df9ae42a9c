"""A grammar in, the completion script for fish out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from render.commands.common.grammar import CONFIGS, FILES, FOLDERS, Flag, ValueSlot, Verb
from render.commands.common.parsers import USUAL

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
    set -l command USUAL
    if contains -- "$words[1]" COMMANDS
        set command $words[1]
    end
    test $command = $argv[1]; or return 1
    test (count $argv) -eq 1; or test "$words[-1]" = $argv[2]
end
function __descent_film_configs
    string match -er '^[^\\t]*(/|[.]ya?ml)(\\t|$)' -- (complete -C "'' "(commandline -ct))
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


def script(verbs: Mapping[str, Verb]) -> str:
    """What fish has to read."""
    head = HEAD.replace("USUAL", USUAL).replace("COMMANDS", " ".join(verbs))
    rules = ["complete -c descent-film -f"]
    for program in PROGRAMS:
        rules += [f"complete -c {program} {rule}" for rule in _rules(verbs)]
    return head + "\n".join(rules) + "\n"


def _rules(verbs: Mapping[str, Verb]) -> Iterator[str]:
    for name, verb in verbs.items():
        yield f"-n __descent_film_begins -f -a {name} -d {_quoted(verb.about)}"
        here = f"-n '__descent_film_at {name}'"
        for flag in verb.flags:
            yield f"{here} {_flag(flag)} -d {_quoted(flag.about)}"
        if not verb.after and (offered := _offered(verb.takes)):
            yield f"{here} -f -a {offered}"
        if verb.after:  # words that lead on stand first alone
            yield f"-n '__descent_film_at {name} {name}' -f -a {_offered(verb.takes)}"
        for word, following in verb.after.items():
            yield f"-n '__descent_film_at {name} {word}' -f -a {_quoted(' '.join(following))}"


def _flag(flag: Flag) -> str:
    spelled = [f"-l {s[2:]}" if s.startswith("--") else f"-s {s[1:]}" for s in flag.spellings]
    if flag.value is None:
        return " ".join(spelled)
    offered = _offered(flag.value)
    return " ".join([*spelled, "-x", *([f"-a {offered}"] if offered else [])])


def _offered(value: ValueSlot) -> str:
    words = " ".join(value.words) or FOUND.get(value.files, "")
    return _quoted(words) if words else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
