"""A film's own layout: read from text or lists, checked, composed into the scene."""

import json

import pytest

from render.config.dump import resolved
from render.config.layout import Layout
from render.config.load import load
from render.config.scene_file import compose
from render.scene import Panel, captioned
from tests.config.home import write
from tests.learn.labs import lab
from tests.test_errors import names, refusal

TEXT = """\
film:
  layout: |
    header  header  header
    surface surface data
    surface surface loss
"""
ROWS = (("header",) * 3, ("surface", "surface", "data"), ("surface", "surface", "loss"))

LAYOUTS = {
    "an unknown panel in a block of text": (
        "film:\n  layout: |\n    header  header\n    surface los\n",
        "F:4:13: film.layout: unknown panel 'los'; did you mean 'loss'? there are: "
        "PANELS\n"
        "  4 |     surface los\n"
        "    |             ^^^",
    ),
    "rows of different lengths": (
        "film:\n  layout: |\n    header header\n\n    surface data loss\n",
        "F:5:5: film.layout: row 2 has 3 cells and the first has 2: all rows need the "
        "same number\n"
        "  5 |     surface data loss\n"
        "    |     ^^^^^^^",
    ),
    "a panel that is no rectangle": (
        "film:\n"
        "  layout: |\n"
        "    header  header  header\n"
        "    surface surface data\n"
        "    surface loss    data\n",
        "F:4:5: film.layout: 'surface' fills no rectangle: it would be rows 2 to 3 and "
        "columns 1 to 2; a second panel of the kind is called 'surface-2'\n"
        "  4 |     surface surface data\n"
        "    |     ^^^^^^^",
    ),
    "a panel in two places": (
        "film: {layout: [loss header loss]}\n",
        "F:1:17: film.layout: 'loss' fills no rectangle: it would be row 1 and columns 1 "
        "to 3; a second panel of the kind is called 'loss-2'\n"
        "  1 | film: {layout: [loss header loss]}\n"
        "    |                 ^^^^",
    ),
    "a panel in two rows apart": (
        "film:\n  layout:\n    - [loss, loss]\n    - [data, surface]\n    - [loss, loss]\n",
        "F:3:8: film.layout: 'loss' fills no rectangle: it would be rows 1 to 3 and "
        "columns 1 to 2; a second panel of the kind is called 'loss-2'\n"
        "  3 |     - [loss, loss]\n"
        "    |        ^^^^",
    ),
    "nothing but empty cells": (
        "film: {layout: ['. .']}\n",
        "F:1:18: film.layout: expected at least one panel, found none\n"
        "  1 | film: {layout: ['. .']}\n"
        "    |                  ^",
    ),
    "a second panel of no kind": (
        "film: {layout: [loss-2 los-2]}\n",
        "F:1:24: film.layout: unknown panel 'los-2'; did you mean 'loss'? there are: PANELS\n"
        "  1 | film: {layout: [loss-2 los-2]}\n"
        "    |                        ^^^^^",
    ),
    "too many columns": (
        "film: {layout: [loss loss loss loss loss loss loss loss loss loss loss loss loss]}\n",
        "F:1:77: film.layout: at most 12 columns, found 13\n"
        "  1 | film: {layout: [loss loss loss loss loss loss loss loss loss loss loss "
        "loss loss]}\n"
        "    |                                                                           "
        "  ^^^^",
    ),
    "too many rows": (
        "film:\n"
        "  layout: |\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    loss\n"
        "    data\n",
        "F:15:5: film.layout: at most 12 rows, found 13\n 15 |     data\n    |     ^^^^",
    ),
    "rows that are no words": (
        "film: {layout: [loss, 3, [data, 4], []]}\n",
        "F:1:23: film.layout.1: expected a row of panels, like 'surface loss', found 3\n"
        "  1 | film: {layout: [loss, 3, [data, 4], []]}\n"
        "    |                       ^\n"
        "F:1:26: film.layout.2: expected a row of panels, like 'surface loss', found "
        "['data', 4]\n"
        "  1 | film: {layout: [loss, 3, [data, 4], []]}\n"
        "    |                          ^^^^^^^^^\n"
        "F:1:37: film.layout.3: expected a row of panels, like 'surface loss', found []\n"
        "  1 | film: {layout: [loss, 3, [data, 4], []]}\n"
        "    |                                     ^^\n"
        "3 problems in F",
    ),
    "no rows at all": (
        "film: {layout: []}\n",
        "F:1:16: film.layout: expected rows of panels, like [header header, surface "
        "loss], found nothing\n"
        "  1 | film: {layout: []}\n"
        "    |                ^^",
    ),
    "a number": (
        "film: {layout: 3}\n",
        "F:1:16: film.layout: expected rows of panels, like [header header, surface "
        "loss], found 3\n"
        "  1 | film: {layout: 3}\n"
        "    |                ^",
    ),
    "options without rows": (
        "film: {layout: {surface: {}}}\n",
        "F:1:16: film.layout: missing key 'rows': rows of panels, like [header header, "
        "surface loss]\n"
        "  1 | film: {layout: {surface: {}}}\n"
        "    |                ^^^^^^^^^^^^^",
    ),
    "options that a panel has not": (
        "film: {layout: {rows: [surface, loss], loss: {scale: log}}}\n",
        "F:1:47: film.layout.loss.scale: unknown key; there are no options here\n"
        "  1 | film: {layout: {rows: [surface, loss], loss: {scale: log}}}\n"
        "    |                                               ^^^^^",
    ),
    "options that are none": (
        "film: {layout: {rows: [surface, loss], loss: log}}\n",
        "F:1:46: film.layout.loss: expected a mapping of its options, found 'log'\n"
        "  1 | film: {layout: {rows: [surface, loss], loss: log}}\n"
        "    |                                              ^^^",
    ),
    "options of a panel that is not there": (
        "film: {layout: {rows: [surface, loss], los: {}}}\n",
        "F:1:40: film.layout.los: unknown key; did you mean 'loss'? allowed: rows, "
        "surface, loss\n"
        "  1 | film: {layout: {rows: [surface, loss], los: {}}}\n"
        "    |                                        ^^^",
    ),
    "a shape that no frame has": (
        "film: {layout: {wide: [surface loss], high: [loss]}}\n",
        "F:1:39: film.layout.high: unknown key; allowed: wide, tall, square\n"
        "  1 | film: {layout: {wide: [surface loss], high: [loss]}}\n"
        "    |                                       ^^^^",
    ),
    "a fault in one shape": (
        "film: {layout: {wide: [surface loss], tall: {rows: [surfac, loss]}}}\n",
        "F:1:53: film.layout.tall.rows: unknown panel 'surfac'; did you mean 'surface'? "
        "there are: PANELS\n"
        "  1 | film: {layout: {wide: [surface loss], tall: {rows: [surfac, loss]}}}\n"
        "    |                                                     ^^^^^^",
    ),
    "a layout of a grid": (
        "film: {runs: grid, layout: [loss]}\nsweep: {optimizer.lr: [0.1, 0.2]}\n",
        "F:1:20: film.layout: a grid has a cell for each run, and film.panels says what "
        "is in it\n"
        "  1 | film: {runs: grid, layout: [loss]}\n"
        "    |                    ^^^^^^",
    ),
}


