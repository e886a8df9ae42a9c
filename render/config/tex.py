r"""Mathtext in the words of a config, `$\hat y$`: its parts, its fields, and how it is read aloud.

TeX's braces and those of a caption's fields are told apart by where they stand: a brace after a
command, `^`, `_` or the end of a group belongs to TeX, any other is a field. What has a format,
`{w:.2f}`, is a field wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

DOLLAR = r"\$"  # a dollar, where a single $ begins or ends mathtext
FIELD = re.compile(r"\{([^\W\d]\w*)(:[^{}$]*)?\}")
GROUPED = re.compile(r"(\\[A-Za-z]+\*?|\\[^A-Za-z]|[\^_\]])$")  # what a brace belongs to
PIECES = re.compile(r"\$(?:\\.|[^$\\])*\$|(?:\\\$|[^$])+|\$")


def is_math(text: str) -> bool:
    """Whether a text has mathtext in it: two dollars that aren't written \\$."""
    dollars = text.replace(DOLLAR, "").count("$")
    return dollars > 0 and dollars % 2 == 0


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text in order, and of each whether it is mathtext, with its dollars."""
    for piece in PIECES.findall(text):
        yield piece, len(piece) > 1 and piece.startswith("$") and piece.endswith("$")


def words(text: str) -> list[str]:
    """The words of a line; mathtext is never divided, whatever blanks it has."""
    return re.findall(r"(?:\$(?:\\.|[^$\\])*\$|\\\$|[^\s$])+", text)


def template(text: str) -> str:
    """The text for `string.Formatter`: the braces that belong to TeX are doubled."""
    return "".join(
        part if not math else "".join(p if field else _doubled(p) for p, field in _pieces(part))
        for part, math in parts(text)
    )


def numbered(text: str) -> str:
    """A text of the same length with figures in the place of the fields in its mathtext."""
    return "".join(
        part if not math else "".join("1" * len(p) if field else p for p, field in _pieces(part))
        for part, math in parts(text)
    )


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _pieces(math: str) -> Iterator[tuple[str, bool]]:
    """The pieces of mathtext in order, and of each whether it is a field."""
    at, begun = 0, 0
    closed = False  # whether a group of TeX ends just before
    while at < len(math):
        if math[at] == "\\":
            at, closed = at + 2, False
            continue
        field = FIELD.match(math, at)
        group = closed or GROUPED.search(math[:at]) is not None
        if field is not None and (field[2] is not None or not group):
            yield math[begun:at], False
            yield field[0], True
            at = begun = field.end()
            closed = False
            continue
        closed = math[at] == "}"
        at += 1
    yield math[begun:], False


ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "vec": "\u20d7",
    "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308",
    "acute": "\u0301", "grave": "\u0300", "breve": "\u0306", "check": "\u030c",
}  # fmt: skip
SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "ell": "ℓ", "hbar": "ħ",
    "partial": "∂", "nabla": "∇", "infty": "∞", "sum": "∑", "prod": "∏", "int": "∫",
    "cdot": "·", "times": "×", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "circ": "∘",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
    "equiv": "≡", "sim": "∼", "simeq": "≃", "propto": "∝", "ll": "≪", "gg": "≫",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "Rightarrow": "⇒",
    "leftrightarrow": "↔", "Leftrightarrow": "⇔", "mapsto": "↦", "uparrow": "↑",
    "downarrow": "↓", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "forall": "∀", "exists": "∃", "emptyset": "∅", "langle": "⟨", "rangle": "⟩",
    "ldots": "…", "cdots": "…", "dots": "…", "prime": "′", "degree": "°", "top": "⊤",
    "perp": "⊥", "parallel": "∥", "Vert": "‖", "vert": "|", "mid": "|", "quad": " ",
    "qquad": " ", "left": "", "right": "", "mathrm": "", "mathbf": "", "mathit": "",
    "mathcal": "", "mathbb": "", "mathsf": "", "mathtt": "", "mathregular": "", "text": "",
    "operatorname": "", "displaystyle": "", "boldsymbol": "",
}  # fmt: skip
RELATIONS = "·≤≥≠≈≡∼≃∝≪≫→←⇒↔⇔↦∈∉⊂×÷±∓"
RAISED = dict(zip("0123456789+-−=()nixT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣᵀ", strict=True))
LOWERED = dict(
    zip("0123456789+-−=()aeijkmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑᵢⱼₖₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
TOKENS = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.DOTALL)


def readable(text: str) -> str:
    """A text with its mathtext in letters: ŷ for `$\\hat y$`, a/b for `$\\frac{a}{b}$`."""
    if not is_math(text):
        return text.replace(DOLLAR, "$")
    said = "".join(
        _Reader(part[1:-1]).read() if math else part.replace(DOLLAR, "$")
        for part, math in parts(text)
    )
    return unicodedata.normalize("NFC", said)


class _Reader:
    """Reads one piece of mathtext."""

    def __init__(self, math: str) -> None:
        self._tokens = TOKENS.findall(math)
        self._at = 0

    def read(self) -> str:
        said = ""
        while self._at < len(self._tokens):
            said += self._next()
        return " ".join(said.split())

    def _next(self) -> str:
        """The next symbol, group or command."""
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        self._at += 1
        if token == "{":
            said = ""
            while self._at < len(self._tokens) and self._tokens[self._at] != "}":
                said += self._next()
            self._at += 1
            return said
        if token in "^_":
            return self._script(token)
        if token.startswith("\\") and len(token) > 1:
            return self._command(token[1:])
        return "−" if token == "-" else "" if token == "}" else token

    def _argument(self) -> str:
        """The next symbol or group after blanks."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._next().strip()

    def _script(self, sign: str) -> str:
        said, small = self._argument(), RAISED if sign == "^" else LOWERED
        if all(letter in small for letter in said):
            return "".join(small[letter] for letter in said)
        return said if said == "′" else f"{sign}{said}" if len(said) == 1 else f"{sign}({said})"

    def _command(self, name: str) -> str:
        if name in ACCENTS:
            said = self._argument()
            return said[:1] + ACCENTS[name] + said[1:]
        if name in ("frac", "dfrac", "tfrac"):
            above, below = self._argument(), self._argument()
            return f"{_enclosed(above)}/{_enclosed(below)}"
        if name == "binom":
            return f"({self._argument()} over {self._argument()})"
        if name == "sqrt":
            return f"√{_enclosed(self._root())}"
        if name in SYMBOLS:
            if self._at < len(self._tokens) and self._tokens[self._at].isspace():
                self._at += 1  # it only ends the command's name
            sign = SYMBOLS[name]
            return f" {sign} " if sign and sign in RELATIONS else sign
        return (
            name
            if name.isalpha()
            else {",": " ", ";": " ", ":": " ", " ": " ", "!": ""}.get(name, name)
        )

    def _root(self) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] == "[":
            while self._at < len(self._tokens) and self._tokens[self._at] != "]":
                self._at += 1
            self._at += 1
        return self._argument()


def _enclosed(text: str) -> str:
    """A part of a fraction or root, in brackets if it is more than one thing."""
    return f"({text})" if re.search(r"[\s+−·/×=]", text.strip()) else text
