"""The page as one file: document, scripts and style, with nothing to be loaded from elsewhere."""

from __future__ import annotations

import base64
import re
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from render.config.theme import Theme
from render.draw.matplotlib_import import import_matplotlib
from render.draw.plan import FilmPlan
from render.encode.base import PageOptions, Story

FOLDER = Path(__file__).parent / "page"
ENTRY = "main.js"
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data: blob:;"
    " base-uri 'none'; form-action 'none'"
)
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)
LINE_COMMENT = re.compile(r"(?:^|(?<=[;{,\s]))//(?= |\w).*$")
COLOURS = ("background", "text", "muted", "grid", "parameter", "prediction", "data")

PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body data-film="{id}">
<main lang="{language}" id="{id}"{options}>
<h1 class="film-hidden">{title}</h1>
<figure class="descent-film">
<div class="film-stage"><canvas role="img" aria-label="{title}"\
 aria-describedby="{id}-description"></canvas></div>
<div class="film-below"></div>
<figcaption><p id="{id}-description">{description}</p></figcaption>
</figure>
</main>
<script type="application/json" id="film-document">{document}</script>
<script type="text/plain" id="film-pictures">{pictures}</script>
<script>{script}</script>
</body>
</html>
"""


@cache
def sources() -> tuple[tuple[str, str], ...]:
    """The scripts with their names, each after all that it imports."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))}
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name in ordered:
            return
        ordered[name] = ""  # modules that import one another come in the order of their names
        for other in IMPORT.findall(texts[name]):
            add(other)
        del ordered[name]
        ordered[name] = texts[name]

    add(ENTRY)
    return tuple(ordered.items())


@cache
def script() -> str:
    """All scripts as one, in which nothing is imported: inline modules can't import each other."""
    parts = [_bare(EXPORT.sub("", IMPORT.sub("", text))) for _, text in sources()]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();\n"


def _bare(text: str) -> str:
    """A script without comments and indentation, which are a third of it."""
    lines = (LINE_COMMENT.sub("", line).strip() for line in BLOCK_COMMENT.sub("", text).split("\n"))
    return "\n".join(filter(None, lines))


@cache
def _style() -> str:
    return (FOLDER / "page.css").read_text(encoding="utf-8")


def style(theme: Theme) -> str:
    """The style of a page, in the colours of a film's theme."""
    colours = {name: getattr(theme, name)[:7] for name in COLOURS}
    if theme.clear:
        colours["background"] = "Canvas"
    given = "".join(f"--{name}: {colour}; " for name, colour in colours.items())
    return f":root {{ {given}}}\n{_style()}"


def page(plan: FilmPlan, story: Story, options: PageOptions) -> str:
    """The text of a film's page. Raises RenderError."""
    import_matplotlib()
    from render.web.document import document

    made = document(plan)
    one, other = style(plan.composition.theme), script()
    policy = POLICY.format(script=hash_of(other), style=hash_of(one))
    chosen = {"autoplay": options.autoplay, "through": options.through}
    return PAGE.format(
        language=story.language.code,
        policy=policy,
        title=escape(story.title),
        id=options.id,
        description=escape(" ".join(story.sentences)),
        options="".join(f' data-{key}="yes"' for key, on in chosen.items() if on),
        style=one,
        document=made.facts_json(),
        pictures=made.pictures_text(),
        script=other,
    )


def hash_of(text: str) -> str:
    """The hash of an inline script or style, as a policy names it."""
    digest = sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
