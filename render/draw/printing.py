"""A moment on a stage in, the same picture as a vector drawing out: .svg or .pdf.

Strokes, dots and letters are shapes; a surface is the picture that the film shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl

from render.draw.stage import Stage
from render.errors import EncodeError
from render.timeline.plan import Moment

SETTINGS: Any = {
    "svg.fonttype": "path",  # whoever looks at it need not have our fonts
    "svg.hashsalt": "descent-film",  # names of its parts would be random otherwise
    "pdf.fonttype": 42,  # TrueType: letters stay letters, for searching and copying
}


def printed(stage: Stage, moment: Moment, path: Path, kind: str, about: Mapping[str, str]) -> None:
    """Write the frame of this moment. Use inside `house_style()`. Raises EncodeError."""
    stage.draw(moment)
    drawing = BytesIO()
    with mpl.rc_context(SETTINGS):
        stage.figure.savefig(drawing, format=kind, metadata=_known(kind, about))
    data = drawing.getvalue()
    if kind == "svg":  # Matplotlib says points, of which a browser makes 4/3 pixels
        data = re.sub(
            rb'(<svg [^>]*?width="[\d.]+)pt(" height="[\d.]+)pt"', rb'\1\2"', data, count=1
        )
    try:
        path.write_bytes(data)
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error


def _known(kind: str, about: Mapping[str, str]) -> dict[str, Any]:
    """What it says of itself by the names of its kind; no date, which would change its bytes."""
    title, software = about.get("Title"), about.get("Software", "descent-film")
    comment = about.get("Comment")
    if kind == "pdf":
        known = {"Title": title, "Subject": comment, "Creator": software, "Producer": software}
        return {**{k: v for k, v in known.items() if v}, "CreationDate": None}
    known = {"Title": title, "Description": comment, "Creator": software}
    return {**{k: v for k, v in known.items() if v}, "Date": None}
