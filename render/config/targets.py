"""The one table of the places that films go to, with its sources and the day they were read.

Whoever changes a row reads its sources again and moves CHECKED on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What a place takes of one kind of file; None: no limit is known."""

    max_mb: float | None = None  # of 10⁶ bytes, also where a place may mean 2²⁰
    max_size: tuple[int, int] | None = None  # width, height in pixels
    max_pixels: int | None = None  # of one picture
    max_frames: int | None = None
    max_drawn: int | None = None  # pixels of all frames together
    max_fps: int | None = None
    min_s: float | None = None
    max_s: float | None = None
    upright: bool = False  # square, or taller than wide


@dataclass(frozen=True)
class TargetSource:
    """Where a fact is written."""

    url: str
    told: str  # what is said there
    official: bool = True  # by whoever runs the place


@dataclass(frozen=True)
class Target:
    """A place that films go to."""

    name: str
    about: str
    size: tuple[int, int]  # of the film, in pixels
    fps: int
    outputs: tuple[Mapping[str, Any], ...]  # as a config's `outputs:` spells them
    how: str  # to put it there
    sources: tuple[TargetSource, ...]
    unknown: str = ""  # what could not be established
    takes: Mapping[str, Limits] = field(default_factory=dict)  # by kind of file

    @property
    def established(self) -> bool:
        """Whether those who run the place say themselves all that is in its row."""
        return not self.unknown

    def settings(self) -> Mapping[tuple[str, ...], Any]:
        """The keys of a config that it sets, and their values as YAML would have them."""
        return {
            ("film", "size"): list(self.size),
            ("film", "fps"): self.fps,
            ("outputs",): [dict(output) for output in self.outputs],
        }


CHECKED = "2026-11-22"  # when the sources were read, in stored copies of the pages

HD, FULL_HD = (1280, 720), (1920, 1080)
PAGE = (960, 540)  # about as wide as the text of a page: drawn at the size it is seen at
MP4: Mapping[str, Any] = {"kind": "mp4"}
BROWSER = {kind: Limits() for kind in ("mp4", "webm", "gif", "webp", "apng")}
POSTER: Mapping[str, Any] = {"kind": "png"}

GITHUB = "https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting"
POWERPOINT = "https://learn.microsoft.com/en-us/answers/questions/5339846"
SLIDES_API = "https://developers.google.com/slides/api/guides/add-image"
X_MEDIA = "https://docs.x.com/x-api/media/quickstart/best-practices"
YOUTUBE = "https://support.google.com/youtube/answer/1722171"
RE_ENCODED = 14  # crf: a film that is encoded once more needs more to start from


def _gif(max_mb: float) -> Mapping[str, Any]:
    """Shown as drawn, at 20 frames a second: exact in hundredths, and small."""
    return {"kind": "gif", "fps": 20, "loop": "forever", "max_mb": max_mb}


