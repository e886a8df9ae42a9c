"""The handout of a film: a vector page for each stop, with what can be said there above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, IdentityTransform

from render.cells import MARGIN_EM
from render.draw.stage import PRINTED, Stage, known_metadata
from render.draw.style import DPI, families, house_style
from render.draw.text import FIRST_EM, LINE_EM, lines_em, natural_width
from render.errors import EncodeError
from render.recording import own_errstate

if TYPE_CHECKING:
    from render.timeline.plan import Moment
    from render.timeline.stops import Stop

GAP_EM = 1.0  # above the words and beneath them, together


def print_handout(
    stage: Stage,
    pages: Sequence[tuple[Stop, Moment]],
    path: Path,
    kind: str,
    about: Mapping[str, str],
) -> None:
    """Write a page for each stop, all of one size. Raises EncodeError."""
    drawing = BytesIO()
    with house_style(PRINTED), own_errstate():
        strips = _strips(stage, [stop for stop, _ in pages])
        width, height = stage.size_px
        low = max(len(lines) for lines in strips)
        strip_px = (lines_em(low) + GAP_EM) * stage.layers.type.text
        # Above: artists that count pixels from the lower left stay where they are.
        page = Bbox.from_extents(0, 0, width / DPI, (height + strip_px) / DPI)
        with PdfPages(drawing, metadata=known_metadata(kind, about)) as pdf:
            for number, ((_, moment), lines) in enumerate(zip(pages, strips, strict=True), 1):
                stage.draw(moment)
                words = _words(stage, lines, f"{number} / {len(pages)}", strip_px)
                for artist in words:
                    stage.figure.add_artist(artist)
                try:
                    pdf.savefig(stage.figure, bbox_inches=page)
                finally:
                    for artist in words:
                        artist.remove()
    try:
        path.write_bytes(drawing.getvalue())
    except OSError as error:
        raise EncodeError(f"can't write the handout: {error.strerror or error}") from error


def _strips(stage: Stage, stops: Sequence[Stop]) -> list[Sequence[str]]:
    """The lines above each page: its words, or the numbers where the picture has the words."""
    drawn = {" ".join(line.text.split()) for line in stage.context.captions}
    drawn = drawn if "caption" in stage.cells else set()
    text_px = stage.layers.type.text
    room = stage.size_px[0] - 2 * MARGIN_EM * text_px - natural_width("00 / 00 ", text_px)
    return [
        stage.layers.wrapped(" ".join(words.split()), room)
        for words in (stop.numbers if stop.words in drawn else stop.words for stop in stops)
    ]


def _words(
    stage: Stage, lines: Sequence[str], number: str, strip_px: float
) -> list[Rectangle | Text]:
    """The strip above the picture; coordinates are pixels from the picture's lower left."""
    theme, text_px = stage.context.theme, stage.layers.type.text
    (width, height), margin = stage.size_px, MARGIN_EM * text_px
    placed = [(margin, "left", line, row) for row, line in enumerate(lines)]
    placed.append((width - margin, "right", number, 0))
    texts = [
        Text(
            x,
            height + strip_px - (GAP_EM / 2 + FIRST_EM + LINE_EM * row) * text_px,
            text,
            color=theme.text,
            fontfamily=families(text),
            fontsize=text_px,
            ha=side,
            parse_math=False,
            transform=IdentityTransform(),
        )
        for x, side, text, row in placed
    ]
    if theme.clear:
        return [*texts]
    strip = Rectangle(
        (0, height),
        width,
        strip_px,
        linewidth=0,
        facecolor=theme.background,
        transform=IdentityTransform(),
    )
    return [strip, *texts]
