"""A page of all films of a batch: each with its poster, its verdict and links to its files."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from render.errors import ConfigError, RenderError
from render.files import read_bytes
from render.jobs.outcome import Outcome
from render.jobs.plan import Job
from render.results import Output

NAME = "index.html"
MARK = '<meta name="generator" content="descent-film index">'
MAX_LINES = 3  # of verdicts that are always in sight
MARKED_BYTES = 2_000  # of a page, in which its mark is
VIDEOS, STILLS = ("mp4", "webm"), ("png", "jpg")
MOVING = ("gif", "webp", "apng", "svg")

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{mark}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';\
 img-src 'self' file:; media-src 'self' file:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: dark; }}
body {{ margin: 0 auto; max-width: 1500px; padding: 2rem 1.5rem 4rem; background: #0e1116;
  color: #e8eaed; font: 1rem/1.5 Inter, system-ui, sans-serif; }}
h1 {{ font-size: 1.3rem; font-weight: 600; margin: 0 0 1.5rem; }}
main {{ display: grid; gap: 1.5rem; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); }}
article {{ background: #161b23; border: 1px solid #252a32; border-radius: 10px; overflow: hidden; }}
article > img, article > video, article > a > img {{ display: block; width: 100%;
  aspect-ratio: 16 / 9; object-fit: contain; background: #0a0c10; }}
div {{ padding: .8rem 1rem 1rem; }}
h2 {{ font-size: 1.05rem; font-weight: 600; margin: 0; }}
p {{ margin: .35rem 0; color: #9aa3ae; white-space: pre-line; }}
summary {{ color: #9aa3ae; cursor: pointer; margin: .35rem 0; }}
p.failed {{ color: #ff8a80; }}
a {{ color: #8fc7ff; margin-right: .9rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<main>
{films}
</main>
</body>
</html>
"""


def check_index(out: Path, jobs: Sequence[Job]) -> None:
    """Raise ConfigError where no index can be written: its name is taken."""
    place = out / NAME
    for job in jobs:
        taken = (one.path for one in job.targets if one.path.stem.casefold() == "index")
        if (path := next(taken, None)) is not None:
            raise ConfigError(f"index: {job.spec.path} would write {path}: give it another name")
    if os.path.lexists(place) and not _is_ours(place):
        raise ConfigError(f"index: {place} is there, and no index of ours: it is not replaced")


def _is_ours(place: Path) -> bool:
    try:
        with place.open("rb") as file:
            return place.is_file() and MARK.encode() in file.read(MARKED_BYTES)
    except OSError:
        return False


def write_index(out: Path, films: Sequence[tuple[Job, Outcome]]) -> Path:
    """Write the index of a folder, whole or not at all. Raises RenderError."""
    place = out / NAME
    part = out / f".{NAME}.{secrets.token_hex(4)}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(place) and not _is_ours(place):
            raise RenderError(f"{place}: is no index of ours: it is not replaced")
        part.write_text(page(out, films), encoding="utf-8", newline="\n")
        part.replace(place)
    except OSError as error:
        raise RenderError(f"{place}: can't be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return place


def page(out: Path, films: Sequence[tuple[Job, Outcome]]) -> str:
    """The page of films in that order."""
    count = f"{len(films)} film{'s' * (len(films) != 1)}"
    each = "\n".join(_film(out, job, outcome) for job, outcome in films)
    return PAGE.format(mark=MARK, title=f"{count} of gradient descent", films=each)


def _film(out: Path, job: Job, outcome: Outcome) -> str:
    title = f"<h2>{escape(job.spec.plain_title)}</h2>"
    report = outcome.report
    if report is None:
        words = escape((outcome.error or "").partition("\n")[0])
        return f'<article>\n<div>{title}\n<p class="failed">{words}</p></div>\n</article>'
    outputs = {output.kind: output for output in report.outputs}
    told = [line.strip() for line in report.message.split("\n")]
    links = " ".join(_links(out, report.outputs))
    shown = _picture(out, outputs, job.spec.plain_title)
    known = {line.casefold() for line in told}
    captions = [text for text in _caption(report.outputs) if text.casefold() not in known]
    caption = "".join(f"<p>{escape(text)}</p>\n" for text in captions)
    words = f"{title}\n{caption}{_verdict(told)}\n<p>{links}</p>"
    return f"<article>\n{shown}<div>{words}</div>\n</article>"


def _verdict(lines: Sequence[str]) -> str:
    """How the runs ended; of many, behind a line that opens."""
    text = f"<p>{escape(chr(10).join(lines))}</p>"
    if len(lines) <= MAX_LINES:
        return text
    return f"<details><summary>how {len(lines)} runs ended</summary>{text}</details>"


def _picture(out: Path, outputs: dict[str, Output], title: str) -> str:
    """The film to play with its poster, or the best picture of it that there is."""
    alt = escape(title, quote=True)
    still = next((outputs[kind] for kind in STILLS if kind in outputs), None)
    videos = [outputs[kind] for kind in VIDEOS if kind in outputs]
    if videos:
        poster = f' poster="{_address(out, still.path)}"' if still else ""
        sources = "".join(f'<source src="{_address(out, one.path)}">' for one in videos)
        ready = "none" if still else "metadata"
        return f'<video controls muted playsinline preload="{ready}"{poster}>{sources}</video>\n'
    moving = next((outputs[kind] for kind in MOVING if kind in outputs), None)
    chosen = moving or still
    return "" if chosen is None else f'<img src="{_address(out, chosen.path)}" alt="{alt}">\n'


def _caption(outputs: Sequence[Output]) -> Iterator[str]:
    """The words that a film ends on, as its manifest has them."""
    file = next((one.path for one in outputs if one.kind == "json"), None)
    try:
        manifest = json.loads(read_bytes(file, 100_000_000)) if file is not None else {}
        lines = [str(stop["words"]) for stop in manifest.get("stops", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    yield from lines[-1:]


def _links(out: Path, outputs: Sequence[Output]) -> Iterator[str]:
    for output in outputs:
        text = escape(output.path.suffix.lstrip(".") or output.path.name)
        size = f"{output.bytes:,} bytes"
        yield f'<a href="{_address(out, output.path)}" title="{size}">{text}</a>'


def _address(out: Path, path: Path) -> str:
    """A file as a page in the folder names it."""
    relative = os.path.relpath(path, out)
    return escape(quote(Path(relative).as_posix()), quote=True)
