"""WebM: VP9 video for pages, also with a transparent background."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.pipe import PipeEncoder, raw
from render.encode.resample import ResampledFormat, resizer
from render.encode.yuv import Planes, spread_colours
from render.recording import Pixels

COLOUR = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
CONVERTED = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int"

# 240 plot-like frames, 1280×720, 2 cores: VP9 `realtime` 1.5 s, 434 kB; `good` 20 s, 325 kB;
# AV1 (SVT, preset 8) 3.0 s, 325 kB. VP9 plays in more places and can be transparent.
SPEED = "6"
THREADS = "2"
KEYFRAME_S = 4  # between two keyframes, each of which takes the bytes of half a second of film


@dataclass(frozen=True)
class WebmFormat(ResampledFormat):
    """VP9 video for web pages; transparent where the theme has no background."""

    suffix: ClassVar[str] = ".webm"
    alpha: ClassVar[bool] = True
    even: ClassVar[bool] = True

    crf: Annotated[
        Integer, Field(ge=1, le=50, description="VP9's quality: lower is better and larger")
    ] = 24

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        (width, height), picks, fps = self.size_px(film), self.picks(film), self.rate(film)
        resize, planes = resizer(film.size_px, (width, height), film.clear), Planes((width, height))

        def pack(pixels: Pixels) -> Iterable[memoryview]:
            if (
                film.clear
            ):  # straight alpha, as browsers expect it; ffmpeg converts it to four planes
                yield from raw(spread_colours(resize(pixels)))
            else:
                yield planes.of(resize(pixels)).data

        pixels_in, pixels_out = ("rgba", "yuva420p") if film.clear else ("yuv420p", "yuv420p")
        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", pixels_in, "-video_size", f"{width}x{height}",
            "-framerate", str(fps), "-i", "pipe:0", "-an",
            "-vf", f"{CONVERTED},format={pixels_out},{COLOUR}" if film.clear else COLOUR,
            "-c:v", "libvpx-vp9", "-crf", str(self.crf), "-b:v", "0",
            "-deadline", "realtime", "-cpu-used", SPEED, "-tune-content", "screen",
            "-row-mt", "1", "-tile-columns", "1", "-threads", THREADS, "-auto-alt-ref", "0",
            "-g", str(KEYFRAME_S * fps), "-fps_mode", "passthrough",
            *metadata.arguments(film.title, film.about), "-f", "webm", url(path),
        ]
        # fmt: on
        shown = frozenset(picks)
        return PipeEncoder(
            Ffmpeg(arguments), path, film, containers.webm, pack, shown, size_px=(width, height)
        )
