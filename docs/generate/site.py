"""The pages, in the folder that they are built from, and the site."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.generate import fonts, gallery, house, reference
from docs.generate.markup import page
from render.commands.common import catalogue

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
WORK = ROOT / "build" / "docs"
PICTURES = ROOT / "outputs" / "gallery"  # the few that git keeps
SHIM = re.compile(r"https://unpkg\.com/iframe-worker/shim")
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>\w+)`")
LINK = re.compile(r"\]\((?P<target>\.\./[^)\s#]*)\)")  # one that may leave docs/
PAGE_OF = {  # the files of the repository that a page is made from: on GitHub they stand for it
    "CONTRIBUTING.md": "house.md",
    "configs": "gallery/index.md",
    "configs/scene.schema.json": "reference/config.md",
    "render/config/schema": "reference/keys.md",
    "render/commands": "reference/commands.md",
    "render/__main__.py": "reference/commands.md#exit-codes",
    "render/recording.py": "reference/files.md#csv",
    "render/describe/manifest.py": "reference/files.md#manifest",
    "render/__init__.py": "reference/python.md",
    "render/learn/functions": "reference/functions.md",
    "render/draw/panels": "reference/panels.md",
    "render/draw/themes": "reference/themes.md",
    "render/config/targets.yaml": "reference/targets.md",
    "render/languages": "reference/languages.md",
    "scenes": "reference/scenes.md",
    **{f"render/{folder}": f"reference/{k}.md" for k, (folder, _) in reference.FOLDERS.items()},
}
TUTORIALS = (
    "lecture",
    "table",
    "network",
    "runs",
    "picture",
    "places",
    "page",
    "batch",
    "studio",
    "python",
)

PYTHON = {
    "Functions": ["load", "batch", "record", "recorded", "from_checkpoints", "race"],
    "Film": ["api.film.Film"],
    "Recorders": ["api.record.RecordedRun", "api.record.Recorder", "lightning.Recording"],
    "Numbers": [
        "recording.Recording",
        "recording.Snapshot",
        "recording.Landscape",
        "results.Verdict",
    ],
    "Batches": ["jobs.outcome.Outcome", "results.Report", "results.Output"],
    "Errors": [
        "errors.RenderError",
        "errors.ConfigError",
        "errors.TruthError",
        "errors.EncodeError",
    ],
}


def python() -> str:
    """The page of the Python API, whose words are the docstrings."""
    parts = ["`import render` imports nothing heavy; each function imports what it needs."]
    for title, names in PYTHON.items():
        parts.append(f"## {title}")
        parts += [f"::: render.{name}\n    options:\n      heading_level: 3" for name in names]
    return page("Python", *parts, description="The functions and classes of the package.")


def written() -> dict[str, str]:
    """The pages in docs/ by their files, as the site has them."""
    files = sorted(DOCS.rglob("*.md"))
    return {
        file.relative_to(DOCS).as_posix(): _moved(file.read_text("utf-8"), file) for file in files
    }


def _moved(text: str, file: Path) -> str:
    """The page with links within the site, where GitHub's readers have files of the repository."""
    up = "../" * (len(file.relative_to(DOCS).parts) - 1)

    def moved(link: re.Match[str]) -> str:
        place = Path(os.path.normpath(file.parent / link["target"]))
        return link[0] if place.is_relative_to(DOCS) else f"]({up}{page_of(place)})"

    return TEST.sub(_test, LINK.sub(moved, text))


def page_of(place: Path) -> str:
    """Where the site says what a file or a folder of the repository says. Raises KeyError."""
    name = place.relative_to(ROOT).as_posix()
    if place.is_relative_to(PICTURES):
        return f"pictures/{place.relative_to(PICTURES).as_posix()}"
    if name in PAGE_OF:
        return PAGE_OF[name]
    if place.parent == ROOT / "configs":
        return f"gallery/{place.stem}.md"
    return f"{PAGE_OF[place.parent.relative_to(ROOT).as_posix()]}#{place.stem}"


def _test(named: re.Match[str]) -> str:
    """A test as words, and its file."""
    words = named["name"].removeprefix("test_").replace("_s_", "'s_").replace("_", " ")
    file = named["file"].replace("/", "/<wbr>")
    return f'<span class="test">{words}<br><code>{file}</code></span>'


