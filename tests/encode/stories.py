"""Small stories, and readers of the files made of them: WebVTT and HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from render.encode.base import Cue, Story

FILES = {"mp4": "film.mp4", "png": "film.png"}
CUES = (Cue(0.0, 1.5, "Start: w = −10"), Cue(2.0, 4.0, "w = −2.99"))
STORY = Story("film", "A film", ("A dot descends.", "It arrives."), CUES, (640, 360), FILES)
TIMES = re.compile(r"(\d\d):([0-5]\d):([0-5]\d\.\d{3}) --> (\d\d):([0-5]\d):([0-5]\d\.\d{3})")
VOID = {"meta", "source", "track", "img", "br", "input"}


def story(**changes) -> Story:
    """A story like STORY."""
    return replace(STORY, **changes)


def cues(text: str) -> list[tuple[float, float, str]]:
    """The cues of a WebVTT file, parsed by the rules of the standard."""
    head, *blocks = text.split("\n\n")
    assert head == "WEBVTT"
    read = []
    for block in blocks:
        times, *lines = block.strip("\n").split("\n")
        match = TIMES.fullmatch(times)
        assert match, times
        assert len(lines) == 1
        assert "-->" not in lines[0]
        plain = lines[0]
        assert not re.search(r"<|&(?!(amp|lt|gt);)", plain), plain
        for escape, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            plain = plain.replace(escape, letter)
        parts = [float(part) for part in match.groups()]
        start, end = (60 * (60 * h + m) + s for h, m, s in (parts[:3], parts[3:]))
        read.append((start, end, plain))
    return read


class Page(HTMLParser):
    """The tags of a page with their attributes, its text, and whether all tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes) -> None:
        assert len(dict(attributes)) == len(attributes), attributes
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data) -> None:
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def one(self, tag: str) -> dict[str, str | None]:
        (attributes,) = self.all(tag)
        return attributes

    @property
    def links(self) -> list[str]:
        """Everything that a browser may load."""
        names = ("src", "srcset", "poster", "href", "data", "action")
        return [a[name] or "" for _, a in self.tags for name in names if name in a]
