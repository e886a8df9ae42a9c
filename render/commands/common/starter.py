"""The config that a new film begins with: renders as it is, and explains its keys."""

from __future__ import annotations

SCHEMA = "scene.schema.json"
EDITORS = f"# yaml-language-server: $schema={SCHEMA}"

STARTER = """\
# Leave out what you don't need: everything has a default. `python -m render list` says what
# there is to choose from, `python -m render check` whether all is well.
title: TITLE
seed: 1                            # another number: other noise

dataset:                           # the points; list datasets has others, your own CSV too
  kind: line                       # y = slope·x + intercept + noise·randn
  slope: 2
  intercept: 1
  noise: 0.3                       # standard deviation of the noise

model:                             # what is fitted to them
  kind: linear                     # ŷ = w·x + b
  weight: -4                       # where w starts; {value: -4, frozen: true} keeps it there
  bias: 6                          # where b starts

loss: mse                          # mse, half_mse, mae, huber …
optimizer: {kind: sgd, lr: 0.12}   # the update rule and its learning rate
training: {epochs: 15, batch_size: full}   # passes over the data; points a step sees

film:
  size: [1280, 720]                # width, height in pixels
  fps: 30                          # frames per second
  duration: 8                      # seconds
  theme: night                     # night, paper, contrast, colorblind, transparent

captions:                          # texts, each with its time: 2s, 50%, step 3, epoch 4, end
  - {at: 0s, text: "It starts at w = {w:.1f}, b = {b:.1f}"}
  - {at: end, text: "After {epoch} epochs the loss is {loss:.3f}"}

outputs: [mp4, gif, png, csv, json]
"""


def starter(title: str) -> str:
    """The text of a new config."""
    return f"{EDITORS}\n{STARTER.replace('TITLE', quoted(title))}"


def copied(text: str, title: str) -> str:
    """The text of another config under a title of its own, the rest as it is."""
    lines = text.removeprefix("\ufeff").splitlines()
    lines = [line for line in lines if not line.startswith("# yaml-language-server:")]
    new = f"title: {quoted(title)}"
    at = next((i for i, line in enumerate(lines) if line.startswith("title:")), None)
    if at is None:
        at = next((i for i, line in enumerate(lines) if line and not line.startswith("#")), 0)
        lines.insert(at, new)
    else:
        lines[at] = new
    return "\n".join([EDITORS, *lines]) + "\n"


def quoted(text: str) -> str:
    """A text as YAML can't take for anything else."""
    plain = text.replace(" ", "").isalpha() and text.lower() not in {"true", "false", "null"}
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
