"""Times as a config writes them."""

from __future__ import annotations

import pytest

from render.config.when import When, parse_when


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0s", When("s", 0)),
        ("2.5s", When("s", 2.5)),
        (" 2 S ", When("s", 2)),
        ("50%", When("%", 50)),
        ("100 %", When("%", 100)),
        ("step 3", When("step", 3)),
        ("Step   3", When("step", 3)),
        ("epoch 10", When("epoch", 10)),
        ("epoch 0.5", When("epoch", 0.5)),
        ("converged", When("converged")),
        ("end", When("end")),
    ],
)
def test_a_time_is_read(text, found):
    assert parse_when(text) == found
    assert parse_when(str(found)) == found


@pytest.mark.parametrize(
    "text", ["", "2", "s", "-1s", "2 seconds", "1e3s", "step", "step3", "steps", "end 3", 2, None]
)
def test_anything_else_is_answered_with_what_is_allowed(text):
    allowed = "^expected a time like 2.5s, 50%, step 3, epoch 10, converged or end$"
    with pytest.raises(ValueError, match=allowed):
        parse_when(text)


def test_a_film_has_no_more_than_all_of_it_and_steps_are_whole():
    with pytest.raises(ValueError, match=r"^a film ends at 100%, found '101%'$"):
        parse_when("101%")
    with pytest.raises(ValueError, match=r"^steps are whole, found 'step 2.5'$"):
        parse_when("step 2.5")
