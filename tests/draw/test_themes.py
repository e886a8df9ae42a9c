"""Every theme is readable and its colours differ, also for weak eyes and on weak projectors."""

from __future__ import annotations

import itertools
import re
from dataclasses import MISSING, fields, replace
from functools import cache

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image
from scipy.ndimage import binary_fill_holes, label

from render.config.load import load
from render.config.options import Options
from render.config.theme import (
    KEYS,
    MARKERS,
    THEMES,
    Theme,
    fault,
    load_theme,
    read_theme,
    refuse_opaque,
    rgb,
    theme_names,
)
from render.draw.artists import Pen
from render.draw.panels.contour import ContourPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.plot.contours import colormap
from render.draw.plot.trail import Trail
from render.draw.run_style import DASHES, run_styles
from render.draw.style import DPI
from render.encode.formats.csv import CsvFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.formats.png import PngFormat
from render.errors import ConfigError, RenderError
from tests.draw.stages import stage_of
from tests.draw.test_flashes import luminance
from tests.draw.test_layout import contrast
from tests.draw.test_run_style import TO_XYZ, WHITE
from tests.draw.test_run_style import lab as lab_of
from tests.draw.themes import NIGHT, PAPER, SHIPPED
from tests.encode.films import info
from tests.learn.labs import lab as shipped
from tests.learn.labs import runs

NAMES = theme_names()
COLORBLIND, CONTRAST = SHIPPED["colorblind"], SHIPPED["contrast"]
TRANSPARENT = SHIPPED["transparent"]
SLIDES = ("#000000", "#ffffff")  # what a transparent picture may be laid on
LABS = ["slope", "slope_bias", "optimizer_race", "logistic_mse_plateau"]

# Machado, Oliveira, Fernandes 2009, table 1, severity 1.0; for linear RGB.
EYES = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def staged(lab: str, *sets: str):
    """A small stage of a lab, which is trained once for all themes."""
    sets = ("film.size=[640, 360]", "film.duration=2", "film.fps=10", *sets)
    return stage_of(shipped(lab, *sets), runs(lab))


def behind(look: Theme) -> tuple[str, ...]:
    """The backgrounds that a theme is seen on."""
    return SLIDES if look.clear else (look.background,)


def seen_by(eye: str, pixels: np.ndarray) -> np.ndarray:
    """sRGB (..., 3) as somebody without these cones sees it."""
    c = np.asarray(pixels) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(EYES[eye]).T, 0, 1)
    coded = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return np.rint(255 * coded).astype(np.uint8)


def coded(pixel: np.ndarray) -> str:
    return "#{:02x}{:02x}{:02x}".format(*map(int, pixel))


