"""The reference: pages about every key, member, command and file, made from the members."""

from __future__ import annotations

import argparse
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from docs.generate import examples, options
from docs.generate.markup import block, escaped, flow, inline, is_yaml, page, prose
from docs.generate.options import Option, as_config, table
from render import registry
from render.commands.common import catalogue, parsers
from render.config.build import SHELVES
from render.config.captions import MAX_CAPTIONS
from render.config.schema import document
from render.config.schema.described import OptionDoc, described
from render.config.spec import FilmOptions, LandscapeOptions, Training
from render.config.theme import Theme
from render.describe.manifest import FIELDS
from render.recording import COLUMNS

BASE = "../"  # from a page of the reference to the root of the pages
FOLDERS = {  # the kinds of `list` that are folders of members, and the key that names one
    "datasets": ("learn/datasets", "dataset"),
    "models": ("learn/models", "model"),
    "losses": ("learn/losses", "loss"),
    "optimizers": ("learn/optimizers", "optimizer"),
    "schedules": ("learn/schedules", "schedule"),
    "measures": ("learn/measures", "measure"),
    "formats": ("encode/formats", "outputs"),
}
SETTING = re.compile(r"film(\.\w+)+: ")  # of a target, with a dot
TAGS = re.compile(r"<[a-z][^>]*>(?:</\w+>)?")
ELSEWHERE = {"configs", "sections"}  # the gallery; the page of all keys


def pages() -> dict[str, str]:
    """Every page of the reference by its file."""
    made = {"reference/config.md": config()}
    made |= {f"reference/{kind}.md": members(kind) for kind in kinds()}
    made |= {
        "reference/commands.md": commands(),
        "reference/files.md": files(),
        "reference/keys.md": keys(),
    }
    return made


def kinds() -> list[str]:
    """The kinds of names that have a page each."""
    return [kind for kind in catalogue.kinds() if kind not in ELSEWHERE]


# --- a page for each kind of member


def members(kind: str) -> str:
    """The page of a kind: each member with what `list` says of it."""
    listed = catalogue.kinds()[kind]
    entries = [listed.entry(name) for name in (*listed.names(), *listed.more)]
    every = {entry.name: member_options(kind, entry.name) for entry in entries}
    shared = shared_options(every)
    parts = [
        f"As in {listed.about}. `python -m render list {kind} NAME` says the same.",
        "\n".join(f"- [{escaped(e.name)}](#{e.name}): {escaped(e.line)}" for e in entries),
    ]
    if shared:
        own = [Option(f"any.{o.name}", o.name, o.path, o.doc) for o in shared]
        parts += ["## Each of them has {#any}", table(own, BASE)]
    for entry in entries:
        parts += [
            f"## {escaped(entry.name)} {{#{entry.name}}}",
            also(entry.aliases),
            text_of(kind, entry),
            usage(kind, entry.name),
            table([o for o in every[entry.name] if o.name not in {s.name for s in shared}], BASE),
        ]
    return page(kind.capitalize(), *parts, description=f"Every one of the {kind}.")


def text_of(kind: str, entry: catalogue.Entry) -> str:
    """The member's own words; a table of texts stays as `list` prints it."""
    if kind == "languages":
        head, _, rest = entry.text.partition("\n\n")
        return f"{escaped(head)}\n\n{block('text', rest)}" if rest else escaped(head)
    if kind == "targets":
        return targets_text(entry.text)
    return prose(entry.text)


def targets_text(text: str) -> str:
    """A target's settings as YAML, its sources as links."""
    lines: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("http"):
            lines[-1] += f" ([source]({stripped}))"
        elif SETTING.match(line) or (is_yaml(line) and not line.startswith(" ")):
            lines.append(f"`{line}`  ")
        else:
            plain = TAGS.sub(r"`\g<0>`", line)
            lines.append(escaped(plain) if plain[:2] != "- " else f"- {escaped(plain[2:])}")
    joined: list[str] = []
    for line in lines:
        before = joined[-1] if joined else ""
        if line and before and line.startswith("- ") != before.startswith("- "):
            joined.append("")  # a list begins, or ends
        joined.append(line)
    return "\n".join(joined)


def also(aliases: Sequence[str]) -> str:
    return f"Also called {', '.join(f'`{one}`' for one in aliases)}." if aliases else ""


