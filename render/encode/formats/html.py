"""HTML: a page that shows the film, to open or to paste into another.

Film and poster are files beside it: links are relative. The captions are inside the page,
since browsers read no track from a file on disk.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Annotated, ClassVar
from urllib.parse import unquote

from pydantic import Field

from render.config.options import Flag
from render.encode.base import CompanionFormat, Story
from render.encode.formats.vtt import captions
from render.phrases import phrase

VIDEOS = ("webm", "mp4")  # the smaller one first: a browser takes the first that it knows
MOVING = (*VIDEOS, "gif")
STILLS = ("png", "jpg")
ID_DIGITS = 8  # hexadecimal, of a hash

PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: {width}px; padding: 1rem; font: 1rem/1.5 sans-serif;
  color-scheme: light dark; }}
</style>
</head>
<body>
<figure class="descent-film" lang="{lang}" id="{id}" style="margin: 0">
{film}
<figcaption>
<strong>{title}</strong>
<p id="{id}-description">{description}</p>
</figcaption>
</figure>{script}
</body>
</html>
"""

VIDEO = """\
<video controls muted playsinline{loop} preload="metadata" width="{width}" height="{height}"{poster}
  style="max-width: 100%; height: auto" aria-label="{title}" aria-describedby="{id}-description">
{sources}
<track kind="captions" srclang="{lang}" label="{language}" src="{track}">
{fallback}
</video>"""

# A reader who asked for less motion sees the still first; links lead to both.
PICTURE = """\
<picture>
<source media="(prefers-reduced-motion: reduce)" srcset="{still}">
<img src="{gif}" width="{width}" height="{height}" style="max-width: 100%; height: auto"
  alt="{title}" aria-describedby="{id}-description">
</picture>
<p><a href="{still}">{still_words}</a> <a href="{gif}">{gif_words}</a></p>"""

# Captions are loaded at once, so that they are there when a reader switches them on.
LOAD = """\
  for (const text of film.textTracks) if (text.mode === "disabled") text.mode = "hidden";"""
PLAY = """\
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  still.addEventListener("change", () => still.matches && film.pause());
  if (!still.matches) film.play().catch(() => {});"""
SCRIPT = """
<script>
(() => {{
  const film = document.getElementById("{id}").querySelector("video");
{statements}
}})();
</script>"""


@dataclass(frozen=True)
class HtmlFormat(CompanionFormat):
    """A page that embeds the film: controls, poster, captions, alternative text.

    It needs an mp4, webm or gif among the outputs, and takes a png or jpg as its poster.
    """

    suffix: ClassVar[str] = ".html"

    autoplay: Annotated[
        Flag, Field(description="start by itself, unless the reader asked for less motion")
    ] = False
    loop: Annotated[Flag, Field(description="start again at the end")] = False

    def misses(self, kinds: Collection[str]) -> str | None:
        if not {*MOVING} & {*kinds}:
            return f"shows a film that is made with it: add one of {', '.join(MOVING)}"
        if not {*VIDEOS, *STILLS} & {*kinds}:
            return (
                "shows a gif, which can't be stopped: add a png or jpg for readers who want"
                " less motion"
            )
        return None

    def lacks(self, kinds: Collection[str]) -> str | None:
        if {*STILLS} & {*kinds}:
            return None
        return "has no poster, the still before the film plays: add a png or jpg"

    def written(self, story: Story) -> str:
        width, height = story.size_px
        shared = {
            "id": _id(story),
            "title": escape(story.title),
            "width": width,
            "height": height,
            "lang": story.language.code,
        }
        video = bool({*VIDEOS} & {*story.files})
        film = self._video(story, shared) if video else _picture(story, shared)
        statements = "\n".join([LOAD, PLAY] if self.autoplay else [LOAD])
        script = SCRIPT.format(id=shared["id"], statements=statements) if video else ""
        description = escape(" ".join(story.sentences))
        return PAGE.format(film=film, description=description, script=script, **shared)

    def _video(self, story: Story, shared: dict[str, object]) -> str:
        kinds = [kind for kind in VIDEOS if kind in story.files]
        sources = [
            f'<source src="{escape(story.files[kind])}" type="video/{kind}">' for kind in kinds
        ]
        still = _still(story)
        track = base64.b64encode(captions(story).encode()).decode()
        return VIDEO.format(
            sources="\n".join(sources),
            language=escape(story.language.title),
            loop=" loop" if self.loop else "",
            poster=f' poster="{still}"' if still else "",
            track=f"data:text/vtt;base64,{track}",
            fallback=f'<a href="{escape(story.files[kinds[-1]])}">{shared["title"]}</a>',
            **shared,
        )


def _id(story: Story) -> str:
    """An id that no other page of the folder has, so that two can be pasted into one page.

    It is made of the page's own name: its letters and digits, and a hash where it has others.
    """
    name = unquote(story.files.get("html", story.name), errors="surrogateescape")
    name = name.rpartition("/")[2].removesuffix(".html")
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
    digits = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
    return f"film-{plain}" if plain == name and "-" not in name else f"film-{plain}-{digits}"


def _picture(story: Story, shared: dict[str, object]) -> str:
    say = story.language.say
    return PICTURE.format(
        gif=escape(story.files["gif"]),
        still=_still(story),
        still_words=escape(say(phrase("Without motion"))),
        gif_words=escape(say(phrase("With motion"))),
        **shared,
    )


def _still(story: Story) -> str:
    return next((escape(story.files[kind]) for kind in STILLS if kind in story.files), "")
