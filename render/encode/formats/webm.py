"""VP9 video for pages, also without a background: frames in, a .webm out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.pipe import PipeEncoder, raw
from render.encode.resample import ResampledFormat, resizer
from render.encode.yuv import Planes, bled
from render.recording import Pixels

COLOUR = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
CONVERTED = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int"

# 240 plot-like frames, 1280×720, 2 cores: VP9 `realtime` 1.5 s, 434 kB; `good` 20 s, 325 kB;
# AV1 (SVT, preset 8) 3.0 s, 325 kB. VP9 plays in more places and can be transparent.
SPEED = "6"
THREADS = "2"
KEYFRAME_S = 4  # from one to the next: each costs as much as half a second of film


@dataclass(frozen=True)
class WebmFormat(ResampledFormat):
    """VP9 video for web pages; without a background where the theme has none."""

    suffix: ClassVar[str] = ".webm"
    alpha: ClassVar[bool] = True
    even: ClassVar[bool] = True

    crf: Annotated[
        Integer, Field(ge=1, le=50, description="VP9's quality: lower is better and larger")
    ] = 24

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        (width, height), picks, fps = self.size_px(clip), self.picks(clip), self.rate(clip)
        resize, planes = resizer(clip.size_px, (width, height), clip.clear), Planes((width, height))

        def pack(pixels: Pixels) -> Iterable[memoryview]:
            if clip.clear:  # straight alpha, as browsers want it; ffmpeg makes its four planes
                yield from raw(bled(resize(pixels)))
            else:
                yield planes.of(resize(pixels)).data

        fed, kept = ("rgba", "yuva420p") if clip.clear else ("yuv420p", "yuv420p")
        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", fed, "-video_size", f"{width}x{height}",
            "-framerate", str(fps), "-i", "pipe:0", "-an",
            "-vf", f"{CONVERTED},format={kept},{COLOUR}" if clip.clear else COLOUR,
            "-c:v", "libvpx-vp9", "-crf", str(self.crf), "-b:v", "0",
            "-deadline", "realtime", "-cpu-used", SPEED, "-tune-content", "screen",
            "-row-mt", "1", "-tile-columns", "1", "-threads", THREADS, "-auto-alt-ref", "0",
            "-g", str(KEYFRAME_S * fps), "-fps_mode", "passthrough",
            *metadata.arguments(clip.title, clip.about), "-f", "webm", url(path),
        ]
        # fmt: on
        return PipeEncoder(Ffmpeg(arguments), path, clip, pack, frozenset(picks))