def apart(one: np.ndarray, two: np.ndarray) -> float:
    """CIEDE2000 of two L*a*b* colours, after Sharma, Wu and Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grown = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = np.hypot(grown * a1, b1), np.hypot(grown * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, grown * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 + sum(
        weight * np.cos(np.radians(n * hue + shift))
        for weight, n, shift in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    dl, dc = (l2 - l1) / sl, (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    spread = 60 * np.exp(-(((hue % 360 - 275) / 25) ** 2))
    bend = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(spread))
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + bend * dc * dh))


def nearest(colours: tuple[str, ...], eye: str | None = None) -> float:
    """CIEDE2000 of the two colours that are most alike."""
    seen = [c if eye is None else coded(seen_by(eye, np.array(rgb(c)))) for c in colours]
    return min(apart(lab_of(a), lab_of(b)) for a, b in itertools.combinations(seen, 2))


def test_the_distance_of_colours_is_that_of_its_authors():
    """Three of the pairs of Sharma, Wu and Dalal, and a matrix that keeps greys."""
    for one, two, expected in [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]:
        found = apart(np.array(one, float), np.array(two, float))
        assert found == pytest.approx(expected, abs=2e-4)
    assert apart(lab_of("#123456"), lab_of("#123456")) == 0
    assert TO_XYZ.sum(axis=1) == pytest.approx(WHITE, abs=1e-4)
    for eye in EYES:
        assert np.abs(seen_by(eye, np.array([128, 128, 128])).astype(int) - 128).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_words_stand_out_from_the_background(name):
    look = SHIPPED[name]
    # No colour has more than 4.58 with black and white at once.
    wanted = 4.5 if look.clear else 7
    for slide in behind(look):
        assert contrast(look.text, slide) >= wanted
        assert contrast(look.muted, slide) >= 4.5
        for colour in (look.parameter, look.prediction, look.data, look.trail, *look.runs):
            assert contrast(colour, slide) >= 3, colour


@pytest.mark.parametrize("name", NAMES)
def test_the_surface_gets_lighter_with_the_loss(name):
    colours = np.array(colormap(SHIPPED[name])(np.linspace(0, 1, 256)))[:, :3]
    lightness = np.array([lab_of(coded(np.rint(255 * c)))[0] for c in colours[::4]])
    assert (np.diff(lightness) > 0.2).all()
    assert np.ptp(lightness) > 45


@pytest.mark.parametrize("name", NAMES)
def test_runs_have_colours_of_their_own(name):
    look = SHIPPED[name]
    assert len(look.runs) == len(MARKERS) == len(DASHES)
    assert nearest(look.runs) >= 12
    for a, b in itertools.combinations(look.runs, 2):
        assert np.linalg.norm(lab_of(a) - lab_of(b)) > 20, (a, b)


@pytest.mark.parametrize("eye", EYES)
def test_runs_stay_apart_without_cones_of_one_kind(eye):
    assert nearest(COLORBLIND.runs, eye) >= 15


@pytest.mark.parametrize("eye", EYES)
def test_the_surface_gets_lighter_without_cones_of_one_kind(eye):
    colours = np.array(colormap(COLORBLIND)(np.linspace(0, 1, 64)))[:, :3]
    seen = [lab_of(coded(seen_by(eye, np.rint(255 * c))))[0] for c in colours]
    assert (np.diff(seen) > 0.2).all()


# ---- the dot in rendered frames


@cache
def dotted(name: str, lab: str) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Frames at the start, in the middle and at the end: RGBA, and which pixels are dots.

    Those that a dot's fill and outlines cover, drawn alone; its faint glow is no part of it.
    """
    stage, timeline = staged(lab, f"film.theme={name}")
    dots = [dot for panel in stage.panels for dot in getattr(panel, "dots", ())]
    found = []
    for moment in (timeline.moments[i] for i in (0, len(timeline) // 2, -1)):
        picture, sheet = stage.picture(moment), RendererAgg(*stage.size_px, DPI)
        for dot in dots:
            for stamp in (dot.ring if dot.hollow else dot.solid) * bool(np.isfinite(dot.at).all()):
                stamp.draw(sheet, dot.at)
        cover = np.asarray(sheet.buffer_rgba())[..., 3]
        found.append((picture, binary_fill_holes(cover > 0)))
    return tuple(found)


def laid(pixels: np.ndarray, slide: str) -> np.ndarray:
    """RGBA laid on a colour: RGB as whole numbers."""
    if (pixels[..., 3] == 255).all():
        return pixels[..., :3].astype(int)
    alpha = pixels[..., 3:] / 255
    return np.rint(pixels[..., :3] * alpha + np.array(rgb(slide)) * (1 - alpha)).astype(int)


def shown(light: np.ndarray, dot: np.ndarray, dots: np.ndarray, reach: int = 6) -> np.ndarray:
    """The contrast of each pixel just outside the dot, and of none of the dots, with it, (n,).

    With the best of the dot's pixels no further off than `reach`, about its radius: of its fill
    or its outlines.
    """
    rows, columns = np.flatnonzero(dot.any(axis=1)), np.flatnonzero(dot.any(axis=0))
    part = tuple(
        slice(max(0, found[0] - reach - 1), found[-1] + reach + 2) for found in (rows, columns)
    )
    dot, dots = np.pad(dot[part], reach), np.pad(dots[part], reach)
    light = np.pad(light[part], reach, mode="edge")
    best, outside = np.ones(light.shape), np.zeros(dot.shape, bool)
    for dy, dx in itertools.product(range(-reach, reach + 1), repeat=2):
        if dx * dx + dy * dy > reach * reach:
            continue
        there, other = np.roll(dot, (dy, dx), (0, 1)), np.roll(light, (dy, dx), (0, 1))
        ratio = (np.maximum(light, other) + 0.05) / (np.minimum(light, other) + 0.05)
        best = np.where(there, np.maximum(best, ratio), best)
        if abs(dx) + abs(dy) == 1:
            outside |= there
    return best[outside & ~dots]


def worst(name: str, lab: str, eye: str | None = None) -> float:
    """The contrast that nine in ten pixels have around the worst dot, or pile of dots, of all."""
    found = []
    for picture, dots in dotted(name, lab):
        piles, count = label(dots)
        for slide in behind(SHIPPED[name]):
            pixels = laid(picture, slide)
            light = luminance(pixels if eye is None else seen_by(eye, pixels))
            every = [piles == i + 1 for i in range(count)]
            whole = [pile for pile in every if pile.sum() >= 50]
            assert len(whole) >= 2
            found += [np.quantile(shown(light, pile, dots), 0.1) for pile in whole]
    return float(min(found))


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("name", NAMES)
def test_the_dot_stands_out_from_whatever_is_behind_it(name, lab):
    assert worst(name, lab) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("lab", LABS)
def test_the_dot_stands_out_without_cones_of_one_kind(eye, lab):
    assert worst("colorblind", lab, eye) >= 3


def test_a_dot_like_its_ground_is_caught():
    ground = np.full((30, 30), 0.30)
    y, x = np.ogrid[:30, :30]
    dot = (x - 15) ** 2 + (y - 15) ** 2 < 25
    ground[dot] = 0.40
    assert shown(ground, dot, dot).max() < 1.5


# ---- shapes and dashes


def test_the_dot_of_a_single_run_has_its_own_shape():
    (single,) = run_styles(COLORBLIND, 1)
    assert (single.marker, single.dashes) == ("D", ())
    assert len({g.dashes for g in run_styles(COLORBLIND, 8)}) == 8
    assert not any(g.dashes for look in (NIGHT, PAPER) for g in run_styles(look, 8))
    assert run_styles(COLORBLIND, 8)[1].dashed(2.0) == tuple(2 * part for part in DASHES[1])


def above(stage) -> list[Trail]:
    """The trails in the view from above."""
    (contour,) = (panel for panel in stage.panels if isinstance(panel, ContourPanel))
    trails = [found for found in stage.canvas.growing.members if isinstance(found, Trail)]
    return [trail for trail in trails if trail.style.area == contour.plot.area]


DASHED = ("optimizer_race", "film.theme=colorblind")


def test_dashes_run_on_from_piece_to_piece(monkeypatch):
    """Each stroke starts in the pattern where the length of those before it says."""
    stage, _ = staged("himmelblau", "film.theme=colorblind")
    trails = above(stage)
    drawn: list[tuple[Pen, np.ndarray, float]] = []
    monkeypatch.setattr(
        Pen, "draw", lambda pen, _, points, offset=0.0: drawn.append((pen, points, offset))
    )
    dashed = 0
    for trail in trails:
        drawn.clear()
        trail.draw_pieces(None, 0, len(stage.context.cuts) - 1)
        before = 0.0
        for pen, points, offset in drawn:
            if not pen.dashes:
                break
            pattern = sum(pen.dashes)
            off = (offset - before + pattern / 2) % pattern - pattern / 2
            assert off == pytest.approx(0, abs=1e-6)
            before += np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
            dashed += 1
    assert dashed > 100


def test_dashed_frames_are_the_same_in_order_in_reverse_and_alone():
    stage, timeline = staged(*DASHED, "film.duration=1", "film.size=[480, 270]")
    in_order = [stage.picture(moment) for moment in timeline]
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
    alone, _ = staged(*DASHED, "film.duration=1", "film.size=[480, 270]")
    np.testing.assert_array_equal(alone.picture(timeline.moments[5]), in_order[5])


def test_a_dashed_trail_has_gaps_and_a_solid_one_none():
    """Counted in pixels of the dashed runs' colours in the view from above."""
    counts = []
    for dashed in (True, False):
        stage, timeline = staged("himmelblau", "film.theme=colorblind")
        trails = above(stage)
        if not dashed:
            for trail in trails:
                trail.style = replace(trail.style, core=replace(trail.style.core, dashes=()))
        area = trails[0].style.area
        part = stage.picture(timeline.moments[-1])[:, :, :3][
            360 - round(area.top) : 360 - round(area.bottom), round(area.left) : round(area.right)
        ]
        colours = [np.array(rgb(colour)) for colour in COLORBLIND.runs[1:]]
        alike = [np.abs(part.astype(int) - colour).max(axis=-1) < 40 for colour in colours]
        counts.append(sum(found.sum() for found in alike))
    assert 0.3 * counts[1] < counts[0] < 0.9 * counts[1]


# ---- no background


def poster(pixels: np.ndarray, path) -> Image.Image:
    """What the format png makes of a film's last frame."""
    from render.encode.base import Frame

    height, width, _ = pixels.shape
    encoder = PngFormat().open(path, replace(info(frames=1), size_px=(width, height)))
    encoder.write(Frame(0, 0.0, pixels))
    encoder.close()
    return Image.open(path)


@pytest.mark.parametrize("slide", SLIDES)
@pytest.mark.parametrize("lab", ["slope_bias"])
def test_a_transparent_poster_on_a_slide_is_as_if_drawn_on_it(lab, slide, tmp_path):
    """So its alpha is straight: were it multiplied in, edges would be darker on white."""
    stage, timeline = staged(lab, "film.theme=transparent")
    made = poster(stage.picture(timeline.moments[-1]), tmp_path / "poster.png")
    assert made.mode == "RGBA"
    alpha = np.asarray(made)[..., 3]
    assert (alpha[0] == 0).all()
    assert (alpha == 0).mean() > 0.4
    assert (alpha == 255).any()
    composed = laid(np.asarray(made), slide)
    theme = tmp_path / "on_it.yaml"
    theme.write_text(f"like: transparent\nbackground: '{slide}'\n")
    stage, timeline = staged(lab, f"film.theme={theme}")
    drawn = stage.picture(timeline.moments[-1])
    assert (drawn[..., 3] == 255).all()
    off = np.abs(composed - drawn[..., :3]).max(axis=-1)  # of 8-bit rounding, layer by layer
    assert np.quantile(off, 0.999) <= 8
    assert off.max() <= 24  # where three faint layers of a glow lie on one another


def test_other_themes_leave_no_alpha_in_the_poster(tmp_path):
    for name in ("night", "colorblind"):
        stage, timeline = staged("slope", f"film.theme={name}")
        assert poster(stage.picture(timeline.moments[-1]), tmp_path / "p.png").mode == "RGB"


def test_formats_without_transparency_are_refused():
    refuse_opaque(TRANSPARENT, [PngFormat(), CsvFormat()])
    refuse_opaque(NIGHT, [Mp4Format(), PngFormat()])
    with pytest.raises(RenderError, match=r"mp4 has no transparency.*ask for apng, frames, .*png"):
        refuse_opaque(TRANSPARENT, [PngFormat(), Mp4Format()])


# ---- a theme of one's own


def test_a_file_says_what_is_different(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("like: paper\nbackground: '#FFFBE6'\nshade: [0.5, 1]\ndashed: true\n")
    expected = replace(PAPER, background="#fffbe6", shade=(0.5, 1.0), dashed=True)
    assert read_theme(file) == load_theme("mine.yaml", tmp_path) == expected
    file.write_text("text: '#ffffff'\n")
    assert read_theme(file) == replace(NIGHT, text="#ffffff")
    file.write_text("like: transparent\n")
    assert read_theme(file).clear
    file.write_text("like: transparent\nbackground: '#ffffff'\n")
    assert not read_theme(file).clear
    assert load_theme("contrast", tmp_path) == CONTRAST


def test_every_field_of_a_theme_can_be_given(tmp_path):
    def written(value):
        return list(value) if isinstance(value, tuple) else value

    assert list(KEYS) == [f.name for f in fields(Theme)]
    given = {key: written(getattr(CONTRAST, key)) for key in KEYS}
    file = tmp_path / "all.yml"
    file.write_text("".join(f"{key}: {value!r}\n" for key, value in given.items()))
    read = read_theme(file)
    assert [getattr(read, key) for key in KEYS] == [getattr(CONTRAST, key) for key in KEYS]
    assert not isinstance(read, Options)


def test_a_whole_file_needs_no_other_theme():
    """Whatever a theme of ours leaves out is as in night, so that `like` makes no difference."""
    for name in theme_names():
        assert "like" not in (THEMES / f"{name}.yaml").read_text().partition("\n\n")[2]
    left_out = {f.name: f.default for f in fields(Theme) if f.default is not MISSING}
    assert {name: getattr(NIGHT, name) for name in left_out} == left_out


def test_background_and_grid_may_be_seen_through(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("background: '#ABCDEF00'\ngrid: '#ABCDEF80'\n")
    theme = read_theme(file)
    assert (theme.background, theme.grid, theme.clear) == ("#abcdef00", "#abcdef80", True)
    for line in ("background: '#00000080'\n", "text: '#00000000'\n"):
        file.write_text(line)
        with pytest.raises(ConfigError, match="expected a colour like '#ffd166'"):
            read_theme(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "txet: '#112233'\n",
            "1:1: txet: unknown key; did you mean 'text'? allowed: like, background, ",
        ),
        (
            "data: red\n",
            "1:7: data: expected a colour like '#ffd166', found 'red'\n"
            "  1 | data: red\n"
            "    |       ^^^",
        ),
        (
            "like: night\ntext: #ffffff\n",
            "2:1: text: expected a colour like '#ffd166', found nothing:"
            " put it in quotes, or # begins a comment",
        ),
        (
            "surface: ['#000000', '#12']\n",
            "1:22: surface.1: expected a colour like '#ffd166', found '#12'\n"
            "  1 | surface: ['#000000', '#12']\n"
            "    |                      ^^^^^",
        ),
        ("surface: ['#000000']\n", "1:10: surface: expected from 2 to 64 colours, found 1"),
        (
            "runs: ['#000000']\n",
            "1:7: runs: expected 8 colours, one for each run of the longest race, found 1",
        ),
        ("shade: [0.5, 9]\n", "1:14: shade.1: expected a number from 0 to 2, found 9"),
        ("dashed: 1\n", "1:9: dashed: expected true or false, found 1"),
        ("text_scale: 3\n", "1:13: text_scale: expected a number from 0.8 to 1.5, found 3"),
        ("like: papr\n", "1:7: like: unknown theme 'papr'; did you mean 'paper'?"),
        ("like: [night]\n", "1:7: like: expected one of colorblind, "),
        ("", "1:1: the file is empty"),
    ],
)
def test_what_is_wrong_is_reported_at_its_place_in_the_theme_s_own_file(tmp_path, text, message):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_theme(file)
    assert str(caught.value).startswith(f"{file}:{message}")
    with pytest.raises(ConfigError):
        fault("mine.yaml", tmp_path)


def test_a_theme_that_is_not_there_is_named(tmp_path):
    (tmp_path / "mine.yaml").write_text("like: night\n")
    assert fault("mine.yaml", tmp_path) is None
    assert fault("paper", tmp_path) is None
    message = fault("mime.yaml", tmp_path)
    assert message == f"no such file: {tmp_path / 'mime.yaml'}; did you mean 'mine.yaml'?"
    message = fault("nigth", tmp_path)
    assert (message or "").startswith("unknown theme 'nigth'; did you mean 'night'?")


def test_a_suffix_makes_no_file_near(tmp_path):
    """All names of YAML files have half their letters in common."""
    (tmp_path / "mine.yaml").touch()
    message = fault("other.yaml", tmp_path)
    assert message == f"no such file: {tmp_path / 'other.yaml'}"


@pytest.mark.parametrize("text", ["like: paper\n", "surface: magma\n", "{runs: [], text: red}\n"])
def test_a_theme_that_is_rendered_is_called_a_theme(tmp_path, text):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=re.escape("'film: {theme: mine.yaml}'")):
        load(file)


def test_a_theme_has_a_file_of_its_own(tmp_path):
    file = tmp_path / "film.yaml"
    file.write_text("film: {theme: {like: paper, surface: magma}}\n")
    expected = "expected the name of a theme, or of a YAML file that has one, found a mapping"
    with pytest.raises(ConfigError, match=f"film.theme: {expected}"):
        load(file)


def test_the_dot_on_the_surface_is_the_theme_s(tmp_path):
    stage, timeline = staged("slope_bias", "film.theme=colorblind", "film.size=[1280, 720]")
    (surface,) = (panel for panel in stage.panels if isinstance(panel, SurfacePanel))
    picture = stage.picture(timeline.moments[0])
    x, y = surface.dots[0].at
    look = COLORBLIND
    around = picture[720 - round(y) - 16 : 720 - round(y) + 16, round(x) - 16 : round(x) + 16, :3]
    for colour in (look.parameter, look.edge, look.rim):
        assert (np.abs(around.astype(int) - rgb(colour)).max(axis=-1) <= 8).sum() >= 12, colour


def test_the_surface_may_have_any_colormap_of_matplotlib(tmp_path):
    from matplotlib import colormaps

    file = tmp_path / "mine.yaml"
    file.write_text("like: paper\nsurface: cividis\n")
    made = colormap(load_theme("mine.yaml", tmp_path))
    at = np.linspace(0, 1, 50)
    assert np.abs(made(at) - colormaps["cividis"](at)).max() < 0.01
    file.write_text("surface: cividi\n")
    with pytest.raises(RenderError, match="unknown colormap 'cividi'; did you mean 'cividis'"):
        colormap(load_theme("mine.yaml", tmp_path))


def test_check_finds_a_colormap_that_is_not_there(tmp_path):
    from render.commands.check import examine
    from render.config.load import load
    from render.errors import ConfigError

    (tmp_path / "mine.yaml").write_text("surface: magme\n")
    (tmp_path / "a.yaml").write_text("film: {theme: mine.yaml}\n")
    with pytest.raises(ConfigError) as caught:
        examine([load(tmp_path / "a.yaml")])
    (problem,) = caught.value.problems
    assert (problem["line"], problem["key"]) == (1, "film.theme")
    assert "'magma'" in problem["message"]
