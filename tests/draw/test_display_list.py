"""What panels draw, as lists; and lines with fewer points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from render.cells import Cell
from render.draw.artists import CIRCLE, Pen, Stamp, Stamped
from render.draw.display_list import DisplayList, Images
from render.draw.lister import RegionLook
from render.draw.simplify import samples, simplified

FRAME = (200, 100)


def listed(draw):
    made = DisplayList(*FRAME)
    return made, [made.ops[number] for number in made.listed(draw)]


def test_a_stroke_has_its_points_from_the_upper_left_and_its_pen():
    pen = Pen("#ff0000", 3.0, alpha=0.5, dashes=(4.0, 2.0), cap="butt", clip=Cell(10, 20, 30, 40))
    made, ops = listed(lambda r: pen.draw(r, np.array([[10.0, 20.0], [30.0, 45.55]]), offset=1.0))
    assert ops == [["p", 0, [10, 80, 30, 54.5]]] or ops == [["p", 0, [10, 80, 30, 54.4]]]
    assert made.styles == [
        ["s", "#ff000080", 3.0, "butt", [4.0, 2.0], 1.0, None, [10.0, 40.0, 40.0, 80.0]]
    ]


def test_discs_are_discs_wherever_they_are_and_however_many():
    stamp = Stamp(7.0, "#00ff00", "#000000", 2.0)
    made, ops = listed(lambda r: stamp.draw(r, np.array([50.0, 30.0])))
    assert ops == [["o", 0, 50, 70, 7]]
    assert made.styles[0][1:3] == ["#000000", 2.0]
    assert made.styles[0][6] == "#00ff00"
    disc = 2 * np.asarray(CIRCLE.vertices)
    places = np.array([[10.0, 10.0], [20.0, 30.0]])
    many = Path((places[:, None] + disc).reshape(-1, 2), np.tile(np.asarray(CIRCLE.codes), 2))
    _, ops = listed(lambda r: Pen("#0000ff", 0).fill(r, many))
    assert ops == [["O", 0, 2, [10, 90, 20, 70]]]


def test_a_stroke_is_interrupted_where_a_point_is_nan():
    points = np.array([[0.0, 0], [10, 0], [np.nan, np.nan], [20, 0], [20, 10]])
    _, ops = listed(lambda r: Pen("#ffffff", 1.0).draw(r, points))
    assert ops == [["q", 0, "MLML", [0, 100, 10, 100, 20, 100, 20, 90]]]


def test_the_same_again_is_listed_once():
    made = DisplayList(*FRAME)
    pen = Pen("#ffffff", 1.0)
    lists = [
        made.listed(lambda r, x=x: pen.draw(r, np.array([[0.0, 0], [x, 1]]))) for x in (5, 6, 5)
    ]
    assert lists[0] == lists[2] != lists[1]
    assert len(made.ops) == 2
    assert len(made.styles) == 1


def test_a_picture_of_one_colour_is_a_rectangle_and_no_other_is_taken():
    gc = GraphicsContextBase()
    pixels = np.full((5, 8, 4), (1, 2, 3, 255), np.uint8)
    made, ops = listed(lambda r: r.draw_image(gc, 10, 20, pixels))
    assert ops == [["r", 0, 10, 75, 8, 5]]
    assert made.styles[0][6] == "#010203"
    pixels[0, 0] = 9
    with pytest.raises(NotImplementedError):
        listed(lambda r: r.draw_image(gc, 10, 20, pixels))


def test_pictures_of_numbers_are_listed_as_numbers_each_once_in_all_lists():
    images = Images()
    made = [DisplayList(*FRAME, images) for _ in range(2)]
    shades, colours = np.array([[0, 1], [1, 0]], np.uint8), np.array([[255, 0, 0], [0, 0, 16]])
    look = RegionLook(colours, (0.1, 0.5), "#ffffff", 1.5, 0.75)
    for one in made:
        first = one.listed(lambda r: r.blocks((10, 20, 30, 40), shades, colours))
        second = one.listed(lambda r: r.regions((0, 0, 8, 9), shades, 255 - shades, look))
        third = one.listed(lambda r: r.blocks((10, 20, 30, 40), 1 - shades, colours))
        ops = [one.ops[number] for number in (*first, *second, *third)]
        assert ops == [
            ["b", 0, 10, 40, 30, 40, 0],
            ["g", 1, 0, 91, 8, 9, 1],
            ["b", 0, 10, 40, 30, 40, 2],
        ]
    assert made[0].styles[0] == ["m", ["#ff0000", "#000010"]]
    assert [image.tolist() for image in images.images] == [
        [[0, 1], [1, 0]],
        [[[0, 1], [1, 0]], [[255, 254], [254, 255]]],
        [[1, 0], [0, 1]],
    ]
    assert images.before == [-1, -1, 0]


def test_what_is_always_the_same_is_drawn_once():
    stamps = Stamped([(Stamp(2.0, "#00ff00"), np.array([5.0, 5.0]))], Cell(0, 0, 9, 9), 1)
    made = DisplayList(*FRAME)
    lists = [made.listed(lambda r: (stamps.draw(r), stamps.draw(r))) for _ in range(2)]
    assert lists == [[0, 0], [0, 0]]
    assert made.ops == [["o", 0, 5, 95, 2]]


def test_a_transformed_outline_with_curves_keeps_its_curves():
    path = Path([[0, 0], [1, 0], [1, 1], [0, 0]], [Path.MOVETO, Path.CURVE3, Path.CURVE3, 79])
    gc = GraphicsContextBase()
    _, ops = listed(lambda r: r.draw_path(gc, path, Affine2D().scale(10), (1.0, 0, 0, 1.0)))
    assert ops == [["q", 0, "MQQZ", [0, 100, 10, 100, 10, 90]]]


def away(points, line):
    """The distance (N,) of points from a line through others."""
    nearest = np.full(len(points), np.inf)
    for start, end in pairwise(line):
        chord = end - start
        share = np.clip((points - start) @ chord / max(chord @ chord, 1e-300), 0, 1)
        off = np.linalg.norm(points - start - share[:, None] * chord, axis=1)
        nearest = np.minimum(nearest, off)
    return nearest


@pytest.mark.parametrize("tolerance", [0.01, 0.3])
def test_a_simplified_line_is_nowhere_further_off_than_that(tolerance):
    at = np.linspace(0, 12, 500)
    points = np.stack([10 * at, 20 * np.sin(at)], axis=-1)
    fewer = simplified(points, tolerance)
    assert len(fewer) < 250
    assert away(points, fewer).max() <= tolerance
    assert (fewer[[0, -1]] == points[[0, -1]]).all()


def test_a_straight_line_keeps_its_ends_alone_and_gaps_stay():
    straight = np.stack([np.arange(9.0), np.arange(9.0)], axis=-1)
    assert (simplified(straight, 0.01) == straight[[0, -1]]).all()
    gap = np.full((1, 2), np.nan)
    both = simplified(np.concatenate([straight, gap, straight + 3]), 0.01)
    assert np.isnan(both[:, 0]).tolist() == [False, False, True, False, False]
    back = np.array([[0.0, 0], [5, 0], [0, 0]])
    assert (simplified(back, 0.01) == back).all()


def test_samples_give_the_others_by_interpolation():
    at = np.sort(np.random.default_rng(1).uniform(0, 9, 400))
    points = np.stack([np.sin(at), np.cos(at), at**2 / 50], axis=-1)
    points[200] = np.nan
    kept = samples(at, points, 0.002)
    assert len(kept) < 200
    assert {0, 199, 200, 201, 399} <= {*kept.tolist()}
    there = np.isfinite(points[:, 0])
    for axis in range(3):
        line = np.interp(at, at[kept], points[kept, axis])
        parts = there & (np.abs(np.arange(400) - 200) > 1)
        assert np.abs(line - points[:, axis])[parts].max() <= 0.002
