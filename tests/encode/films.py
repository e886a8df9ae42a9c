"""Small plot-like films to encode, and what ffmpeg reads from the files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from render.encode.base import Encoder, FilmInfo, Frame, FrameFormat
from render.encode.ffmpeg import binary, url
from render.encode.metadata import file_metadata
from render.recording import Pixels
from render.timeline.stops import Stop

NIGHT = (15, 17, 21)
RED = (255, 77, 77)
BLUE = (77, 163, 255)
WHITE = (236, 238, 242)
THEME = (NIGHT, RED, BLUE, WHITE)


def picture(index: int, frames: int, size_px: tuple[int, int] = (160, 90)) -> Pixels:
    """A smooth surface on the left that stays; a line and a dot on the right that move."""
    width, height = size_px
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = NIGHT
    pixels[..., 3] = 255
    y, x = np.mgrid[0 : height - 20, 0 : width // 2 - 10]
    pixels[10:-10, 5 : 5 + x.shape[1], :3] = np.stack([40 + x, 60 + y, 160 - x], axis=-1)
    at = 20 + int((height - 40) * index / max(frames - 1, 1))
    pixels[at : at + 3, width // 2 + 5 : -5, :3] = BLUE
    pixels[at - 6 : at, width - 20 : width - 14, :3] = RED
    pixels[4:8, 4 : 8 + index, :3] = WHITE
    return pixels


def info(
    frames: int = 20, fps: int = 10, size_px: tuple[int, int] = (160, 90), title: str = "A film"
) -> FilmInfo:
    """What an encoder knows about such a film."""

    def sample(count: int) -> Sequence[Pixels]:
        spread = np.linspace(0, frames - 1, min(count, frames)).astype(int)
        return [picture(i, frames, size_px) for i in spread]

    return FilmInfo(title, size_px, fps, frames, THEME, sample, file_metadata("c0ffee"))


def clear(film: FilmInfo) -> FilmInfo:
    """The same film without its background."""
    return replace(film, clear=True)


def pictures(film: FilmInfo) -> Iterator[Frame]:
    """The film's frames, drawn into one buffer that is overwritten, as the canvas does."""
    buffer = np.empty_like(picture(0, 1, film.size_px))
    for index in range(film.frames):
        buffer[:] = drawn(film, index)
        yield Frame(index, index / film.fps, buffer)


def drawn(film: FilmInfo, index: int) -> Pixels:
    """A frame of it; of a clear film its night is clear, and half of the line."""
    pixels = picture(index, film.frames, film.size_px)
    if film.clear:
        pixels[(pixels[..., :3] == NIGHT).all(-1)] = (118, 118, 118, 0)
        pixels[(pixels[..., :3] == BLUE).all(-1), 3] = 128
    return pixels


def make(kind: FrameFormat, path: Path, film: FilmInfo) -> Path:
    """The film as a file."""
    feed(kind.open(path, film), film)
    return path


def feed(encoder: Encoder, film: FilmInfo) -> None:
    """All of the film's frames; stops the encoder when it can't take them."""
    try:
        for frame in pictures(film):
            encoder.write(frame)
        encoder.close()
    except BaseException:
        encoder.abort()
        raise


def decoded(path: Path) -> Pixels:
    """All frames of a file, (frames, height, width, 3)."""
    matrix = "scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+full_chroma_inp"
    width, height = (int(n) for n in re.findall(r"\b(\d+)x(\d+)\b", described(path))[-1])
    # fmt: off
    command = [binary(), "-nostdin", "-loglevel", "error", "-i", url(path), "-vf", matrix,
               "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    # fmt: on
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.uint8).reshape(-1, height, width, 3)


def described(path: Path) -> str:
    """The lines that `ffmpeg -i` prints of a file's duration and video stream."""
    command = [binary(), "-nostdin", "-hide_banner", "-i", url(path)]
    lines = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False).stderr
    return "\n".join(s for s in lines.splitlines() if "Duration:" in s or "Video:" in s)


def stop(frame: int, words: str, *, fps: int = 10, held: tuple[int, int] | None = None) -> Stop:
    """A stop at a frame of such a film; `held` are the first and the last frame of its hold."""
    first, last = held or (frame, frame)
    return Stop(frame, frame / fps, frame, words, words, frame, first, last)
