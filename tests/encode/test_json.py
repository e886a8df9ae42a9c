import json
from pathlib import Path

import numpy as np

from render.encode.formats.json import JsonFormat


def test_numpy_numbers_and_unfinite_ones_are_plain_json(tmp_path):
    manifest = {
        "title": "Steigung – ü",
        "loss": np.float64(0.5),
        "frames": np.int64(240),
        "condition": float("inf"),
        "eigenvalues": np.array([1.0, np.nan]),
        "size": (1280, 720),
        "file": Path("outputs") / "slope.mp4",
        "ok": np.bool_(True),
    }
    JsonFormat().save(tmp_path / "m.json", [], manifest)
    data = (tmp_path / "m.json").read_bytes()
    assert json.loads(data) == {
        "title": "Steigung – ü",
        "loss": 0.5,
        "frames": 240,
        "condition": None,
        "eigenvalues": [1.0, None],
        "size": [1280, 720],
        "file": str(Path("outputs") / "slope.mp4"),
        "ok": True,
    }
    assert data.endswith(b"}\n")
    assert "ü".encode() in data
    assert data.startswith(b'{\n  "title"')
