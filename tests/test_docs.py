"""The documentation is whole: each key has its place, links lead somewhere, words are right."""

from __future__ import annotations

import csv
import html
import json
import re
import subprocess
import sys
import tomllib
import urllib.parse
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from docs.generate import gallery, options, reference, site
from docs.generate.markup import escaped, inline
from render.commands.common import catalogue, parsers
from render.config.schema import document
from render.config.yaml import read
from render.describe.manifest import FIELDS
from render.recording import COLUMNS
from tests.pages import ROOT, WRITTEN, anchors, links
from tests.sweeps import sweep

SECTIONS = {  # the key of a section whose value is a member, and the page of its members
    "dataset": "datasets",
    "model": "models",
    "loss": "losses",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "measure": "measures",
    "outputs": "formats",
}


@cache
def pages() -> dict[str, str]:
    return site.pages()


def keys_of(schema: Any, root: Any) -> set[str]:
    """Every key in a schema, at any depth, as `stop.tol`."""
    if isinstance(schema, list):
        return {key for one in schema for key in keys_of(one, root)}
    if not isinstance(schema, dict):
        return set()
    if "$ref" in schema:
        return keys_of(root["definitions"][schema["$ref"].rpartition("/")[2]], root)
    found = set()
    for key, inner in schema.get("properties", {}).items():
        deeper = keys_of(inner, root)
        found |= {key, *(f"{key}.{other}" for other in deeper)}
    for word in ("anyOf", "items", "additionalProperties"):
        found |= keys_of(schema.get(word), root)
    return found


def test_every_key_of_the_schema_has_its_place():
    root = document.document()
    config = anchors(pages()["reference/config.md"])
    assert {*root["properties"]} <= config
    for section in root["properties"].keys() - SECTIONS.keys() - {"runs", "sweep"}:
        keys = {f"{section}.{key}" for key in keys_of(root["properties"][section], root)}
        of_panels = {key for key in keys if key.startswith("film.layout.")}
        assert keys - of_panels <= config, section
    for section, kind in SECTIONS.items():
        there = anchors(pages()[f"reference/{kind}.md"])
        part = root["properties"][section]
        part = resolved(part, root)
        choices = part.get("anyOf", [part])
        items = [resolved(one, root)["items"] for one in choices if "items" in resolved(one, root)]
        for choice in [*choices, *(c for item in items for c in resolved(item, root)["anyOf"])]:
            member = resolved(choice, root)
            if "properties" not in member:
                continue
            name = member["title"].split()[-1]
            assert name in there
            seconds = {k for k in keys_of(member, root) if k.split(".")[-1] in SECOND_NAMES}
            for key in keys_of(member, root) - {"kind"} - seconds:
                assert {f"{name}.{key}", f"any.{key}"} & there, (kind, name, key)


SECOND_NAMES = {"learning_rate", "delimiter"}


def resolved(schema: Any, root: Any) -> Any:
    return root["definitions"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def test_every_key_is_in_the_index():
    index = pages()["reference/keys.md"]
    for page, option in reference.every_option():
        if option.path[0] in ("theme",):
            continue
        section = option.path[0]
        panel = option.path[:2] == ("film", "layout") and len(option.path) > 2
        key = f"film.layout.{option.path[2]}.{option.name}" if panel else f"{section}.{option.name}"
        assert f"<code>{key}</code>" in index, (page, key)


def test_every_option_says_what_it_is_and_has_an_example():
    for page, option in reference.every_option():
        assert option.doc.about, (page, option.id)
        if option.id not in ("film.layout", "keys.like"):  # which has a part of its own
            assert "<code>" in options.example(option, ""), (page, option.id)


def test_every_test_that_truth_names_is_there():
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "truth.md").read_text("utf-8")
    )
    assert len(named) > 40
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)


def test_every_config_of_a_group_is_one():
    grouped = yaml.safe_load(gallery.GROUPS.read_text(encoding="utf-8")).values()
    named = [name for names in grouped for name in names]
    assert sorted(named) == sorted({*named})
    assert {*named} <= {path.stem for path in (ROOT / "configs").glob("*.yaml")}


