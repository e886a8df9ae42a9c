"""HTML: a page of the film, to open or to paste into another.

The living page holds the film itself, in numbers, and draws it: it is one file. The page with a
video has film and poster as files beside it: links are relative. Its captions are inside the
page, since browsers read no track from a file on disk.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Annotated, ClassVar, Literal
from urllib.parse import unquote

from pydantic import Field

from render.config.options import Flag
from render.encode.base import CompanionFormat, PageOptions, Story
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
<body data-film="{id}">
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

# Shown by the script alone: without one the film has the browser's own controls.
PLAYER = """
<style>
.descent-film:fullscreen {{ display: flex; flex-direction: column; background: #000; color: #fff; }}
.descent-film:fullscreen video {{ flex: 1; min-height: 0; width: 100%; }}
.descent-film:fullscreen figcaption {{ display: none; }}
.film-player:not([hidden]) {{ display: flex; flex-wrap: wrap; gap: .3em .6em; padding: .4em 0;
  align-items: center; font: .9rem sans-serif; }}
.film-player button {{ font: inherit; padding: .2em .7em; }}
.film-bar {{ position: relative; flex: 1 0 100%; margin-top: .4em; }}
.film-bar input {{ display: block; width: 100%; margin: 0; }}
.film-bar i {{ position: absolute; top: -.35em; width: 2px; height: .6em; background: currentColor;
  pointer-events: none; }}
.film-player output {{ flex: 1 0 100%; }}
</style>
<div class="film-player" role="group" aria-label="{player}" hidden>
<div class="film-bar"><input type="range" min="0" max="{last}" value="0"
  aria-label="{frame}">{marks}</div>
<button type="button" data-do="previous" title="{previous_title}">{previous}</button>
<button type="button" data-do="toggle" title="{play_title}">{play}</button>
<button type="button" data-do="next" title="{next_title}">{next}</button>
<label><input type="checkbox" data-is="through"{through}> {play_through}</label>
<label><input type="checkbox" data-is="captions"> {captions}</label>
<button type="button" data-do="fill">{full_screen}</button>
<output></output>
</div>"""
BUTTONS = {
    "player": phrase("Play the film"),
    "frame": phrase("frame"),
    "previous": phrase("Previous"),
    "previous_title": phrase("to the stop before: ←"),
    "play": phrase("Play"),
    "play_title": phrase("play, or pause: space"),
    "next": phrase("Next"),
    "next_title": phrase("play to the next stop: →"),
    "play_through": phrase("play through"),
    "captions": phrase("captions"),
    "full_screen": phrase("Full screen"),
}
THUMB_PX = 16  # of a range: its middle doesn't reach the ends
MARK = '<i style="left: calc({half}px + (100% - {thumb}px) * {share:.5f} - 1px)"></i>'

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
STOP = """\
  const {{ fps, stops, steps }} = {plan};
  const last = stops.length - 1, root = film.parentElement, page = document.body.dataset.film;
  const player = root.querySelector(".film-player"), words = player.querySelector("output");
  const bar = player.querySelector("[type=range]");
  const through = player.querySelector("[data-is=through]");
  const toggle = player.querySelector("[data-do=toggle]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const frame = () => Math.floor(film.currentTime * fps + 1e-3);
  const here = () => Math.max(0, stops.findLastIndex((stop) => stop.frame <= frame()));
  let waits = 1; // the stop to which it plays

  const show = (at) => {{ film.pause(); film.currentTime = (at + 0.5) / fps; }};
  const go = (stop) => show(stops[Math.min(Math.max(stop, 0), last)].frame);
  const step = (count) => {{
    const stop = stops.find((one) => one.step === count);
    if (stop) show(stop.frame);
    else if (count < steps.length) show(Math.ceil(steps[count] * fps - 1e-6));
  }};
  const play = () => {{
    if (here() === last) film.currentTime = 0;
    const stop = stops[here()];
    // A hold is for players that can't wait.
    if (stop.last > stop.frame && frame() <= stop.last) film.currentTime = (stop.last + 0.5) / fps;
    waits = here() + 1;
    film.play().catch(() => {{}});
  }};
  const does = {{
    play, pause: () => film.pause(), toggle: () => (film.paused ? play() : film.pause()),
    next: () => (film.paused && !calm.matches && here() < last ? play() : go(here() + 1)),
    previous: () => go(film.paused && frame() <= stops[here()].last ? here() - 1 : here()),
    seek: (to) => {{
      if (Number.isInteger(to.stop)) go(to.stop);
      else if (Number.isInteger(to.step) && to.step >= 0) step(to.step);
      else if (Number.isFinite(to.time_s)) show(Math.max(0, Math.floor(to.time_s * fps)));
    }},
    fill: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  }};
  const state = () => {{
    const stop = here(), {{ step, words }} = stops[stop];
    const {{ currentTime: time_s, paused }} = film;
    return {{ film: root.id, stop, step, words, time_s, paused, stops: stops.length }};
  }};

  const follow = () => {{
    if (frame() < stops[waits - 1].frame) waits = here() + 1; // it began again
    if (!film.paused && !through.checked && waits <= last && frame() >= stops[waits].frame) {{
      film.pause();
      if (frame() > stops[waits].frame) go(waits);
    }}
    bar.value = frame();
    const passed = `${{here() + 1}} / ${{stops.length}}`; // as the pages of the handout
    const there = frame() === stops[here()].frame;
    words.textContent = there ? `${{passed}}: ${{stops[here()].words}}` : passed;
    if (!film.paused) requestAnimationFrame(follow);
  }};
  const settle = () => {{
    toggle.textContent = film.paused ? {play} : {pause};
    follow();
  }};
  for (const event of ["play", "pause", "seeked", "timeupdate"])
    film.addEventListener(event, settle);

  const asked = () => new URLSearchParams(location.hash.slice(1));
  const address = () => {{
    const to = asked();
    for (const key of ["stop", "step"])
      if (/^[0-9]+$/.test(to.get(key) ?? "")) return does.seek({{ [key]: Number(to.get(key)) }});
  }};
  const note = () => {{
    if (!film.paused || frame() !== stops[here()].frame) return;
    const to = asked();
    to.delete("step");
    to.set("stop", here());
    try {{ history.replaceState(null, "", `#${{to}}`); }} catch {{}} // not in every frame
  }};
  const keys = {{ ArrowRight: does.next, ArrowLeft: does.previous, " ": does.toggle,
    Home: () => go(0), End: () => go(last) }};
  const press = (event) => {{
    const other = event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, event.key);
    if (other || (event.key === " " && event.target.closest("button, [type=checkbox]"))) return;
    event.preventDefault();
    keys[event.key]();
  }};
  // In a page of its own the keys, the address and messages are the film's.
  (page === root.id ? document : root).addEventListener("keydown", press);
  if (page === root.id) {{
    for (const event of ["pause", "seeked"]) film.addEventListener(event, note);
    addEventListener("hashchange", address);
    addEventListener("message", (event) => {{
      let ask = event.data;
      try {{ if (typeof ask === "string") ask = JSON.parse(ask); }} catch {{ return; }}
      if (!Object.hasOwn(does, ask?.method ?? "")) return;
      does[ask.method](ask);
      event.source?.postMessage(state(), {{ targetOrigin: "*" }});
    }});
  }}
  player.addEventListener("click", (event) => does[event.target.dataset.do]?.());
  film.addEventListener("click", does.toggle);
  bar.addEventListener("input", () => show(Number(bar.value)));
  player.querySelector("[data-is=captions]").addEventListener("change", (event) => {{
    for (const text of film.textTracks) text.mode = event.target.checked ? "showing" : "hidden";
  }});
  film.controls = false;
  player.hidden = false;
  settle();
  if (page === root.id) address();"""
SCRIPT = """
<script>
(() => {{
  const film = document.getElementById("{id}").querySelector("video");
{statements}
}})();
</script>"""


@dataclass(frozen=True)
class HtmlFormat(CompanionFormat):
    """One file in which the film plays from stop to stop, can be stepped through and turned.

    With `film: video` a page around a video: that needs an mp4, webm or gif among the outputs, and
    takes a png or jpg as its poster.
    """

    suffix: ClassVar[str] = ".html"
    stops: ClassVar[bool] = True

    film: Annotated[
        Literal["drawn", "video"],
        Field(description="drawn by the page itself, or a video beside it"),
    ] = "drawn"

    autoplay: Annotated[
        Flag, Field(description="start by itself, unless the reader asked for less motion")
    ] = False
    loop: Annotated[Flag, Field(description="start again at the end")] = False

    @property
    def pictures(self) -> bool:
        return self.film == "drawn"

    def misses(self, kinds: Collection[str]) -> str | None:
        if self.film == "drawn":
            return None
        if not {*MOVING} & {*kinds}:
            return f"shows a film that is made with it: add one of {', '.join(MOVING)}"
        if not {*VIDEOS, *STILLS} & {*kinds}:
            return (
                "shows a gif, which can't be stopped: add a png or jpg for readers who want"
                " less motion"
            )
        return None

    def lacks(self, kinds: Collection[str]) -> str | None:
        if self.film == "drawn" or {*STILLS} & {*kinds}:
            return None
        return "has no poster, the still before the film plays: add a png or jpg"

    def written(self, story: Story) -> str:
        if self.film == "drawn":
            return story.page(story, PageOptions(_id(story), self.autoplay, self.loop))
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
        say = story.language.say
        play, pause = (_quoted(say(text)) for text in (phrase("Play"), phrase("Pause")))
        waiting = {"plan": _plan(story), "play": play, "pause": pause}
        stops = [STOP.format(**waiting)] if _waits(story) else []
        statements = "\n".join([LOAD, *stops, *([PLAY] if self.autoplay else [])])
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
        ) + (self._player(story) if _waits(story) else "")

    def _player(self, story: Story) -> str:
        last = story.stops[-1].last
        marks = (
            MARK.format(half=THUMB_PX // 2, thumb=THUMB_PX, share=stop.first / max(last, 1))
            for stop in story.stops
        )
        # A film that begins again and again can't wait.
        through = " checked" if self.loop else ""
        words = {key: escape(story.language.say(text)) for key, text in BUTTONS.items()}
        return PLAYER.format(last=last, marks="".join(marks), through=through, **words)


def _quoted(text: str) -> str:
    """A text of JavaScript."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c")


def _waits(story: Story) -> bool:
    """Whether the film has stops between its start and its end."""
    return len(story.stops) > 2


def _plan(story: Story) -> str:
    """The stops as JavaScript; a page can wait, so each is where its picture is reached."""
    stops = [
        {
            "frame": stop.first,
            "last": stop.last,
            "step": stop.step,
            "words": stop.words,
        }
        for stop in story.stops
    ]
    steps = [round(time_s, 4) for time_s in story.steps_s]
    text = json.dumps({"fps": story.fps, "stops": stops, "steps": steps}, ensure_ascii=False)
    return text.replace("<", "\\u003c")  # no text ends the script


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
