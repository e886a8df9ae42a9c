"""What the camera sees, against brute force and against the painted picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from render.cells import Cell
from render.draw.interpolation import on_log
from render.draw.surface import mesh as mesh_module
from render.draw.surface.geometry import HeightField, Projection
from render.draw.surface.mesh import Mesh, _paint, _reduced, back_to_front, refined
from render.timeline.camera import Camera
from tests.draw.themes import NIGHT
from tests.learn.labs import runs


def bowl(steep: float = 2.0) -> HeightField:
    x = np.linspace(-0.5, 0.5, 41)
    return HeightField(x, x, steep * (x**2 + x[:, None] ** 2) - 0.3)


def saddle() -> HeightField:
    x = np.linspace(-0.5, 0.5, 41)
    return HeightField(x, x, x**2 - x[:, None] ** 2)


def on(field: HeightField, x: float, y: float) -> np.ndarray:
    return np.array([[x, y, float(field.height(np.array(x), np.array(y)))]])


def test_from_above_everything_is_seen():
    field = bowl()
    eye = Projection.of(Camera(elev=85, azim=0)).eye
    points = np.concatenate([on(field, x, y) for x in (-0.4, 0, 0.4) for y in (-0.4, 0, 0.4)])
    assert field.visible(points, eye).all()


def test_from_low_down_the_near_wall_hides_the_bottom_of_a_bowl():
    field = bowl()
    eye = Projection.of(Camera(elev=10, azim=0)).eye  # the eye is far along +x
    assert not field.visible(on(field, 0.0, 0.0), eye)[0]
    assert field.visible(on(field, -0.45, 0.0), eye)[0]  # the far wall, over the near rim
    assert field.visible(on(field, 0.45, 0.0), eye)[0]  # the near wall, from outside


@pytest.mark.parametrize("field", [bowl(), bowl(3.5), saddle()])
@pytest.mark.parametrize("azim", [-62, 40, 130])
def test_visibility_equals_brute_force(field, azim):
    eye = Projection.of(Camera(elev=25, azim=azim)).eye
    rng = np.random.default_rng(1)
    agree = 0
    for x, y in rng.uniform(-0.48, 0.48, (200, 2)):
        point = on(field, x, y)
        along = np.linspace(0.02, 2, 4000)[:, None] * (eye - point) / np.linalg.norm(eye - point)
        ray = point + along
        above = ray[:, 2] - field.height(ray[:, 0], ray[:, 1])
        above = above[np.isfinite(above)]
        agree += bool(field.visible(point, eye)[0]) == ((above > 0).all() or (above < 0).all())
    assert agree >= 195  # the rest graze the surface


@pytest.mark.parametrize("azim", [-62, 5, 100, 268])
def test_the_picture_shows_what_is_visible(azim):
    """A seen point has its own colour; the level is the position, so colours tell where."""
    field = bowl(2.5)
    level = (field.x + 0.5)[None, :] * np.ones((41, 1))
    theme = replace(NIGHT, wire_strength=0.0, shade=(1.0, 1.0))
    cell = Cell(0, 0, 300, 300)
    projection = Projection.of(Camera(elev=28, azim=azim))
    x, y = np.meshgrid(field.x, field.y)
    grid = np.stack([x, y, field.z], axis=-1)
    projection = projection.fitted(grid.reshape(-1, 3), cell.inset(5, 5, 5, 5))
    painted, (left, bottom) = Mesh.of(field, 1.0, level, theme).picture(projection, cell)
    pixels = np.zeros((300, 300, 4), np.uint8)
    high, wide, _ = painted.shape
    pixels[300 - bottom - high : 300 - bottom, left : left + wide] = painted
    from render.draw.plot.contours import colormap

    inner = grid[3:-3:2, 3:-3:2].reshape(-1, 3)
    at = projection(inner)
    colours = pixels[(299 - at[:, 1]).astype(int), at[:, 0].astype(int), :3].astype(int)
    expected = np.array(colormap(theme)(inner[:, 0] + 0.5))[:, :3] * 255
    same = np.abs(colours - expected).max(axis=1) < 14
    seen = field.visible(inner, projection.eye)
    assert same[seen].mean() > 0.96
    assert seen.mean() > 0.3


def test_quads_are_painted_towards_the_eye():
    field = bowl()
    for rows, columns in back_to_front(field, np.array([0.2, -3.0, 1.0])):
        for lines, axis, eye in ((rows, field.y, -3.0), (columns, field.x, 0.2)):
            assert (np.diff(np.abs(axis[lines] - eye)) <= 0.05).all()


def test_refining_keeps_a_quadratic_exact():
    field = bowl()
    fine, _ = refined(field, field.z, (240, 120))
    expected = 2 * (fine.x**2 + fine.y[:, None] ** 2) - 0.3
    np.testing.assert_allclose(fine.z, expected, atol=1e-12)


def test_the_projection_keeps_its_points_in_the_cell():
    cell = Cell(10, 20, 300, 200)
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
    for azim in range(0, 360, 40):
        fitted = Projection.of(Camera(30, azim)).fitted(corners, cell)
        at = fitted(corners)
        assert at[:, 0].min() >= 10 - 1e-6
        assert at[:, 0].max() <= 310 + 1e-6
        assert at[:, 1].min() >= 20 - 1e-6
        assert at[:, 1].max() <= 220 + 1e-6


@pytest.mark.parametrize("azim", [-62, 3, 45, 58, 90, 121, 182])
def test_a_coarse_surface_is_painted_as_if_quad_by_quad_from_far_to_near(azim):
    field = bowl(2.5)
    level = (field.x + 0.5)[None, :] * np.ones((41, 1))
    mesh = Mesh.of(field, 1.0, level, replace(NIGHT, wire_strength=0.0), quick=True)
    x, y = np.meshgrid(mesh.field.x, mesh.field.y)
    grid = np.stack([x, y, mesh.field.z], axis=-1)
    cell = Cell(0, 0, 300, 300)
    projection = Projection.of(Camera(elev=20, azim=azim)).fitted(grid.reshape(-1, 3), cell)
    painted, (left, bottom) = mesh.picture(projection, cell)
    height, width = (mesh.factor * side for side in painted.shape[:2])
    corners = (projection(grid) - (left, bottom)) * mesh.factor
    renderer = RendererAgg(width, height, 72)
    expected = np.asarray(renderer.buffer_rgba())
    expected[:] = 0
    middle = (grid[1:, 1:] + grid[:-1, :-1]) / 2
    off = np.linalg.norm(middle - projection.eye, axis=-1)
    for row, column in zip(*np.unravel_index(np.argsort(-off, axis=None), off.shape), strict=True):
        quad = slice(row, row + 1), slice(column, column + 1)
        _paint(renderer, corners[row : row + 2, column : column + 2], mesh.colours[quad])
    wrong = (np.abs(painted.astype(int) - _reduced(expected, mesh.factor)) > 8).any(axis=-1)
    assert wrong.mean() < 1.5e-3  # sorting by middles is itself not right at every silhouette


@pytest.mark.parametrize("azim", [0, 30, 90])
def test_wires_of_the_far_wall_are_hidden_by_the_near_one(azim):
    """In bands of one row nothing can show through: wider bands must give the same wires."""
    field = bowl(2.5)
    level = np.full((41, 41), 0.5)
    theme = replace(NIGHT, wire_strength=1.0, wire="#ff00ff", shade=(1.0, 1.0))
    mesh = Mesh.of(field, 1.0, level, theme, quick=True)
    cell = Cell(0, 0, 300, 300)
    x, y = np.meshgrid(field.x, field.y)
    grid = np.stack([x, y, field.z], axis=-1).reshape(-1, 3)
    projection = Projection.of(Camera(elev=15, azim=azim)).fitted(grid, cell)
    pictures = []
    for band in (mesh_module.BAND, 1e-9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mesh_module, "BAND", band)
            pictures.append(mesh.picture(projection, cell)[0].astype(int))
    assert (np.abs(pictures[0] - pictures[1]) > 40).any(axis=-1).mean() < 0.01


def test_between_the_points_of_a_narrow_valley_its_logarithm_has_no_pits():
    landscape = runs("rosenbrock")[0].landscape
    fine, coarse = on_log(landscape), landscape
    objective = runs("rosenbrock")[0].recording.objective
    true = objective(np.stack(np.meshgrid(*fine.grid), axis=-1))
    floor = max(float(coarse.loss.min()), 1e-5 * coarse.ceiling)
    off = np.abs(np.log10(np.maximum(fine.loss, floor)) - np.log10(np.maximum(true, floor)))
    assert off.max() < 0.05