@pytest.fixture
def film(tmp_path):
    return lambda text, *sets: load(write(tmp_path, text), sets)


@pytest.mark.parametrize(("text", "told"), LAYOUTS.values(), ids=LAYOUTS)
def test_what_is_wrong_with_a_layout_is_told_word_for_word(tmp_path, text, told):
    assert refusal(tmp_path, text) == told.replace("PANELS", names("draw/panels"))


def test_a_layout_of_an_option_is_quoted_as_it_was_typed(tmp_path):
    option = "film.layout=[header header, surface los]"
    assert refusal(tmp_path, "{}", [option]) == (
        f"--set {option}: film.layout: unknown panel 'los'; did you mean 'loss'? "
        f"there are: {names('draw/panels')}"
    )


@pytest.mark.parametrize(
    "layout",
    [
        TEXT,
        "film: {layout: [header header header, surface surface data, surface surface loss]}\n",
        "film: {layout: {rows: [[header, header, header], surface surface data,"
        " 'surface surface loss'], loss: {}}}\n",
        'film: {layout: "header header header\\nsurface surface data\\nsurface surface loss"}\n',
    ],
)
def test_a_layout_is_a_text_or_a_list_of_rows(film, layout):
    layout = film(layout).film.layout
    assert layout.wide.rows == ROWS
    assert layout.wide.kinds == ("header", "surface", "data", "loss")
    assert layout == Layout(layout.wide, layout.wide, layout.wide)


