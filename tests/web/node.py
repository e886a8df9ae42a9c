"""Calls functions of the page's modules in Node, with arrays and numbers to the last bit."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

from render.web.arrays import packed

PAGE = Path(__file__).parent.parent.parent / "render" / "web" / "page"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node to run the page's script")

# Arrays travel as `packed` has them; what is no number in JSON as a text.
RUNNER = """
import { createInterface } from "node:readline";
import { unpacked } from "./document.js";

function told(key, value) {
  if (value instanceof Float64Array) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { f8: Buffer.from(bytes).toString("base64") };
  }
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { module, name, given } = JSON.parse(line);
  const called = (await import(`./${module}.js`))[name];
  try {
    console.log(JSON.stringify({ result: called(...unpacked(given)) ?? null }, told));
  } catch (error) {
    console.log(JSON.stringify({ error: error.stack }));
  }
}
"""


@cache
def _process() -> subprocess.Popen[str]:
    folder = Path(mkdtemp(prefix="page-"))
    for file in PAGE.glob("*.js"):
        shutil.copy(file, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "runner.js").write_text(RUNNER)
    return subprocess.Popen(
        [str(NODE), "runner.js"], cwd=folder, text=True, stdin=-1, stdout=-1, encoding="utf-8"
    )


def call(module: str, name: str, *given: Any) -> Any:
    """What a function of a module returns; NumPy arrays are Float64Array there."""
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    message = {"module": module, "name": name, "given": given}
    process.stdin.write(json.dumps(message, default=packed) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline(), object_hook=_decoded)
    assert "error" not in answer, answer["error"]
    return answer["result"]


def _decoded(value: dict[str, Any]) -> Any:
    if [*value] == ["f8"]:
        return np.frombuffer(base64.b64decode(value["f8"]), "<f8")
    return float(value["number"].replace("Infinity", "inf")) if [*value] == ["number"] else value