@pytest.mark.parametrize("kind", [kind for kind in catalogue.kinds() if kind != "configs"])
def test_list_says_what_the_page_says(kind):
    """Each member with its line, and each of its options with all that is said of it."""
    listed = catalogue.kinds()[kind]
    text = pages()["reference/config.md" if kind == "sections" else f"reference/{kind}.md"]
    for entry in map(listed.entry, (*listed.names(), *listed.more)):
        if kind != "sections":
            assert escaped(entry.line) in text, entry.name
        for option in entry.options:
            where = f"{entry.name}.{option.name.partition('/')[0]}"
            assert inline(option.about) in text, where
            allowed = "auto or [low, high]" if option.name == "extents" else option.allowed
            assert inline(allowed) in text, where
            said = {"(required)": "must be given", "[]": "none", "{}": "none", '""': "none"}
            shown = html.escape(said.get(option.default, option.default))
            shown = "as below" if shown.startswith("{") else shown
            assert re.search(rf'<span class="default[ said]*">{re.escape(shown)}</span>', text), (
                where,
                shown,
            )


def test_every_key_of_a_config_is_listed():
    """By `list`: the members of a section, or the section's own options."""
    named = {line.about.partition(": ")[0].lstrip("`") for line in catalogue.kinds().values()}
    sections = {*catalogue.kinds()["sections"].names()}
    plain = {"title", "seed", "scene", "target"}
    assert {*document.document()["properties"]} - plain <= named | sections


@pytest.mark.slow
def test_every_example_is_a_config():
    validator = pytest.importorskip("jsonschema").Draft7Validator(document.document())
    for page, option in reference.every_option():
        found = re.search(r"<code>(.*?)</code>", options.example(option, ""))
        if not found or option.path[0] == "theme":
            continue
        line = found[1].replace("&#x27;", "'").replace("&lt;", "<").replace("&quot;", '"')
        text = line.replace("&gt;", ">").replace("&amp;", "&")
        config = read(Path("example.yaml"), text)[0].data
        faults = [fault.message for fault in validator.iter_errors(config)]
        assert not faults, (page, option.id, line, faults[0][:200])


@pytest.mark.parametrize("name", parsers.names())
def test_every_command_is_explained_where_its_help_says(name):
    page, _, anchor = parsers.page_of(name).partition("#")
    text = pages()[page.replace(".html", ".md")]
    assert anchor in anchors(text)
    parser = parsers.parser_of(name)
    assert parsers.page_of(name) in parser.format_help()
    for option in parsers.options(parser):
        if option != "--help":
            assert f"{name}.{option.lstrip('-')}" in anchors(text)


def test_every_link_leads_somewhere():
    for file, text in pages().items():
        for link in links(text):
            target, _, anchor = urllib.parse.unquote(link).partition("#")
            if re.match(r"https?:", target):
                continue
            where = PurePosixPath(file).parent / target if target else PurePosixPath(file)
            there = normal(where).removesuffix(".html").removesuffix(".md")
            if there.startswith(("pictures/", "assets/", "films/")):
                there = there.replace("pictures/", "outputs/gallery/", 1)
                assert there.startswith("films/") or list(ROOT.glob(f"{there}*")), (file, link)
                continue
            assert f"{there}.md" in pages(), (file, link)
            assert not anchor or anchor in anchors(pages()[f"{there}.md"]), (file, link)


def normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_of_the_repository_leads_to_a_file(file):
    """As GitHub shows it, where no page of the site is."""
    for link in links(file.read_text(encoding="utf-8")):
        target, _, anchor = link.partition("#")
        if not re.match(r"https?:", target) and target:
            assert (file.parent / target).exists(), link
            if anchor:
                assert anchor in anchors((file.parent / target).read_text(encoding="utf-8")), link


def test_every_page_is_in_the_navigation():
    listed = site.navigation(pages())
    assert [file for file in pages() if f'"{file}"' not in listed] == []


