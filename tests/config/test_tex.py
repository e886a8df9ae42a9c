"""Mathtext in words: which braces are fields, and how it is read."""

from __future__ import annotations

import pytest

from render.config.tex import is_math, numbered, readable, template, words


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        (r"$\hat{w} = {w:.2f}$", r"$\hat{w} = 7.00$"),
        (r"$\frac{1}{n}\sum_{i=1}^{n} x_{i}^{2}$", r"$\frac{1}{n}\sum_{i=1}^{n} x_{i}^{2}$"),
        (r"$\frac{\partial L}{w} = {b}$, {w:g}", r"$\frac{\partial L}{w} = 7$, 7"),
        (r"$10^{{step}}$", r"$10^{7}$"),
        (r"$\approx{loss:.1f}$", r"$\approx7.0$"),
        (r"$\sqrt[3]{w}$ and {w}", r"$\sqrt[3]{w}$ and 7"),
        (r"$\{w\}$", r"$\{w\}$"),
        (r"$\{ {w} \}$", r"$\{ 7 \}$"),
        (r"{w} costs \$5, {b}", r"7 costs \$5, 7"),
        (r"$\frac{w}{b}{step}$", r"$\frac{w}{b}{step}$"),
        (r"${w:.1f}{b:.1f}$", r"$7.07.0$"),
        (r"{{w}} and $x_{w}$", r"{w} and $x_{w}$"),
    ],
)
def test_braces_of_tex_are_told_from_fields(text, filled):
    assert template(text).format(w=7, b=7, step=7, loss=7) == filled
    assert len(numbered(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"$\hat y = w x + b$", "ŷ = w x + b"),
        (r"$\hat{y}_i$", "ŷᵢ"),
        (r"$\frac{\partial L}{\partial w} = 3$", "∂L/∂w = 3"),
        (r"$\frac{a + b}{2}$", "(a + b)/2"),
        (r"$\theta_0 \leq 10^{-3}$", "θ₀ ≤ 10⁻³"),
        (r"$\sqrt{x}$ of $x^{2}$", "√x of x²"),
        (r"$\mathrm{loss}_{val}$", "loss_(val)"),
        (r"$\bar x - \vec w \cdot \vec x$", "x̄ − w⃗ · x⃗"),
        (r"\$5 for $x^T$", "$5 for xᵀ"),
        ("from $5", "from $5"),
        ("no formula", "no formula"),
        (r"$\unheard{x}$", "unheardx"),
        (r"$\left(\frac{1}{2}\right)$", "(1/2)"),
    ],
)
def test_mathtext_is_read_in_letters(text, said):
    assert readable(text) == said


def test_a_formula_is_never_divided():
    assert words(r"one $x + y$ and \$5 more") == ["one", "$x + y$", "and", r"\$5", "more"]


@pytest.mark.parametrize(
    ("text", "math"), [("$5", False), ("$5 to $9", True), (r"\$5 to \$9", False), ("$x$", True)]
)
def test_a_formula_is_between_two_dollars(text, math):
    assert is_math(text) is math
