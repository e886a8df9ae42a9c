"""The page as one file: document, scripts and style, with nothing to be loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from render.draw.matplotlib_import import import_matplotlib
from render.draw.plan import FilmPlan
from render.encode.base import PageOptions, Story
from render.web.opening import in_colours, opening

FOLDER = Path(__file__).parent / "page"
ENTRY = "main.js"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)
LINE_COMMENT = re.compile(r"(?:^|(?<=[;{,\s]))//(?= |\w).*$")

PAGE = """\
{opening}<body data-film="{id}">
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
def sheet() -> str:
    """The style of a page, whose colours have names."""
    return (FOLDER / "page.css").read_text(encoding="utf-8")


def page(plan: FilmPlan, story: Story, options: PageOptions) -> str:
    """The text of a film's page. Raises RenderError."""
    import_matplotlib()
    from render.web.document import document

    made = document(plan)
    spoken, scripts = story.language.code, script()
    style = in_colours(plan.composition.theme, sheet())
    chosen = {"autoplay": options.autoplay, "through": options.through}
    return PAGE.format(
        opening=opening(spoken, story.title, style, scripts),
        language=spoken,
        title=escape(story.title),
        id=options.id,
        description=escape(" ".join(story.sentences)),
        options="".join(f' data-{key}="yes"' for key, on in chosen.items() if on),
        document=made.facts_json(),
        pictures=made.pictures_text(),
        script=scripts,
    )
