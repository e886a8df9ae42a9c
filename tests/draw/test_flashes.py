"""No film flashes more than three times a second (WCAG 2.3.1), its loop's seam included."""

from __future__ import annotations

from collections.abc import Iterable

import imageio.v3 as iio
import numpy as np
import pytest

from render.draw.plan import compose, plan_film
from render.encode.film import encode_film
from render.encode.formats.mp4 import Mp4Format
from render.pipeline import silent
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

MOST = 3  # flashes a second
CHANGE = 0.10  # of the largest relative luminance
BRIGHT = 0.80  # changes whose darker end is brighter than this are no flashes
FIELD = (341 / 1024, 256 / 768)  # 10° of sight, of a frame fitted into 1024×768 …
PART = 0.25  # … of which more than this must flash
AROUND = 3  # times that the film is watched, and for two seconds at least


def luminance(frames: np.ndarray) -> np.ndarray:
    """WCAG relative luminance (..., height, width) of sRGB (..., height, width, 3)."""
    v = np.arange(256) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return (linear[frames] @ [0.2126, 0.7152, 0.0722]).astype(np.float32)


def changes(frames: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Where luminance (height, width) has turned and come back by CHANGE, frame by frame.

    Small moves in between don't matter: each pixel is held against the brightest and the
    darkest that it was since its last change, however slowly it got there.
    """
    low = high = way = None
    for frame in frames:
        if low is None or high is None or way is None:
            low, high, way = frame.copy(), frame.copy(), np.zeros(frame.shape, np.int8)
        up = (frame - low >= CHANGE) & (low < BRIGHT) & (way <= 0)
        down = (high - frame >= CHANGE) & (frame < BRIGHT) & (way >= 0)
        low = np.where(up | down, frame, np.minimum(low, frame))
        high = np.where(up | down, frame, np.maximum(high, frame))
        way = np.where(up, 1, np.where(down, -1, way)).astype(np.int8)
        yield up | down


def most_flashes(frames: np.ndarray, fps: int) -> int:
    """Flashes in the worst second, seen by more than PART of the worst field of the frame.

    `frames` is luminance (T, height, width), watched over and over. A flash is two changes.
    """
    height, width = frames.shape[1:]
    scale = min(1024 / width, 768 / height)
    box = (round(FIELD[1] * 768 / scale), round(FIELD[0] * 1024 / scale))
    box = (min(box[0], height), min(box[1], width))
    past: list[np.ndarray] = []
    count = np.zeros((height, width), np.int16)
    worst = 0
    around = max(AROUND, -(-2 * fps // len(frames)))
    for changed in changes(frames[t] for _ in range(around) for t in range(len(frames))):
        past.append(changed)
        count += changed
        if len(past) > fps:
            count -= past.pop(0)
        while count.max() >= 2 * (worst + 1) and share(count >= 2 * (worst + 1), box) > PART:
            worst += 1
    return worst


def share(flags: np.ndarray, box: tuple[int, int]) -> float:
    """The largest part of any window of this size (height, width) that is set."""
    rows, columns = box
    total = np.pad(flags.astype(np.int32).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    inside = total[rows:, columns:] - total[:-rows, columns:]
    inside = inside - total[rows:, :-columns] + total[:-rows, :-columns]
    return float(inside.max()) / (rows * columns)


def clip(hertz: float, low=0.0, high=1.0, part=1.0, seconds=2.0, fps=30, smooth=False):
    """A square of the frame, as large as this part of a field, that flashes."""
    frames = np.full((round(seconds * fps), 90, 160), low, np.float32)
    side = int(40 * part**0.5), int(53 * part**0.5)
    wave = np.sin(2 * np.pi * hertz * (np.arange(len(frames)) + 0.5) / fps)
    wave = (wave + 1) / 2 if smooth else (wave > 0).astype(float)
    frames[:, 10 : 10 + side[0], 20 : 20 + side[1]] += ((high - low) * wave)[:, None, None]
    return frames


@pytest.mark.parametrize(
    ("frames", "flashes"),
    [
        (clip(5), 5),
        (clip(5, smooth=True), 5),
        (clip(5, 0.2, 0.31), 5),
        (clip(3), 3),
        (clip(5, 0.2, 0.29), 0),  # too faint
        (clip(5, 0.82, 1.0), 0),  # too bright
        (clip(5, part=0.2), 0),  # too small
        (clip(5, part=0.3), 5),
        (clip(5, seconds=0.2), 5),  # once, but over and over
        (clip(0), 0),
    ],
)
def test_the_measure_catches_what_flashes_and_nothing_else(frames, flashes):
    assert most_flashes(frames, 30) == flashes


@pytest.mark.parametrize(
    "name",
    sweep(
        [
            "slope",
            "ellipse_diverge",
            *(
                pytest.param(name, marks=pytest.mark.slow)
                for name in ("slope_bias", "optimizer_race", "learning_rates", "himmelblau")
            ),
        ]
    ),
)
def test_no_film_flashes(name, tmp_path):
    """Of the encoded film: every frame of it is decoded."""
    spec = lab(name, "film.size=[320, 180]", "film.duration=3")
    path = tmp_path / "film.mp4"
    encode_film(plan_film(compose(spec), runs(name)), [(Mp4Format(), path)], silent)
    frames = luminance(np.stack(list(iio.imiter(path, plugin="FFMPEG"))))
    assert len(frames) == 3 * spec.film.fps
    assert most_flashes(frames, spec.film.fps) <= MOST
