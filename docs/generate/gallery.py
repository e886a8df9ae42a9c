"""The gallery: every config with its picture, its point, its film, its YAML and its source."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from docs.generate.markup import block, escaped, inline, page
from render.commands.common import catalogue

ROOT = Path(__file__).parent.parent.parent
GROUPS = ROOT / "docs" / "gallery.yaml"
FILMS = ROOT / "outputs" / "films"  # what `make gallery` leaves
POSTER, PAGE, VIDEO = ".png", ".html", ".mp4"
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
ABBREVIATED = re.compile(r"(\b[A-Z]|\bet al|\bvs|\be\.g|\bi\.e|^Lab)\.$")


def pages(films: Path = FILMS) -> dict[str, str]:
    """The gallery and a page for each config, by their files."""
    made = {f"gallery/{name}.md": one(name, films) for name in catalogue.configs()}
    return {"gallery/index.md": overview(films), **made}


def groups() -> dict[str, list[str]]:
    """The configs by what they are about; those that no group names come last."""
    known = yaml.safe_load(GROUPS.read_text(encoding="utf-8"))
    names = list(catalogue.configs())
    found = {title: [name for name in named if name in names] for title, named in known.items()}
    rest = [name for name in names if not any(name in named for named in found.values())]
    return {**found, **({"More": rest} if rest else {})}


def remark(name: str) -> str:
    """What the config says of itself in its first lines: its point, and where it is from."""
    text = catalogue.config(name).text.split("\n\n")[1]
    return " ".join(text.split())


def point(name: str) -> str:
    """The first sentence of the remark."""
    pieces = SENTENCE.split(remark(name))
    said = pieces[0]
    for piece in pieces[1:]:
        if not ABBREVIATED.search(said):
            break
        said += " " + piece
    return said


def source(name: str) -> str:
    """The text of the config, without the line for editors."""
    lines = catalogue.config_files()[name].read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if "yaml-language-server" not in line)


def overview(films: Path) -> str:
    """All configs as cards, by what they are about."""
    parts = [
        "Each of these films comes with the package. In a clone: `python -m render"
        " configs/NAME.yaml`. Anywhere else: `python -m render new mine --like NAME`, then"
        " `python -m render mine.yaml`.",
    ]
    if not any(_has(films, name, POSTER) for name in catalogue.configs()):
        parts.append(
            '!!! note "There are no pictures here yet"\n\n    `make gallery` makes the poster, the'
            " video and the living page of every config, some ten minutes on two cores."
            " Then `make docs` shows them here."
        )
    for title, names in groups().items():
        cards = "\n".join(card(name, films) for name in names)
        parts += [f"## {escaped(title)}", f'<div class="cards">\n{cards}\n</div>']
    return page("Gallery", *parts, description="Every config, with its film and its point.")


def card(name: str, films: Path) -> str:
    """A config in the gallery: its poster if there is one, its title and its point."""
    title = html.escape(catalogue.config(name).line)
    shown = (
        f'<img src="../films/{name}{POSTER}" alt="" loading="lazy" width="480" height="270">'
        if _has(films, name, POSTER)
        else '<span class="no-poster"></span>'
    )
    words = f"<strong>{title}</strong><span>{inline(point(name))}</span><code>{name}</code>"
    return f'<a class="card" href="{name}.html">{shown}{words}</a>'


def one(name: str, films: Path) -> str:
    """The page of a config."""
    return page(
        escaped(catalogue.config(name).line),
        escaped(remark(name)),
        "\n".join(_shown(name, films)),
        block("sh", f"python -m render configs/{name}.yaml"),
        "## Its config { data-search-exclude }",
        block("yaml", source(name)),
        "[All films](index.md) · [The keys of a config](../reference/config.md)",
    )


def _shown(name: str, films: Path) -> Iterator[str]:
    poster = f' poster="../films/{name}{POSTER}"' if _has(films, name, POSTER) else ""
    if _has(films, name, VIDEO):
        yield (
            f'<video src="../films/{name}{VIDEO}"{poster} controls loop muted playsinline'
            ' preload="none" width="960" height="540"></video>'
        )
    elif poster:
        yield f'<img src="../films/{name}{POSTER}" alt="The film\'s end" width="960" height="540">'
    if _has(films, name, PAGE):
        yield (
            f'\n<a class="md-button" href="../films/{name}{PAGE}">Open the living page</a>'
            " to step through it and to ask it."
        )


def _has(films: Path, name: str, suffix: str) -> bool:
    return (films / f"{name}{suffix}").is_file()
