"""Messages that Python's callers get too name no option of the command line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from render.commands.common import parsers

PACKAGE = Path(parsers.__file__).parents[2]


def texts(file: Path) -> list[str]:
    """The strings in a file's code, its docstrings left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    described = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented)]
    docstrings = {id(node.value) for node in described if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [
        node.value
        for node in constants
        if isinstance(node.value, str | bytes)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


TELLS_COMMANDS = ("web/map_page.py: '--set '",)  # a pixel of the page has its command line


def test_only_the_commands_name_options_in_their_messages():
    spellings = {
        spelling
        for name in parsers.names()
        for action in parsers.parser_of(name)._actions
        for spelling in action.option_strings
    }
    option = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, spellings))})(?![\w-])")
    found = {
        f"{file.relative_to(PACKAGE)}: {text!r}"
        for file in PACKAGE.rglob("*.py")
        if "commands" not in file.relative_to(PACKAGE).parts
        for text in texts(file)
        if option.search(text)
    }
    assert found == {*TELLS_COMMANDS}
