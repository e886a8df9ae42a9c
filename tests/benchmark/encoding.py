"""Encoders that get their frames from memory: how long they take, how good a GIF is."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from render.encode import metadata
from render.encode.base import FilmInfo, FrameFormat
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.formats import mp4
from tests.benchmark.frames import DrawnFilm

# How ffmpeg has to convert raw RGBA so that it gets the colours of our own planes.
CONVERT = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"


def x264_s(film: DrawnFilm, path: Path) -> float:
    """Seconds from starting ffmpeg to its finished file, frames converted by ffmpeg itself."""
    return _fed_s(arguments(film.info, path), film)


def _fed_s(flags: list[str], film: DrawnFilm) -> float:
    started_s = time.perf_counter()
    process = Ffmpeg(flags)
    try:
        for frame in film:
            process.write(frame.rgba.data.cast("B"))
        process.close()
    except BaseException:
        process.kill()
        raise
    return time.perf_counter() - started_s


def libwebp_s(film: DrawnFilm, path: Path) -> float:
    """Seconds that ffmpeg takes for an animated WebP of the same frames."""
    width, height = film.info.size_px
    # fmt: off
    flags = [
        "-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", f"{width}x{height}",
        "-framerate", str(film.info.fps), "-i", "pipe:0", "-fps_mode", "passthrough",
        "-c:v", "libwebp_anim", "-pix_fmt", "bgra", "-lossless", "1", "-quality", "50",
        "-compression_level", "2", "-loop", "0", "-f", "webp", url(path),
    ]
    # fmt: on
    return _fed_s(flags, film)


def encoder_s(format_: FrameFormat, film: DrawnFilm, path: Path) -> float:
    """Seconds that an encoder takes, from the first frame to the finished file."""
    started_s = time.perf_counter()
    encoder = format_.open(path, film.info)
    try:
        for frame in film:
            encoder.write(frame)
        encoder.close()
    except BaseException:
        encoder.abort()
        raise
    return time.perf_counter() - started_s


def arguments(info: FilmInfo, path: Path) -> list[str]:
    """The arguments of the mp4 format, for other pixels coming in.

    All of `veryfast`: what our own files leave out is a gain, too.
    """
    width, height = info.size_px
    # fmt: off
    return [
        "-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", f"{width}x{height}",
        "-framerate", str(info.fps), "-i", "pipe:0",
        "-an", "-vf", f"{CONVERT},{mp4.COLOUR}",
        "-c:v", "libx264", "-preset", mp4.PRESET, "-crf", str(mp4.Mp4Format().crf),
        "-profile:v", "high", "-chromaoffset", mp4.CHROMA_OFFSET, "-threads", mp4.THREADS,
        "-g", str(info.fps),
        "-fps_mode", "passthrough", "-video_track_timescale", str(info.fps * 512),
        *metadata.arguments(info.title, info.about),
        "-movflags", "+faststart", "-f", "mp4", url(path),
    ]
    # fmt: on


RGB = npt.NDArray[np.uint8]  # (height, width, 3)


def compare_gif(path: Path, film: DrawnFilm) -> dict[str, float]:
    """The PSNR of all frames together, and the shares of the pixels that are as they should be.

    `exact`: of those in a colour of the theme, the ones that have it in the GIF too.
    `resting`: of those that don't change from one frame to the next, the ones that don't in
    the GIF either.
    """
    theme = [_packed(np.array(colour, np.uint8)) for colour in dict.fromkeys(film.info.colours)]
    error, pixels = 0.0, 0
    own, exact, resting, rested = 0, 0, 0, 0
    before: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]] | None = None
    with Image.open(path) as image:
        pictures = (np.asarray(p.convert("RGB")) for p in ImageSequence.Iterator(image))
        for frame, decoded in zip(film, pictures, strict=True):
            raw = frame.rgba[..., :3]
            error += _squares(raw, decoded)
            pixels += raw.size
            now = _packed(raw), _packed(decoded)
            ours = np.isin(now[0], theme)
            same = now[0] == now[1]
            own, exact = own + int(ours.sum()), exact + int((ours & same).sum())
            if before is not None:
                still = now[0] == before[0]
                resting += int(still.sum())
                rested += int((still & (now[1] == before[1])).sum())
            before = now
    return {
        "psnr_db": float(10 * np.log10(255**2 * pixels / max(error, 1e-9))),
        "exact": exact / max(own, 1),
        "resting": rested / max(resting, 1),
    }


def _squares(one: RGB, other: RGB) -> float:
    """The sum of the squared differences."""
    off = one.astype(np.int16) - other
    return float(np.square(off[off != 0], dtype=np.int64).sum())


def _packed(colours: RGB) -> npt.NDArray[np.uint32]:
    """Each colour (..., 3) as one number."""
    red, green, blue = np.moveaxis(colours.astype(np.uint32), -1, 0)
    return np.asarray(red << 16 | green << 8 | blue, dtype=np.uint32)
