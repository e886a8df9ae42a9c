"""The encoder alone: a reel's raw RGBA in, seconds out; nothing is drawn meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

from render.encode import metadata
from render.encode.base import FilmInfo
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.formats import mp4
from tests.benchmark.reel import Reel

# What ffmpeg does to raw RGBA so that its colours come out as those of our own planes.
CONVERT = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"


def x264_s(reel: Reel, path: Path) -> float:
    """Seconds from starting ffmpeg to its finished file, frames converted by ffmpeg itself."""
    started_s = time.perf_counter()
    process = Ffmpeg(arguments(reel.clip, path))
    try:
        for frame in reel:
            process.write(frame.rgba.data.cast("B"))
        process.close()
    except BaseException:
        process.kill()
        raise
    return time.perf_counter() - started_s


def encoder_s(reel: Reel, path: Path) -> float:
    """Seconds of our own encoder, from the first frame to the finished file."""
    started_s = time.perf_counter()
    encoder = mp4.Mp4Format().open(path, reel.clip)
    try:
        for frame in reel:
            encoder.write(frame)
        encoder.close()
    except BaseException:
        encoder.abort()
        raise
    return time.perf_counter() - started_s


def arguments(clip: FilmInfo, path: Path) -> list[str]:
    """Those of the mp4 format, but for what comes in."""
    width, height = clip.size_px
    # fmt: off
    return [
        "-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", f"{width}x{height}",
        "-framerate", str(clip.fps), "-i", "pipe:0",
        "-an", "-vf", f"{CONVERT},{mp4.COLOUR}",
        "-c:v", "libx264", "-preset", mp4.PRESET, "-crf", str(mp4.Mp4Format().crf),
        "-profile:v", "high", "-chromaoffset", mp4.CHROMA_OFFSET, "-threads", mp4.THREADS,
        "-g", str(clip.fps),
        "-fps_mode", "passthrough", "-video_track_timescale", str(clip.fps * 512),
        *metadata.arguments(clip.title, clip.about),
        "-movflags", "+faststart", "-f", "mp4", url(path),
    ]
    # fmt: on
