"""What PyYAML's parser says in, where the author has to look and what to mend out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from render.config.problems import Place, shown

# The line breaks of YAML 1.1, which are those that the parser counts.
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
FORBIDDEN = re.compile("[^\t\r\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def split(text: str) -> list[str]:
    """The lines of a file, without their ends."""
    return BREAK.split(text)


def forbidden(text: str) -> tuple[Place, str] | None:
    """The first character that YAML doesn't allow, if any."""
    found = FORBIDDEN.search(text)
    if found is None:
        return None
    before = split(text[: found.start()])
    place = Place(len(before), len(before[-1]) + 1)
    return place, f"the character U+{ord(found[0]):04X} is not allowed in YAML"


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[Place, str]:
    """Where a syntax error is and what would mend it, whichever parser found it."""
    problem, context = error.problem or "", error.context or ""
    here = _place(error.problem_mark)
    start = _place(error.context_mark) if error.context_mark else here
    line = lines[here.line - 1] if here.line <= len(lines) else ""
    token = line[here.column - 1 : here.column]
    if token == "\t" or "tab character" in problem:
        return here, "a tab can't indent: use spaces"
    if problem.startswith("mapping values"):
        return (
            here,
            "a ':' can't stand here: quote a text that contains ': ', or mend the indentation",
        )
    if problem == "could not find expected ':'":
        width = len(lines[start.line - 1].rstrip()) - start.column + 1
        return Place(
            start.line, start.column, max(1, width)
        ), "expected 'key: value', found no ': '"
    if "quoted scalar" in context and "end of stream" in problem:
        return start, "this quote is never closed"
    if "escape" in problem:
        return (
            here,
            "unknown escape in a text in double quotes: use single quotes, or \\\\ for a \\",
        )
    if "cannot start any token" in problem:
        return here, f"a text can't begin with '{shown(token)}': put it in quotes"
    if "flow" in context and start != here:
        opening = lines[start.line - 1][start.column - 1]
        closing = {"[": "]", "{": "}"}.get(opening, "")
        ended = not any(rest.strip() for rest in (line[here.column - 1 :], *lines[here.line :]))
        found = "the end" if ended else f"line {here.line}, column {here.column}"
        return start, f"'{opening}' is not closed: expected ',' or '{closing}' at {found}"
    if "flow node" in context:
        return here, "a '[' or '{' is never closed"
    if "document start" in problem:
        return here, "nothing can follow the '...' that ends the config"
    if "block" in context:
        return here, "this does not belong here: mend the indentation, or put the text in quotes"
    return here, f"not valid YAML: {problem}"


def _place(mark: yaml.Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