def pages() -> dict[str, str]:
    """Every page of the site by its file."""
    made = {**reference.pages(), **gallery.pages(), "house.md": house.house()}
    return {**written(), **made, "reference/python.md": python()}


def navigation(every: Mapping[str, str]) -> str:
    """The navigation, as the site's settings have it."""
    kinds = [(kind.capitalize(), f"reference/{kind}.md") for kind in reference.kinds()]
    tutorials = [(_title(every[file]), file) for file in every if file.startswith("tutorials/")]
    tutorials.sort(key=lambda entry: _order(entry[1]))
    listed = [
        ("Gallery", "gallery/index.md"),
        *(
            (catalogue.config(n).line, f"gallery/{n}.md")
            for g in gallery.groups().values()
            for n in g
        ),
    ]
    own = [
        ("Reference", "reference/index.md"),
        ("A config", "reference/config.md"),
        *kinds,
        ("Commands", "reference/commands.md"),
        ("CSV and manifest", "reference/files.md"),
        ("Python", "reference/python.md"),
        ("Every key, A to Z", "reference/keys.md"),
    ]
    entries = [
        '{"Home" = "index.md"}',
        '{"Start" = "start.md"}',
        _section("Tutorials", tutorials),
        _section("Reference", own),
        _section("Gallery", listed),
        '{"Truth" = "truth.md"}',
        '{"Speed" = "speed.md"}',
        '{"The house" = "house.md"}',
    ]
    return "nav = [\n" + "".join(f"    {entry},\n" for entry in entries) + "]\n"


def _section(title: str, entries: list[tuple[str, str]]) -> str:
    inner = ", ".join(f"{{{_quoted(name)} = {_quoted(file)}}}" for name, file in entries)
    return f"{{{_quoted(title)} = [{inner}]}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _title(text: str) -> str:
    return next(line[2:] for line in text.splitlines() if line.startswith("# "))


def _order(file: str) -> tuple[int, str]:
    stem = Path(file).stem
    return (TUTORIALS.index(stem) if stem in TUTORIALS else len(TUTORIALS), stem)


def stage(work: Path = WORK) -> None:
    """Write the pages, their pictures, fonts and settings into a folder."""
    shutil.rmtree(work, ignore_errors=True)
    every = pages()
    for file, text in every.items():
        target = work / "pages" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "assets", work / "pages" / "assets")
    pictures = shutil.ignore_patterns("*.json", "*.csv")
    shutil.copytree(PICTURES, work / "pages" / "pictures", ignore=pictures)
    sources = [file.read_text("utf-8") for file in (ROOT / "render").rglob("*.py")]
    letters = "".join(sorted({*"".join([*every.values(), *sources]), *map(chr, range(32, 127))}))
    rules = fonts.write(work / "pages" / "assets" / "fonts", letters)
    with open(work / "pages" / "assets" / "docs.css", "a", encoding="utf-8") as css:
        css.write(rules + "\n")
    settings = (DOCS / "zensical.toml").read_text(encoding="utf-8")
    settings = settings.replace("[project]\n", f"[project]\n{navigation(every)}", 1)
    (work / "zensical.toml").write_text(settings, encoding="utf-8")


def build(work: Path = WORK, films: Path = gallery.FILMS) -> Path:
    """Build the site; its first page. Raises CalledProcessError for a link that leads nowhere."""
    stage(work)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    subprocess.run(command, cwd=work, check=True)
    site = work / "site"
    for file in site.rglob("*.html"):
        if file.is_relative_to(site / "pictures"):
            continue
        text = file.read_text(encoding="utf-8")
        up = "../" * (len(file.relative_to(site).parts) - 1)
        file.write_text(SHIM.sub(f"{up}assets/iframe-worker.js", text), encoding="utf-8")
    if films.is_dir():
        (site / "films").mkdir()
        for film in sorted(films.iterdir()):
            if film.suffix in (gallery.POSTER, gallery.PAGE, gallery.VIDEO):
                _linked(film, site / "films" / film.name)
    return site / "index.html"


def _linked(source: Path, target: Path) -> None:
    """Put a file into the site without a second copy, where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
