"""The film as it is written with Matplotlib alone: four panels, its own writers, no layers.

A run of slope and bias on one figure: `plot_surface`, `contour`, the data with the line, the
loss. Artists are updated in place and `FuncAnimation.save` redraws all of them for every frame.
Every frame costs the same, so the cost of all is known from a few, spread over the film.
`python -m tests.benchmark.naive` makes such a film and prints its cost as JSON.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from render.config.load import load
from tests.benchmark.films import FPS, config

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.recording import Dataset, Recording


LR = 0.03  # slow enough for the dot to move in every frame
GRID = 60  # points along each axis of the surface
ORBIT = 0.5  # degrees a frame


@dataclass(frozen=True)
class Cost:
    """What a naive film costs, known from some of its frames."""

    fixed_s: float  # training, figure, first draw, what the writer does at the end
    each_s: float  # one more frame
    timed: int  # frames

    def seconds(self, frames: int) -> float:
        """What a film of that many frames costs."""
        return self.fixed_s + frames * self.each_s


def make(path: Path, frames: int, timed: int, size_px: tuple[int, int], orbit: bool) -> Cost:
    """Make `timed` frames of a film of `frames`, one recorded step in each."""
    import matplotlib as mpl
    from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter

    import render.learn.loop  # noqa: F401 - before the clock starts
    from render.encode.ffmpeg import binary

    picks = np.rint(np.linspace(0, frames - 1, timed)).astype(int).tolist()
    writer: Any = PillowWriter if path.suffix == ".gif" else FFMpegWriter
    ticks: list[float] = []
    started_s = time.perf_counter()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["animation.ffmpeg_path"] = binary()
        dataset, recording = learn(frames)
        figure, update = stage(dataset, recording, size_px, orbit)
        film = FuncAnimation(figure, update, frames=picks, cache_frame_data=False)
        film.save(
            path,
            writer=writer(fps=FPS),
            progress_callback=lambda frame, total: ticks.append(time.perf_counter()),
        )
    ended_s = time.perf_counter()
    each_s = (ticks[-1] - ticks[0]) / (timed - 1)
    if path.suffix == ".gif":  # Pillow keeps all frames and packs them at the end
        each_s += (ended_s - ticks[-1]) / timed
    return Cost(max(0.0, ended_s - started_s - timed * each_s), each_s, timed)


def learn(frames: int) -> tuple[Dataset, Recording]:
    """The data, and a run with one step for each frame."""
    from render.learn.loop import train

    spec = load(config("slope_bias"), [f"training.epochs={frames}", f"optimizer.lr={LR}"])
    dataset = spec.dataset.make(spec.seed)
    return dataset, train(spec, dataset)


def stage(
    dataset: Dataset, recording: Recording, size_px: tuple[int, int], orbit: bool
) -> tuple[Figure, Callable[[int], Sequence[Any]]]:
    """The figure with its four panels, and a function that updates it to a frame."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    (w, b), loss, epochs = recording.params.T, recording.loss, recording.epoch
    x, y = dataset.x, dataset.y
    width, height = size_px
    dpi = height / 7.2
    figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
    FigureCanvasAgg(figure)
    surface: Any = figure.add_subplot(2, 2, 1, projection="3d", computed_zorder=False)
    contour, data, curve = (figure.add_subplot(2, 2, place) for place in (2, 3, 4))

    ws, bs = np.meshgrid(np.linspace(-17, 17, GRID), np.linspace(-14, 12, GRID))
    heights = np.mean((ws[..., None] * x + bs[..., None] - y) ** 2, axis=-1)
    surface.plot_surface(ws, bs, heights, cmap="viridis", rcount=GRID, ccount=GRID, zorder=1)
    contour.contour(ws, bs, heights, levels=np.geomspace(1, heights.max(), 12))
    data.plot(x, y, ".", color="red")
    data.set(xlim=(-3, 3), ylim=(-30, 30))
    curve.set(xlim=(0, recording.steps), ylim=(loss.min(), loss.max()), yscale="log")

    (path_line,) = surface.plot([], [], [], "-", color="red", zorder=9)
    (dot,) = surface.plot([], [], [], "o", color="red", zorder=10)
    (path_below,) = contour.plot([], [], "-", color="red")
    (dot_below,) = contour.plot([], [], "o", color="red")
    (line,) = data.plot([], [], "-", color="blue")
    (losses,) = curve.plot([], [])

    def update(frame: int) -> Sequence[Any]:
        now, past = slice(frame, frame + 1), slice(0, frame + 1)
        if orbit:
            surface.view_init(30, -60 + ORBIT * frame)
        path_line.set_data_3d(w[past], b[past], loss[past])
        dot.set_data_3d(w[now], b[now], loss[now])
        path_below.set_data(w[past], b[past])
        dot_below.set_data(w[now], b[now])
        line.set_data(x, w[frame] * x + b[frame])
        losses.set_data(epochs[past], loss[past])
        data.set_title(f"epoch {frame}   loss {loss[frame]:.4f}")
        return path_line, dot, path_below, dot_below, line, losses

    return figure, update


def main(argv: Sequence[str]) -> None:
    """FILE FRAMES TIMED WIDTH HEIGHT: make the naive film, print its cost."""
    import json
    from dataclasses import asdict

    file, *numbers = argv
    frames, timed, width, height = map(int, numbers)
    print(json.dumps(asdict(make(Path(file), frames, timed, (width, height), orbit=False))))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