def test_a_film_has_no_layout_unless_it_says_so(film):
    assert film("{}").film.layout is None
    assert film("film: {layout: null}").film.layout is None


def test_each_shape_of_frame_may_have_its_own_and_lends_it_to_the_others(film):
    layout = film("film: {layout: {wide: [loss data], tall: [loss, data]}}").film.layout
    assert layout.of((1280, 720)).rows == (("loss", "data"),)
    assert layout.of((720, 1280)).rows == layout.of((720, 720)).rows == (("loss",), ("data",))
    alone = film("film: {layout: {square: [loss]}}").film.layout
    assert {alone.of(size).rows for size in [(1280, 720), (720, 1280), (720, 720)]} == {
        (("loss",),)
    }


def test_a_race_may_have_a_layout(film):
    assert film("film: {layout: [surface standings]}\nsweep: {optimizer.lr: [0.1, 0.2]}\n")


def test_the_scene_is_composed_in_the_layout_and_has_no_other_panel():
    scene = compose(lab("slope", "film.layout=[header header, surface loss, data data]"))
    assert [[scene.panels[x].kind for x in row] for row in scene.wide[0].split()] == [
        ["header", "header"],
        ["surface", "loss"],
        ["data", "data"],
    ]
    assert scene.wide == scene.tall == scene.square
    assert len(scene.wide) == 1
    assert {panel.kind for panel in scene.panels.values()} == {"header", "surface", "loss", "data"}
    assert scene.essential == tuple(scene.panels)


def test_a_config_names_what_is_essential_in_its_layout():
    layout = "film.layout=[header header, surface loss, data data]"
    scene = compose(lab("slope", layout, "film.essential=[data, surface]"))
    assert [scene.panels[letter].kind for letter in scene.essential] == ["data", "surface"]


IMPOSSIBLE = {
    "cost of two parameters": (
        "film: {layout: [surface cost, data loss]}\n",
        "F:1:25: film.layout: the cost panel is for one trained parameter, and this run trains"
        " w and b: the contour panel shows two\n"
        "  1 | film: {layout: [surface cost, data loss]}\n"
        "    |                         ^^^^",
    ),
    "data of a function": (
        "model: {kind: function, name: himmelblau}\n"
        "film:\n  layout: |\n    surface surface\n    loss    data\n",
        "F:5:13: film.layout: the data panel needs data, and a function has none\n"
        "  5 |     loss    data\n"
        "    |             ^^^^",
    ),
    "the surface of one parameter": (
        "model: {kind: function, formula: p**2, start: {p: 3}}\nfilm: {layout: [surface loss]}\n",
        "F:2:17: film.layout: the surface panel is for two parameters, and this loss has only p:"
        " the cost panel shows one\n"
        "  2 | film: {layout: [surface loss]}\n"
        "    |                 ^^^^^^^",
    ),
    "the code of a race": (
        "film: {layout: [code loss]}\nsweep: {optimizer.lr: [0.1, 0.2]}\n",
        "F:1:17: film.layout: the code panel draws one run only:"
        " `film: {runs: grid}` gives each run its own panel\n"
        "  1 | film: {layout: [code loss]}\n"
        "    |                 ^^^^",
    ),
    "cost in the cells of a grid": (
        "film: {runs: grid, panels: [data, cost]}\nsweep: {optimizer.lr: [0.1, 0.2]}\n",
        "F:1:35: film.panels.1: the cost panel is for one trained parameter, and this run trains"
        " w and b: the contour panel shows two\n"
        "  1 | film: {runs: grid, panels: [data, cost]}\n"
        "    |                                   ^^^^",
    ),
    "a scene that needs data": (
        "scene: classify\nmodel: {kind: function, name: himmelblau}\n",
        "F:1:8: scene: the data panel needs data, and a function has none\n"
        "  1 | scene: classify\n"
        "    |        ^^^^^^^^",
    ),
    "an essential panel that is not there": (
        "film: {essential: [data, cost]}\n",
        "F:1:26: film.essential.1: this film has no panel 'cost'; it has header, surface, data,"
        " contour, loss, update\n"
        "  1 | film: {essential: [data, cost]}\n"
        "    |                          ^^^^",
    ),
}