def member_options(kind: str, name: str) -> list[Option]:
    """The options of a member of a kind, at any depth."""
    if kind in FOLDERS:
        folder, section = FOLDERS[kind]
        return [*options.of(registry.member(folder, name), name, (section, name))]
    if kind == "functions":
        cls = registry.member("learn/functions", name)
        return [*options.of(cls, name, ("model", "function"))]
    if kind == "panels":
        cls = registry.member("draw/panels", name)
        return [*options.of(cls, name, ("film", "layout", name))]
    if kind == "themes" and name == catalogue.KEYS:
        listed = {one.name: one for one in catalogue.kinds()[kind].entry(name).options}
        docs = {doc.name: doc for doc in described(Theme)}
        like = listed.pop("like")
        first = OptionDoc("like", str, like.allowed, like.default, like.about)
        every = [first, *(replace(docs[name], default=listed[name].default) for name in listed)]
        return [Option(f"keys.{doc.name}", doc.name, ("theme", doc.name), doc) for doc in every]
    return []


def shared_options(every: dict[str, list[Option]]) -> list[Option]:
    """The options that all members of a kind have, by name and meaning."""
    if len(every) < 2:
        return []
    first, *others = every.values()
    return [
        option
        for option in first
        if all(any(_same(option, other) for other in options) for options in others)
    ]


def _same(one: Option, other: Option) -> bool:
    return (one.name, one.doc.about, one.doc.allowed) == (
        other.name,
        other.doc.about,
        other.doc.allowed,
    ) and one.doc.default == other.doc.default


def usage(kind: str, name: str) -> str:
    """How a config names the member, and which configs do."""
    if kind not in FOLDERS:
        return ""
    section = FOLDERS[kind][1]
    path = (section, name)
    used = examples.configs_with(path)
    if not used:
        return ""
    links = ", ".join(f"[{one}]({BASE}gallery/{one}.md)" for one in used[:6])
    more = f" and {len(used) - 6} more" if len(used) > 6 else ""
    use = examples.first(path)
    shown = block("yaml", as_config(path, use.value)) if use else ""
    return f"{shown}\n\nIn {links}{more}."


# --- every key of a config


def config_options() -> dict[str, list[Option]]:
    """The options of a config's own sections, by section; captions and maps last."""
    landscape = [*options.of(LandscapeOptions, "landscape", ("landscape",), ("extents",))]
    extents = next(d for d in described(LandscapeOptions) if d.name == "extents")
    named = OptionDoc("NAME", Any, "auto or [low, high]", "auto", extents.about)
    landscape.append(Option("landscape.NAME", "NAME", ("landscape", "w"), named))
    return {
        "training": [*options.of(Training, "training", ("training",))],
        "landscape": landscape,
        "film": [*options.of(FilmOptions, "film", ("film",))],
        **{name: spelled(name) for name in ("captions", "map")},
    }


def spelled(section: str) -> list[Option]:
    """The options of a section without a class."""
    docs = catalogue.spelled(section)
    paths = [(section, *doc.name.split(".")) for doc in docs]
    return [
        Option(".".join(path), doc.name, path, doc) for path, doc in zip(paths, docs, strict=True)
    ]


def config() -> str:
    """The page of a config: its keys, and those of the sections that are no members."""
    schema = document.document()
    own = config_options()
    parts = [
        "A config is a YAML file that says only what differs from the defaults. These are its keys;"
        " `{}`, which says nothing, is a film too. `python -m render list sections` says the same,"
        " and editors know it from the file's first line.",
    ]
    for key, value in schema["properties"].items():
        known = resolved(value, schema)
        parts.append(f"## {key} {{#{key}}}")
        if key in catalogue.SPELLED:
            parts.append(prose(catalogue.SPELLED[key]))
        else:
            words = known.get("description") or ROLES[key]
            parts.append(escaped(words[:1].upper() + words[1:].rstrip(".") + "."))
        parts.append(_about_key(key, known))
        parts.append(table(own.get(key, []), BASE))
        if key == "film":
            parts.append(LAYOUT)
    return page("A config", *parts, description="Every key of a config.")


