"""Shipped configs with something wrong in them, in as many ways as there are to get one wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

CONFIGS = Path(__file__).parents[2] / "configs"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CONFIGS.glob("*.yaml"))}
TREES = {name: yaml.safe_load(text) for name, text in TEXTS.items()}

Spot = tuple[Any, Any]  # what holds a value, and under which key or number


@dataclass(frozen=True)
class Mutant:
    """What became of a config, as it would be in its file."""

    name: str
    text: bytes

    def __repr__(self) -> str:
        return f"{self.name}:\n{self.text.decode('utf-8', 'backslashreplace')}"


def spots(tree: Any) -> Iterator[Spot]:
    """Every place in a config where there is a value."""
    for key, value in items(tree):
        yield tree, key
        yield from spots(value)


def items(tree: Any) -> list[tuple[Any, Any]]:
    """The parts of a mapping or list."""
    if isinstance(tree, dict):
        return list(tree.items())
    return list(enumerate(tree)) if isinstance(tree, list) else []


KEYS = sorted(
    {str(key) for tree in TREES.values() for holder, key in spots(tree) if isinstance(holder, dict)}
)
VALUES = [holder[key] for tree in TREES.values() for holder, key in spots(tree)]
WORDS = sorted({value for value in VALUES if isinstance(value, str)})
NUMBERS = (0, 1, -1, 2, 3, 7, 0.5, 1e-9, 1e9, 1e300, 5e-324, -0.0, 2**31, 2**63, 2**64, 10**320)
ODD = (
    *(None, True, False, float("inf"), float("-inf"), float("nan"), "", " ", "~", "auto", "full"),
    *("9**9**9", "x1**1e308", "sin(" * 30, "__import__('os')", "../../etc/passwd", "/dev/zero"),
    *("\u202egnp", "a\u200bb", "\x85", "o'k", 'o"k', "{w}", "{", "{w.__class__}", "$\\foo$"),
    *(
        "梯度下降",
        "🎬",
        "x" * 300,
        "x" * 30_000,
        "step 3",
        "50%",
        "-1s",
        "1e309s",
        "step 999999999",
    ),
    *([], {}, [[]], [{}], {"": ""}, ["mp4"] * 40, list(range(3000)), [[0] * 50] * 50),
    *({str(n): n for n in range(300)}, {"kind": {"kind": "kind"}}, {"value": {"value": 1}}),
)
FRAGMENTS = (
    *("&a ", "*a", "*a ", "&a [*a]", "<<: *a\n", "!!python/object/apply:os.system [ls] ", "!x "),
    *("\t", "\0", "\x1b[2J", "\r", "\x85", "\u2028", "\ufeff", "\u202e", "é", "🎬"),
    *(
        "{",
        "[",
        "}",
        "]",
        "'",
        '"',
        "|\n",
        ">\n",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "? ",
        ": ",
        "- ",
    ),
    *("[" * 60, "{a: " * 60, "- " * 60, "# ", ",", "a: &b {c: *b}\n", "1e999", ".nan", "0x", "@"),
)


def _typo(draw: Any, tree: Any, spot: Spot) -> None:
    """A key with a letter less, more, or another way round."""
    holder, key = spot
    if isinstance(holder, dict):
        word = str(key)
        at = draw(st.integers(0, len(word)))
        to = [word[:at] + word[at + 1 :], word[:at] + "e" + word[at:], word.upper(), word + " "]
        holder[draw(st.sampled_from(to))] = holder.pop(key)


def _delete(draw: Any, tree: Any, spot: Spot) -> None:
    holder, key = spot
    del holder[key]


def _replace(draw: Any, tree: Any, spot: Spot) -> None:
    holder, key = spot
    holder[key] = copy.deepcopy(draw(anything()))


def _nudge(draw: Any, tree: Any, spot: Spot) -> None:
    """A number that is too large, too small, the other way round, or of another type."""
    holder, key = spot
    value = holder[key]
    if isinstance(value, int | float) and not isinstance(value, bool):
        to = [-value, value * 1000, value / 1000, value + 1, value + 0.5, str(value), [value]]
        holder[key] = draw(st.sampled_from(to))
    elif isinstance(value, str):
        holder[key] = draw(st.sampled_from([value[:-1], value + value[:1], value.upper(), [value]]))


def _swap(draw: Any, tree: Any, spot: Spot) -> None:
    """Two values, each where the other was."""
    holder, key = spot
    apart = [s for s in spots(tree) if not _within(s[0][s[1]], holder, holder[key])]
    if apart:
        other, its = draw(st.sampled_from(apart))
        if not _within(holder[key], other, other[its]):
            holder[key], other[its] = other[its], holder[key]


def _within(outer: Any, *inner: Any) -> bool:
    return any(outer is one for one in inner) or any(_within(v, *inner) for _, v in items(outer))


def _add(draw: Any, tree: Any, spot: Spot) -> None:
    """A key that belongs elsewhere, or nowhere."""
    value = spot[0][spot[1]]
    holder = next((one for one in (value, spot[0]) if isinstance(one, dict)), tree)
    word = draw(st.sampled_from(KEYS) | st.text(max_size=8))
    holder[word] = copy.deepcopy(draw(anything()))


def _nest(draw: Any, tree: Any, spot: Spot) -> None:
    holder, key = spot
    for _ in range(draw(st.sampled_from((1, 2, 31, 40)))):
        holder[key] = draw(st.sampled_from(([holder[key]], {"kind": holder[key]})))


CHANGES: tuple[Callable[[Any, Any, Spot], None], ...] = (
    *(_typo, _delete, _replace, _replace, _replace, _nudge, _nudge, _swap, _add, _add, _nest),
)


def anything() -> st.SearchStrategy[Any]:
    """A value for any key: that of another key, or an absurd one."""
    return (
        st.sampled_from(VALUES)
        | st.sampled_from(NUMBERS)
        | st.sampled_from(ODD)
        | st.floats()
        | st.integers(-10, 5000)
        | st.text(max_size=30)
    )


@st.composite
def changed(draw: Any) -> Mutant:
    """A config that is YAML, with keys and values that are not as they should be."""
    name = draw(st.sampled_from(list(TREES)))
    tree = copy.deepcopy(TREES[name])
    for _ in range(draw(st.integers(1, 4))):
        places = list(spots(tree))
        if places:
            draw(st.sampled_from(CHANGES))(draw, tree, draw(st.sampled_from(places)))
    flow = draw(st.sampled_from((False, None, True)))
    return Mutant(name, _dumped(tree, flow))


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dumped(tree: Any, flow: bool | None) -> bytes:
    found: str = yaml.dump(
        tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=flow
    )
    return found.encode("utf-8", "surrogatepass")


@st.composite
def garbled(draw: Any) -> Mutant:
    """A config whose text was cut, pasted and typed into."""
    name = draw(st.sampled_from(list(TEXTS)))
    text = TEXTS[name].encode()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 7)):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + draw(st.binary(min_size=1, max_size=8)) + text[at:]
            case 2:
                text = text[:at] + text[at + draw(st.integers(1, 30)) :]
            case 3:
                text = text[:at] + text[at // 2 : at] + text[at:]
            case 4:
                lines = text.split(b"\n")
                other = draw(st.integers(0, len(lines) - 1))
                lines.insert(text.count(b"\n", 0, at), lines.pop(other))
                text = b"\n".join(lines)
            case 5:
                start = text.rfind(b"\n", 0, at) + 1
                text = text[:start] + b"  " + text[start:]
            case _:
                text = text[:at] + draw(st.sampled_from(FRAGMENTS)).encode() + text[at:]
    return Mutant(name, text)


SCALES = (0.0, -1.0, 1e-6, 1e-3, 0.1, 2.0, 10.0, 1e3, 1e6, 1e12, 1e30, 1e150, 1e300, -1e30)
WELL = {key: [h[k] for t in TREES.values() for h, k in spots(t) if k == key] for key in KEYS}


@st.composite
def stretched(draw: Any) -> Mutant:
    """A config that may be valid, with unusual numbers and sections."""
    name = draw(st.sampled_from(list(TREES)))
    tree = copy.deepcopy(TREES[name])
    for _ in range(draw(st.integers(1, 3))):
        places = list(spots(tree))
        numeric = [s for s in places if type(s[0][s[1]]) in (int, float)]
        holder, key = draw(st.sampled_from(numeric if numeric and draw(st.booleans()) else places))
        value = holder[key]
        if type(value) is int:
            holder[key] = int(max(-1e18, min(1e18, value * draw(st.sampled_from(SCALES)))))
        elif type(value) is float:
            holder[key] = value * draw(st.sampled_from(SCALES))
        elif draw(st.booleans()):
            holder[key] = copy.deepcopy(draw(st.sampled_from(WELL.get(key, VALUES))))
        else:
            word = draw(st.sampled_from(KEYS))
            home = holder if isinstance(holder, dict) else tree
            home[word] = copy.deepcopy(draw(st.sampled_from(WELL[word])))
    return Mutant(name, _dumped(tree, None))
