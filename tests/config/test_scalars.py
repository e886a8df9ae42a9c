"""Numbers, flags and texts follow YAML 1.2, not PyYAML's 1.1."""

import math

import pytest

from render.config.yaml import parse, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("+3", 3),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e-2", 0.01),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1.5E+3", -1500.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("0b11", "0b11"),
        ("nan", "nan"),
        ("1e", "1e"),
        (".", "."),
        ("\u22128", -8),  # the minus sign of mathematics
        ("\u22120.5", -0.5),
        ("-8\u00a0", -8),
        ("\u00a0true", True),
        ("\u2212", "\u2212"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_a_plain_scalar_has_the_value_and_type_of_the_core_schema(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_dot_nan_is_a_number_that_is_none():
    assert math.isnan(plain(".nan"))


def test_a_number_of_thousands_of_digits_is_not_computed():
    assert plain("9" * 5000) == "9" * 5000


def test_quotes_make_a_text_of_anything():
    assert parse("a: '1e-2'\nb: \"true\"\n")[0].data == {"a": "1e-2", "b": "true"}