@pytest.mark.parametrize(("text", "told"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_panel_that_cannot_be_is_refused_at_its_place(tmp_path, text, told):
    assert refusal(tmp_path, text) == told


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("film: {layout: [surface contour data loss parameters gradient code]}\n", "F:1:63"),
        ("film: {size: [480, 270], layout: [surface, data, loss]}\n", "F:1:35"),
        (
            "film: {runs: grid, panels: [update, data], size: [480, 270]}\n"
            "sweep: {optimizer.lr: [0.1, 0.2]}\n",
            "F:1:29",
        ),
        (
            "film:\n  size: [640, 360]\n  layout: {rows: [surface loss, text text],"
            f" text: {{words: {'word ' * 400}}}}}\n",
            "F:3:",
        ),
    ],
)
def test_a_layout_without_room_is_refused_at_its_place(tmp_path, text, place):
    told = refusal(tmp_path, text)
    assert told.startswith(place)
    assert "no room for" in told.splitlines()[0]


def test_what_is_essential_may_have_less_room(film):
    assert film("film: {size: [480, 270], layout: [surface, data, loss], essential: [data]}\n")


def test_a_frame_too_small_for_words_shows_what_it_can(film):
    assert film("film: {size: [160, 90], layout: [surface, data, loss]}\n")


@pytest.mark.parametrize("panels", ["update, data", "code, loss", "surface, data, loss"])
def test_a_grid_has_room_for_what_was_lost_before(film, panels):
    grid = f"film: {{runs: grid, panels: [{panels}]}}\nsweep: {{optimizer.lr: [0.1, 0.2]}}\n"
    assert film(grid)


def test_a_panel_of_a_layout_has_its_options():
    spec = lab("slope", "film.layout={rows: [surface, text], text: {words: hello}}")
    assert Panel("text", {"words": "hello"}) in compose(spec).panels.values()
    assert spec.film.layout.wide.options["surface"] == {}


def test_a_layout_with_its_own_place_for_captions_gets_no_other():
    scene = compose(lab("slope", "film.layout=[caption, surface]"))
    assert captioned(scene).wide[0] == scene.wide[0]
    plain = compose(lab("slope", "film.layout=[surface]"))
    assert len(captioned(plain).wide[0].split()) == len(plain.wide[0].split()) + 1


MANY = """
film:
  size: [1280, 720]
  layout:
    rows: [header header header, surface . text, surface . text-2, loss loss .]
    text: {words: one}
    text-2: {words: two}
"""


def test_a_layout_may_have_empty_cells_and_two_panels_of_a_kind(film):
    spec = film(MANY)
    scene = compose(spec)
    kinds = {x: panel.kind for x, panel in scene.panels.items()}
    rows = [[kinds.get(x, x) for x in row] for row in scene.wide[0].split()]
    assert rows == [
        ["header"] * 3,
        ["surface", ".", "text"],
        ["surface", ".", "text"],
        ["loss", "loss", "."],
    ]
    words = [panel.options["words"] for panel in scene.panels.values() if panel.kind == "text"]
    assert words == ["one", "two"]
    assert load(spec.path, text=json.dumps(resolved(spec))) == spec


def test_what_is_beside_an_empty_cell_stays_in_its_own(film):
    from render.draw.plan import compose as composed
    from render.draw.plan import plan_film
    from render.pipeline import learn

    spec = film(MANY)
    cells = plan_film(composed(spec), learn(spec)).stage().cells
    assert cells["surface"].right < cells["text"].left - 200  # the empty column
    assert cells["loss"].right < cells["text"].left
    assert cells["text"].left == cells["text-2"].left
    assert cells["text-2"].top < cells["text"].bottom
