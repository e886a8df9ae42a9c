"""What a notebook shows of a film: a small video, which is in the page itself, and its poster."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from render.cache.store import Store
from render.config.layers import ROUGH_FPS, rough_px
from render.config.spec import FilmOptions, Spec
from render.describe.description import sentences
from render.draw.plan import compose, plan_film
from render.encode.base import FrameFormat
from render.encode.film import encode_film
from render.encode.formats.mp4 import Mp4Format
from render.encode.formats.png import PngFormat
from render.pipeline import Source, learn, silent
from render.recording import own_errstate

CRF = 27  # half the bytes of the usual 18, on a player no larger than 854 pixels


@dataclass(frozen=True)
class NotebookView:
    """A film for a page."""

    alt: str  # a description, for people who can't see it
    title: str
    size_px: tuple[int, int]
    mp4: bytes  # empty for a film without a background
    png: bytes

    @cached_property
    def html(self) -> str:
        """A player with the poster, at most as wide as the page."""
        width, height = self.size_px
        poster = f"data:image/png;base64,{b64encode(self.png).decode()}"
        alt, title = escape(self.alt), escape(self.title)
        box = f'width="{width}" height="{height}" style="max-width: 100%; height: auto"'
        if not self.mp4:
            return f'<img {box} src="{poster}" alt="{alt}" title="{title}">'
        video = f"data:video/mp4;base64,{b64encode(self.mp4).decode()}"
        return (
            f'<video controls loop muted playsinline {box} poster="{poster}" aria-label="{alt}"'
            f' title="{title}"><source src="{video}" type="video/mp4">{alt}</video>'
        )

    @property
    def bundle(self) -> dict[str, Any]:
        """The player, and the poster for pages that show no HTML."""
        return {"text/html": self.html, "image/png": b64encode(self.png).decode()}


@own_errstate()
def notebook_view(spec: Spec, store: Store, source: Source = learn) -> NotebookView:
    """Draw the film small, because a notebook's file holds all of it. Raises RenderError."""
    film = _small(spec.film)
    small = replace(spec, film=film, runs=tuple(replace(one, film=film) for one in spec.runs))
    plan = plan_film(compose(small), source(small, store, silent))
    clear = plan.composition.theme.clear
    with tempfile.TemporaryDirectory(prefix="descent-film-") as folder:
        png, mp4 = Path(folder) / "film.png", Path(folder) / "film.mp4"
        pictures: list[tuple[FrameFormat, Path]] = [(PngFormat(), png)]
        pictures += [] if clear else [(Mp4Format(crf=CRF), mp4)]
        encode_film(plan, pictures, silent)
        alt = " ".join(sentences(small, plan.runs, plan.composition.scene))
        video = mp4.read_bytes() if mp4.exists() else b""
        return NotebookView(alt, spec.plain_title, film.size, video, png.read_bytes())


def _small(film: FilmOptions) -> FilmOptions:
    """The size and rate of a draft, and the same part of the film."""
    rate = ROUGH_FPS / film.fps
    frames = film.frames
    if frames is not None:
        last = round(film.duration * ROUGH_FPS) - 1
        first = min(round(frames[0] * rate), last - 1)
        frames = first, min(max(first + 1, round(frames[1] * rate)), last)
    return replace(film, size=rough_px(film.size), fps=ROUGH_FPS, frames=frames)
