"""The GIF: how long it takes to encode, how large it is, how near to the frames it was made of."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from render.encode.formats.gif import GifFormat
from tests.benchmark.reel import Reel
from tests.benchmark.sample import Bench, Sample

RGB = npt.NDArray[np.uint8]  # (height, width, 3)


def gif(bench: Bench) -> Sample:
    """Encode the frames from memory, palette included, then decode the file and compare."""
    path = bench.folder / "clip.gif"
    reel = bench.clip
    started_s = time.perf_counter()
    encoder = GifFormat().open(path, reel.clip)
    try:
        for frame in reel:
            encoder.write(frame)
        encoder.close()
    except BaseException:
        encoder.abort()
        raise
    seconds = time.perf_counter() - started_s
    facts = {"bytes": path.stat().st_size, **compared(path, reel)}
    return Sample(seconds, len(reel.frames), facts=facts)


def compared(path: Path, reel: Reel) -> dict[str, float]:
    """PSNR of all frames together; theme colours that come back exactly, still pixels that stay."""
    theme = [_packed(np.array(colour, np.uint8)) for colour in dict.fromkeys(reel.clip.colours)]
    error, pixels = 0.0, 0
    own, exact, resting, rested = 0, 0, 0, 0
    before: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]] | None = None
    with Image.open(path) as image:
        pictures = (np.asarray(p.convert("RGB")) for p in ImageSequence.Iterator(image))
        for frame, decoded in zip(reel, pictures, strict=True):
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
