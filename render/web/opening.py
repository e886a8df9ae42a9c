"""What every page begins with: its policy, its title, and its style in the theme's colours."""

from __future__ import annotations

import base64
from hashlib import sha256
from html import escape

from render.config.theme import Theme

POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data: blob:;"
    " base-uri 'none'; form-action 'none'"
)
COLOURS = ("background", "text", "muted", "grid", "parameter", "prediction", "data")
OPENING = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
"""


def opening(language: str, title: str, style: str, script: str) -> str:
    """The page down to its body. `script` is its only one, `style` its only sheet."""
    policy = POLICY.format(script=_hash_of(script), style=_hash_of(style))
    return OPENING.format(language=language, policy=policy, title=escape(title), style=style)


def in_colours(theme: Theme, sheet: str) -> str:
    """A style sheet, in the colours of a film's theme."""
    colours = {name: getattr(theme, name)[:7] for name in COLOURS}
    if theme.clear:
        colours["background"] = "Canvas"
    given = "".join(f"--{name}: {colour}; " for name, colour in colours.items())
    return f":root {{ {given}}}\n{sheet}"


def _hash_of(text: str) -> str:
    """The hash of an inline script or style, as a policy names it."""
    digest = sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