LAYOUT = """### film.layout {#film.layout.forms}

A layout has one of three forms: rows of panels; rows beside the options of the panels; or one of
these for each shape of frame. Each row has as many names as the others. A name that is repeated
fills a rectangle of cells, `.` is an empty cell, and `text-2` is a second panel of a kind.

```yaml
film:
  layout: |
    surface surface code
    surface surface loss
```

```yaml
film:
  layout:
    rows: [surface text, surface loss]
    text: {words: "What do you expect?"}
```

```yaml
film:
  layout:
    wide: [surface surface code, surface surface loss]
    tall: [surface, code, loss]
```

What can be in a row is in [Panels](panels.md).
"""


def _about_key(key: str, schema: dict[str, Any]) -> str:
    kind = next((k for k, (_, section) in FOLDERS.items() if section == key), None)
    if kind is not None:
        names = catalogue.kinds()[kind].names()
        links = ", ".join(f"[{escaped(n)}]({kind}.md#{n})" for n in names)
        default = f"`{DEFAULTS[key]}` when left out. " if key in DEFAULTS else ""
        places = [(key,), (key, DEFAULTS.get(key) or ""), *((key, name) for name in names)]
        found = ((place, examples.first(place)) for place in places)
        line = next((as_config(place, use.value) for place, use in found if use), OUTPUTS)
        shown = block("yaml", line)
        return f"{default}One of {links}.\n\n{shown}"
    default = f"`{flow(schema['default'])}` when left out. " if "default" in schema else ""
    kind = {"scene": "scenes", "target": "targets", "language": "languages"}.get(key)
    if kind:
        links = ", ".join(f"[{escaped(n)}]({kind}.md#{n})" for n in catalogue.kinds()[kind].names())
        return f"{default}One of {links}.\n\n{_example((key,))}"
    if key == "captions":
        return f"At most {MAX_CAPTIONS}. When left out, the program's own captions are shown alone."
    if key in ("film", "landscape", "training", "map", "runs", "sweep"):
        return ""
    return f"{PLAIN[key]}{default}\n\n{_example((key,))}"


def _example(path: tuple[str, ...]) -> str:
    use = examples.first(path)
    if use is None:
        return block("yaml", f"{path[0]}: {OTHERWISE[path[0]]}")
    link = f"[{use.config}]({BASE}gallery/{use.config}.md)"
    return f"{block('yaml', as_config(path, use.value))}\n\nIn {link}."


PLAIN = {
    "title": "A text of at most 200 letters; the name of the file when left out.",
    "seed": "A whole number of at least 0; ",
}
OUTPUTS = "outputs: [mp4, png, {kind: gif, size: [800, 450], max_mb: 5}]"
OTHERWISE = {"language": "de", "target": "github", "seed": 7, "scene": "slope", "title": "Mine"}
ROLES = {
    "dataset": "the points that the model is fitted to",
    "model": "what is fitted to them",
    "loss": "what is made small: how far the predictions are from the labels",
    "optimizer": "the rule of a step, and its learning rate",
    "schedule": "how the learning rate changes with the epochs",
}
DEFAULTS = {name: shelf.default for name, shelf in SHELVES.items()} | {
    "outputs": "[mp4, gif, png, csv, json]"
}


def resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """A schema, or what its reference names."""
    if "$ref" in schema:
        return root["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


def keys() -> str:
    """An index of all keys: where each is explained."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key in document.document()["properties"]:
        found.setdefault(key, []).append(("", f"config.md#{key}"))
    for section, own in config_options().items():
        for option in own:
            found.setdefault(f"{section}.{option.name}", []).append(
                ("", f"config.html#{option.id}")
            )
    for kind in (*FOLDERS, "functions", "panels"):
        if kind not in catalogue.kinds():
            continue
        listed = catalogue.kinds()[kind].names()
        every = {name: member_options(kind, name) for name in listed}
        shared = shared_options(every)
        section = {"functions": "model", "panels": "film.layout"}.get(kind) or FOLDERS[kind][1]
        for option in shared:
            place = ("all", f"{kind}.html#any.{option.name}")
            found.setdefault(f"{section}.{option.name}", []).append(place)
        for name, own in every.items():
            for option in own:
                if option.name in {s.name for s in shared}:
                    continue
                key = (
                    f"{section}.{name}.{option.name}"
                    if kind == "panels"
                    else f"{section}.{option.name}"
                )
                found.setdefault(key, []).append((name, f"{kind}.html#{option.id}"))
    lines = []
    for key, places in sorted(found.items()):
        links = [
            f'<a href="{where.replace(".md", ".html")}">{html.escape(of or "explained")}</a>'
            for of, where in places
        ]
        lines.append(f"<dt><code>{html.escape(key)}</code></dt>\n<dd>{', '.join(links)}</dd>")
    listed = "\n".join(lines)
    return page(
        "Every key, A to Z",
        "Each key of a config, and the members that have it.",
        f'<dl class="keys">\n{listed}\n</dl>',
    )


# --- commands and files


def commands() -> str:
    """The page of commands: each with its arguments, from its parser."""
    parts = [
        "`python -m render` and, once the package is installed, `descent-film` are the same. "
        "Without the name of a command it is `render`. Each has `--help`.",
        "\n".join(f"- [{n}](#{n}): {escaped(parsers.about(n))}" for n in parsers.names()),
    ]
    for name in parsers.names():
        parser = parsers.parser_of(name)
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        parts += [
            f"## {name} {{#{name}}}",
            prose(parsers.command(name).__doc__ or ""),
            block("text", usage),
            _note(parser.epilog or ""),
            _arguments(name, parser),
        ]
    return page("Commands", *parts, EXIT_CODES, description="Every command and its options.")


EXIT_CODES = """## Exit codes {#exit-codes}

- 0: done.
- 1: some film failed, and the others are made.
- 2: a wrong command line or config; nothing was made. Of `check`, a wrong data file, too.
- 130: interrupted with Ctrl-C; 143: terminated; 129: the terminal was closed.

In none of these cases a half-written file is left.
"""


def _note(epilog: str) -> str:
    """What a command adds to its help, without the list of commands and the way to this page."""
    ours = ("commands:", "documentation:")
    parts = [part for part in epilog.split("\n\n") if not part.startswith(ours)]
    return escaped("\n\n".join(parts))


def _arguments(name: str, parser: argparse.ArgumentParser) -> str:
    items = []
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or "--help" in action.option_strings:
            continue
        words = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        value = action.metavar if action.option_strings and action.nargs != 0 else ""
        value = value if isinstance(value, str) else ""
        id_ = (action.option_strings or [action.dest])[-1].lstrip("-")
        help_ = inline((action.help or "") % vars(action))
        shown = html.escape(f"{words} {value}".strip())
        items.append(f'<dt id="{name}.{id_}"><code>{shown}</code></dt>\n<dd>{help_}</dd>')
    listed = "\n".join(items)
    return f'<dl class="options">\n{listed}\n</dl>'


def files() -> str:
    """The page of what films leave: the columns of the CSV and the fields of the manifest."""
    return page(
        "CSV and manifest",
        "Every film of the default formats leaves a table of its numbers and a manifest of how it"
        " was made.",
        "## The CSV's columns {#csv}",
        "A row for each recorded snapshot of each run, row 0 the start, in full precision. A column"
        " that only other runs have is empty, and so are `batch_loss` and `lr` of the last row,"
        " which no step follows.",
        _facts(COLUMNS, "csv"),
        "## The manifest's fields {#manifest}",
        "JSON; a dot goes into a mapping, `[]` into the items of a list.",
        _facts(FIELDS, "manifest"),
        description="The columns of the CSV and the fields of the manifest.",
    )


def _facts(facts: dict[str, str] | Any, prefix: str) -> str:
    items = "\n".join(_fact(name, text, prefix) for name, text in facts.items())
    return f'<dl class="options">\n{items}\n</dl>'


def _fact(name: str, text: str, prefix: str) -> str:
    shown = html.escape(name)
    return f'<dt id="{prefix}.{shown}"><code>{shown}</code></dt>\n<dd>{inline(text)}</dd>'


def every_option() -> Iterator[tuple[str, Option]]:
    """Every option of the reference with its page, each once for each member."""
    for own in config_options().values():
        yield from (("reference/config", option) for option in own)
    for kind in kinds():
        for name in catalogue.kinds()[kind].names():
            yield from ((f"reference/{kind}", option) for option in member_options(kind, name))