_ROWS = (
    Target(
        "github",
        "READMEs, issues and pull requests",
        size=PAGE,
        fps=20,
        outputs=(_gif(10), MP4),
        takes={
            "gif": Limits(max_mb=10),
            "png": Limits(max_mb=10),
            "mp4": Limits(max_mb=10),
            "webm": Limits(max_mb=10),
        },
        how="commit the GIF and show it as a picture; drop the MP4 into a comment for a player",
        sources=(
            TargetSource(
                f"{GITHUB}/attaching-files",
                "attachments: images and GIFs 10 MB; videos .mp4, .mov, .webm 10 MB, of paid plans"
                " 100 MB; H.264 is recommended",
            ),
            TargetSource(
                "https://github.com/repowise-dev/repowise/pull/1197",
                "a README's <video> of a committed file is removed; a committed GIF is shown",
                official=False,
            ),
        ),
    ),
    Target(
        "slides",
        "any program for slides",
        size=FULL_HD,
        fps=30,
        outputs=(MP4, POSTER),
        takes={"mp4": Limits()},
        how="insert the MP4 as a video; the PNG is for handouts",
        sources=(TargetSource(POWERPOINT, "PowerPoint: .mp4 of H.264 video", official=False),),
        unknown="what Keynote and Google Slides take at most",
    ),
    Target(
        "powerpoint",
        "Microsoft PowerPoint",
        size=FULL_HD,
        fps=30,
        outputs=(MP4, POSTER),
        takes={"mp4": Limits()},
        how="Insert > Video > This Device; under Playback: Start Automatically",
        sources=(
            TargetSource(
                POWERPOINT,
                "the recommended format is .mp4 of H.264 video and AAC sound, as Microsoft's"
                " support page has it",
                official=False,
            ),
        ),
        unknown="Microsoft's own page was not at hand; a largest size or file",
    ),
    Target(
        "keynote",
        "Apple Keynote",
        size=FULL_HD,
        fps=30,
        outputs=(MP4, POSTER),
        takes={"mp4": Limits()},
        how="drag the MP4 onto a slide; under Format > Movie: start on its own",
        sources=(
            TargetSource(
                "https://www.macsurfer.com/redir.php?u=1120024",
                "Keynote converts old films to H.264 by itself",
                official=False,
            ),
        ),
        unknown="everything: Apple's own pages were not at hand",
    ),
    Target(
        "google-slides",
        "Google Slides",
        size=HD,
        fps=20,
        outputs=(_gif(50), MP4),
        takes={"gif": Limits(max_mb=50, max_pixels=25_000_000), "mp4": Limits()},
        how="Insert > Image for the GIF, which plays by itself; an MP4 has to be in Drive first",
        sources=(
            TargetSource(
                SLIDES_API, "images: less than 50 MB, at most 25 megapixels, PNG, JPEG or GIF"
            ),
        ),
        unknown="whether 25 megapixels are those of one frame; what is taken of a video",
    ),
    Target(
        "reveal",
        "reveal.js",
        size=FULL_HD,
        fps=30,
        outputs=(MP4, POSTER),
        takes=BROWSER,
        how='<video data-autoplay muted playsinline data-src="NAME.mp4"></video> in a section',
        sources=(
            TargetSource(
                "https://revealjs.com/media/",
                "data-autoplay starts a video with its slide, which is paused on leaving it;"
                " data-src loads it late",
            ),
        ),
    ),
    Target(
        "beamer",
        "LaTeX beamer with the animate package",
        size=PAGE,
        fps=12,
        outputs=({"kind": "frames"}, POSTER),
        takes={"frames": Limits(), "png": Limits(), "pdf": Limits(), "jpg": Limits()},
        how="\\animategraphics as in the snippet; the poster where nothing can move",
        sources=(
            TargetSource(
                "https://www.ctan.org/tex-archive/macros/latex/contrib/animate",
                "sets of image files; seen to move in Acrobat Reader, Okular, PDF-XChange, Foxit"
                " and Firefox",
            ),
        ),
    ),
    Target(
        "slack",
        "Slack messages",
        size=(800, 450),
        fps=20,
        outputs=(_gif(5),),
        takes={"gif": Limits(max_mb=5), "mp4": Limits(max_mb=1000)},
        how="drop the GIF into a message",
        sources=(
            TargetSource(
                "https://www.canto.com/blog/slack-file-size-limit/",
                "a file: 1 GB",
                official=False,
            ),
            TargetSource(
                "https://www.clrn.org/how-to-post-gifs-on-slack",
                "no limit of its own for GIFs; under 5 MB is advised",
                official=False,
            ),
        ),
        unknown="Slack's own pages were not at hand: 5 MB is advice, 1 GB hearsay",
    ),
    Target(
        "discord",
        "Discord messages",
        size=HD,
        fps=30,
        outputs=(MP4,),
        takes={
            "mp4": Limits(max_mb=10),
            "gif": Limits(max_mb=10),
            "webm": Limits(max_mb=10),
            "png": Limits(max_mb=10),
        },
        how="drop the MP4 into a message: it plays in place",
        sources=(
            TargetSource(
                "https://github.com/discord/discord-api-docs/pull/7312",
                "the default limit of a file is 10 MiB from 2025-01-16 on",
            ),
            TargetSource(
                "https://github.com/zfleeman/ffmpeg4discord/pull/67",
                "20 MB since August 2026, says a program that others wrote",
                official=False,
            ),
        ),
    ),
    Target(
        "x",
        "posts on X",
        size=HD,
        fps=30,
        outputs=(MP4,),
        takes={
            "mp4": Limits(max_mb=8000, max_size=(1280, 1024), max_fps=60, min_s=0.5, max_s=1200),
            "gif": Limits(max_mb=15, max_size=(1280, 1080), max_frames=350, max_drawn=300_000_000),
            "png": Limits(max_mb=5),
            "jpg": Limits(max_mb=5),
        },
        how="attach the MP4 to a post",
        sources=(
            TargetSource(
                X_MEDIA,
                "video: H.264 High, 1280×720, 30 or 60 fps, at most 1280×1024, 0.5 s to 20 min,"
                " 8 GB; GIF: 15 MB, 1280×1080, 350 frames, 300 million pixels in all; image: 5 MB",
            ),
        ),
    ),
    Target(
        "youtube",
        "YouTube",
        size=FULL_HD,
        fps=30,
        outputs=({**MP4, "crf": RE_ENCODED}, POSTER),
        takes={"mp4": Limits(), "webm": Limits()},
        how="upload the MP4; the PNG does for a thumbnail, a vtt file for subtitles",
        sources=(
            TargetSource(
                YOUTUBE,
                "MP4 with its index in front, H.264 High, 4:2:0, closed groups of pictures;"
                " 24, 25, 30, 48, 50 or 60 fps; no limit to the bit rate",
            ),
        ),
        unknown="the largest file and thumbnail",
    ),
    Target(
        "shorts",
        "YouTube Shorts",
        size=(1080, 1920),
        fps=30,
        outputs=({**MP4, "crf": RE_ENCODED},),
        takes={"mp4": Limits(max_s=180, upright=True)},
        how="upload the MP4: what is tall and short becomes a Short",
        sources=(
            TargetSource(YOUTUBE, "how films for YouTube are encoded"),
            TargetSource(
                "https://socialmediamarketingco.blogspot.com/2024/10/"
                "youtube-shorts-upgrade-3-minutes-long.html",
                "YouTube's announcement of 2024-10-15, quoted: up to 3 minutes, square or vertical",
                official=False,
            ),
            TargetSource(
                "https://docs.getlate.dev/resources/media-guidelines/youtube",
                "9:16, 1080×1920",
                official=False,
            ),
        ),
        unknown="YouTube's own page on Shorts was not at hand",
    ),
    Target(
        "docs",
        "pages of documentation: Sphinx, MkDocs, plain HTML",
        size=PAGE,
        fps=30,
        outputs=(MP4, POSTER, {"kind": "vtt"}, {"kind": "html"}),
        takes=BROWSER,
        how="copy the files beside the page and what is inside the HTML's <body> into it",
        sources=(
            TargetSource(
                "https://github.com/alphagov/wcag-primer/wiki/2.2.2",
                "WCAG 2.2.2, quoted: what starts to move by itself and lasts more than 5 s must"
                " have a way to pause it",
                official=False,
            ),
        ),
    ),
)

TABLE: Mapping[str, Target] = {row.name: row for row in _ROWS}


def known(name: str) -> str | None:
    """The name as the table has it, however its words are joined; None if it isn't there."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    return plain if plain in TABLE else None
