"""The files of a map of runs: pictures, a table, numbers."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.config.map import MapAxis
from render.config.spec import Spec
from render.config.theme import Theme
from render.describe.manifest import versions
from render.encode.metadata import labelled
from render.errors import RenderError
from render.learn.map.ragged import LEAST_BOX, dimension
from render.learn.map.result import RunMap

if TYPE_CHECKING:
    from render.draw.map_picture import MapPicture

LIBRARIES = ("numpy", "torch")
PICTURES = ("png", "svg", "html")  # that are drawn
KINDS = ("png", "svg", "csv", "json", "html")


def write_map(
    spec: Spec,
    theme: Theme,
    run_map: RunMap,
    files: Mapping[str, Path],
    sets: Sequence[str] = (),
) -> None:
    """Write each file by its kind. Raises RenderError."""
    drawn: MapPicture | None = None
    if {*files} & {*PICTURES}:
        from render.draw.map_picture import draw_map

        assert spec.map is not None
        drawn = draw_map(spec, theme, run_map, spec.map.places(spec))
    writers: dict[str, Callable[[Path], None]] = {
        "csv": lambda path: _written(path, lambda: write_csv(path, run_map)),
        "json": lambda path: _written(path, lambda: write_json(path, spec, run_map)),
    }
    for kind, path in files.items():
        if drawn is not None and kind == "png":
            png = _png(spec, run_map, drawn)
            _written(path, partial(path.write_bytes, png))
        elif drawn is not None and kind == "svg":
            drawn.save_svg(path, labelled(spec.plain_title, about(spec, run_map)))
        elif drawn is not None and kind == "html":
            _write_page(path, spec, theme, run_map, drawn, sets)
        else:
            writers[kind](path)


def _written(path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise RenderError(f"can't write {path.name}: {error.strerror or error}") from error


def about(spec: Spec, run_map: RunMap) -> dict[str, str]:
    """What a picture says about itself."""
    return {"Comment": f"a map of runs: {run_map.options.x}, {run_map.options.y}"}


def _png(spec: Spec, run_map: RunMap, drawn: MapPicture) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    from render.encode.image import encode_image

    chunks = PngInfo()
    for key, text in labelled(spec.plain_title, about(spec, run_map)).items():
        chunks.add_itxt(key, text)
    return bytes(encode_image(drawn.pixels(), ".png", pnginfo=chunks))


def _write_page(
    path: Path,
    spec: Spec,
    theme: Theme,
    run_map: RunMap,
    drawn: MapPicture,
    sets: Sequence[str],
) -> None:
    from render.web.map_page import map_page

    png = _png(spec, run_map, drawn)
    text = map_page(spec, theme, run_map, png, drawn.size_px, drawn.area, sets)
    _written(path, lambda: path.write_text(text, encoding="utf-8"))


def write_csv(path: Path, run_map: RunMap) -> None:
    """A row for each run: both keys by their names, verdict, epochs until converged, last loss."""
    options = run_map.options
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        which = ["window"] if run_map.zoomed else []
        table.writerow([*which, options.x.key, options.y.key, "verdict", "epochs", "loss"])
        for number, window in enumerate(run_map.windows, 1):
            which = [str(number)] if run_map.zoomed else []
            table.writerows([*which, *row] for row in _rows(window))


def _rows(run_map: RunMap) -> Iterator[list[Any]]:
    """A row for each run of a map."""
    options = run_map.options
    words, x, y = run_map.words(), run_map.x.tolist(), run_map.y.tolist()
    for row, high in enumerate(y):
        cells = zip(
            x,
            words[row].tolist(),
            run_map.epochs[row].tolist(),
            run_map.loss[row].tolist(),
            strict=True,
        )
        for wide, word, epochs, loss in cells:
            yield [typed(options.x, wide), typed(options.y, high), word, known(epochs), loss]


def typed(axis: MapAxis, value: float) -> float | int:
    """A value as a config has it."""
    return int(value) if axis.whole else value


def known(number: float) -> Any:
    """A number as tables have it; nothing where it is not known."""
    return "" if math.isnan(number) else number


def facts(spec: Spec, run_map: RunMap) -> dict[str, Any]:
    """What a map is, for programs."""
    options = run_map.options
    assert spec.map is not None
    axes = {"x": options.x, "y": options.y}
    return {
        "format": "descent-film map 1",
        "title": spec.plain_title,
        "config": spec.path.name,
        "map": options.written(),
        "axes": {
            name: {
                "key": axis.key,
                "scale": "log" if axis.log else "lin",
                "values": [typed(axis, value) for value in values.tolist()],
            }
            for (name, axis), values in zip(axes.items(), (run_map.x, run_map.y), strict=True)
        },
        "epochs": run_map.trained,
        "verdicts": run_map.counts(),
        **({"windows": [_window(one) for one in run_map.windows]} if run_map.zoomed else {}),
        "limit": [[float(x), float(y)] for x, y in run_map.boundary.tolist()],
        "runs": [
            {"label": label, options.x.key: x, options.y.key: y}
            for label, x, y in spec.map.places(spec)
        ],
        "versions": versions(LIBRARIES),
    }


def _window(run_map: RunMap) -> dict[str, Any]:
    """One of the windows, without its runs."""
    found = dimension(run_map.verdict)
    measured: dict[str, Any] = {}
    if found is not None:
        measured = {"box_counting": found[0], "boxes_px": [LEAST_BOX, found[1]]}
    return {**run_map.options.written(), "verdicts": run_map.counts(), **measured}


def write_json(path: Path, spec: Spec, run_map: RunMap) -> None:
    """What the map is, how many runs have each verdict, and all runs, a list for each row."""
    loss = [[v if math.isfinite(v) else None for v in row] for row in run_map.loss.tolist()]
    epochs = [[v if math.isfinite(v) else None for v in row] for row in run_map.epochs.tolist()]
    data = {
        **facts(spec, run_map),
        "verdict": run_map.words().tolist(),
        "epochs_to_convergence": epochs,
        "loss": loss,
    }
    path.write_text(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
