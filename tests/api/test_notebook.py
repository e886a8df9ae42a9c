"""A notebook that shows a film, run by Jupyter's own machinery; its output is decoded."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import imageio.v3 as iio
import imageio_ffmpeg
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent.parent
CELLS = [
    "import render\nfilm = render.load('configs/slope.yaml', ['film.duration=2'])",
    "film",
    "film.recording.to_pandas().tail(1)",
    "from IPython.display import HTML\nHTML(film.but(fps=2).animation().to_jshtml())",
]


@pytest.mark.slow
def test_a_film_shows_itself_in_a_notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()

    shown, table, played = (cell.outputs[-1].data for cell in notebook.cells[1:])
    page = shown["text/html"]
    (video,) = re.findall(r"data:video/mp4;base64,([^\"]+)", page)
    (tmp_path / "film.mp4").write_bytes(base64.b64decode(video))
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film.mp4"))
    assert (frames, round(seconds, 2)) == (30, 2)
    last = list(imageio_ffmpeg.read_frames(str(tmp_path / "film.mp4")))[-1]
    assert len(last) == 854 * 480 * 3
    poster = iio.imread(base64.b64decode(shown["image/png"]))
    assert poster.shape == (480, 854, 3)
    assert shown["text/plain"].startswith("<Film slope: ")
    assert len(nbformat.writes(notebook)) < 2_000_000

    assert "grad_w" in table["text/html"]
    assert played["text/html"].count("data:image/png;base64") == 4