def test_words_are_spelled_right():
    places = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "render", "scenes", "configs")
    command = [sys.executable, "-m", "codespell_lib", *places]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def fields_of(facts: Any, prefix: str = "") -> set[str]:
    """The fields of a manifest as FIELDS names them, without what is in its config."""
    found = set()
    for key, value in facts.items():
        name = f"{prefix}{key}"
        if name == "config" or (f"{prefix}NAME" in FIELDS and name not in FIELDS):
            found.add(name if name == "config" else f"{prefix}NAME")
        elif isinstance(value, dict):
            found |= {*([name] if name in FIELDS else []), *fields_of(value, f"{name}.")}
        elif isinstance(value, list) and f"{name}[]" in FIELDS:
            found.add(f"{name}[]")
            for run in value if name == "runs" else ():
                landscape = run.pop("landscape")
                found |= fields_of(run, "run.") | fields_of(landscape, "landscape.")
        elif any(field.startswith(f"{name}[].") for field in FIELDS):
            found |= {one for item in value for one in fields_of(item, f"{name}[].")}
        else:
            found.add(name)
    return found


FILMS = ("slope", "optimizer_race", "moons", "polynomial", "digits")


@pytest.mark.parametrize("name", sweep(FILMS))
def test_a_film_leaves_the_columns_and_fields_that_are_explained(name, tmp_path):
    from render.__main__ import main

    config = str(ROOT / "configs" / f"{name}.yaml")
    short = ["--set", "training.epochs=2"] if name != "slope" else []
    words = [config, "--format", "csv,json", "--out", str(tmp_path), "--quiet", *short]
    assert main(words) == 0
    manifest = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    run = manifest.get("run") or manifest["runs"][0]
    assert fields_of(manifest) <= {*FIELDS}
    with open(tmp_path / f"{name}.csv", encoding="utf-8", newline="") as file:
        head = next(csv.reader(file))
    names = {*run.get("params", {}), *run.get("coordinates", {})}
    known = {column for column in COLUMNS if column.islower()}
    assert {*head} <= known | names | {f"grad_{one}" for one in names}


def test_speed_has_one_set_of_figures():
    """What the README says of speed is what the page about it says."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| ([^|]*fps) \| ([^|]*fps) \| (\S+×) \|$", readme, re.MULTILINE)
    assert len(rows) >= 4
    for ours, against, ratio in rows:
        same = [line for line in page.splitlines() if ours in line and line.endswith(f" {ratio} |")]
        assert [line for line in same if against.rpartition(", ")[2] in line], (ours, ratio)


def test_the_pages_need_what_their_environment_has():
    """`docs/requirements.txt` names packages that the program or its extra `docs` has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = project["dependencies"] + project["optional-dependencies"]["docs"]
    lines = (ROOT / "docs" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = {line for line in lines if not line.startswith("#")}
    assert needed <= {re.split(r"[<>=]", one)[0] for one in ours}
    assert "torch" not in needed


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "scipy", "imageio", "pptx", "rich"}:
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Missing())
from docs.generate import site
print(len(site.pages()))
"""


@pytest.mark.slow
def test_the_pages_are_made_without_torch():
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True)
    assert (done.stderr, int(done.stdout)) == ("", len(pages()))


@pytest.mark.slow
def test_the_site_is_built_strictly_and_asks_no_other_host(tmp_path, monkeypatch):
    pytest.importorskip("zensical")
    index = site.build()
    assert index.is_file()
    for file in index.parent.rglob("*.html"):
        if "pictures" in file.parts or "films" in file.parts:
            continue
        text = file.read_text(encoding="utf-8")
        asked = re.findall(
            r'<(?:script|link|img|iframe|video)[^>]+(?:src|href)="(https?:[^"]+)', text
        )
        assert asked == [], file
    for file in (*index.parent.rglob("*.css"),):
        assert not re.search(r"url\([\"']?https?:|@import", file.read_text(encoding="utf-8")), file
