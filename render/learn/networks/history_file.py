"""A history as a file: an npz of plain arrays, so that reading it runs no code."""

from __future__ import annotations

import json
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from render.errors import RenderError
from render.learn.networks.history import History
from render.learn.networks.rows import MEMORY_BYTES

FORMAT = "descent-film history 1"
BUFFER = "buffer:"
ROWS = ("weights", "step", "epoch", "batch_loss", "lr")


@dataclass(frozen=True)
class HistoryFile:
    """What a file holds."""

    history: History
    per_epoch: int | None  # steps, if known
    facts: dict[str, Any]  # texts of the loop, such as its optimizer's line
    remarks: tuple[str, ...]


def write(path: Path, file: HistoryFile) -> None:
    """Write it, uncompressed: weights hardly compress, and so can be mapped. Raises OSError."""
    history = file.history
    about = {
        "format": FORMAT,
        "names": history.names,
        "shapes": history.shapes,
        "broke_off": history.broke_off,
        "per_epoch": file.per_epoch,
        "facts": file.facts,
        "remarks": file.remarks,
    }
    text = np.frombuffer(json.dumps(about).encode(), np.uint8)
    arrays: dict[str, Any] = {"about": text, **{name: getattr(history, name) for name in ROWS}}
    if history.gradients is not None:
        arrays["gradients"] = history.gradients
    arrays |= {BUFFER + name: values for name, values in history.buffers.items()}
    with path.open("wb") as opened:
        np.savez(opened, **arrays)


def read(path: Path) -> HistoryFile:
    """Read it; large weights stay in the file, and are read when they are needed.

    Raises RenderError for a file that can't be read or is none of ours.
    """
    try:
        with np.load(path, allow_pickle=False) as opened:
            if "about" not in opened:
                raise ValueError("no recorder wrote it")
            about = json.loads(opened["about"].tobytes())
            if about.get("format") != FORMAT:
                raise ValueError(f"its format is not '{FORMAT}'")
            arrays = {name: opened[name] for name in opened.files if name != "weights"}
        arrays["weights"] = _weights(path)
        history = _history(arrays, about)
        per_epoch = about["per_epoch"]
        return HistoryFile(history, per_epoch, dict(about["facts"]), tuple(about["remarks"]))
    except OSError as error:
        raise RenderError(f"{path}: can't be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        ours = "expected a file that recorder.save(…) wrote"
        why = f": {error}" if isinstance(error, ValueError) else ""
        raise RenderError(f"{path}: is no recorded run{why}; {ours}") from None


def _weights(path: Path) -> npt.NDArray[np.floating[Any]]:
    """The array of the weights, mapped if it is large."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("weights.npy")
        if info.file_size <= MEMORY_BYTES or info.compress_type != zipfile.ZIP_STORED:
            with np.load(path, allow_pickle=False) as opened:
                return np.asarray(opened["weights"])
        with archive.open(info) as member:
            version = np.lib.format.read_magic(member)
            if version != (1, 0):
                raise ValueError("its weights are of another version of NumPy")
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
            header = member.tell()
    if fortran or dtype.hasobject:
        raise ValueError("its weights are no plain rows")
    with path.open("rb") as opened:
        opened.seek(info.header_offset + 26)  # of the lengths of name and extra field, see APPNOTE
        name, extra = (int.from_bytes(opened.read(2), "little") for _ in range(2))
    start = info.header_offset + 30 + name + extra + header
    return np.memmap(path, dtype, "r", start, shape)


def _history(arrays: dict[str, Any], about: dict[str, Any]) -> History:
    """The history of a file. Raises ValueError for arrays that don't fit each other."""
    shapes = tuple(tuple(shape) for shape in about["shapes"])
    weights = arrays["weights"]
    count = sum(math.prod(shape) for shape in shapes)
    rows = {name: np.asarray(arrays[name]) for name in ROWS[1:]}
    buffers = {k.removeprefix(BUFFER): v for k, v in arrays.items() if k.startswith(BUFFER)}
    gradients = arrays.get("gradients")
    if weights.ndim != 2 or weights.shape[1] != count or weights.dtype.kind != "f":
        raise ValueError("its weights don't fit the shapes of its parameters")
    each = [*rows.values(), *buffers.values(), *([] if gradients is None else [gradients])]
    if any(len(one) != len(weights) for one in each) or len(shapes) != len(about["names"]):
        raise ValueError("its arrays have different lengths")
    return History(
        run="",
        names=tuple(about["names"]),
        shapes=shapes,
        weights=weights,
        buffers=buffers,
        gradients=gradients,
        broke_off=bool(about["broke_off"]),
        **rows,
    )
