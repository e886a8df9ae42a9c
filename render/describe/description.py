"""The alternative text of a film: two to six sentences from the recorded numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from render import registry
from render.config.layout import kind_of
from render.config.spec import Spec
from render.numerals import significant
from render.results import Run
from render.scene import Scene


def number_text(value: float) -> str:
    """A number in four digits with a true minus sign."""
    return significant(value)


def count_text(count: float, noun: str) -> str:
    """A count with its noun: `1 step`, `4 steps`."""
    return f"{count:,g} {noun}" if count == 1 else f"{count:,g} {noun}s"


def join_words(words: Sequence[str]) -> str:
    """Words joined as in a sentence: `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def values(named: Mapping[str, float]) -> str:
    """Names and their values: `w = −10 and b = 2`."""
    return join_words([f"{name} = {number_text(value)}" for name, value in named.items()])


MAX_RUNS = 4  # runs that are described one by one; of more runs only the best and the worst
MAX_PARAMETERS = 6  # parameters that are named


def sentences(spec: Spec, runs: Sequence[Run], scene: Scene) -> tuple[str, ...]:
    """What the film shows, the start and end of what moves, and the outcome."""
    first = _subject(spec, runs, scene)
    rest = _single(runs[0]) if len(runs) == 1 else _several(runs)
    return first, *rest


def ahead(runs: Sequence[Run]) -> list[Run]:
    """The runs by their last loss, the lowest first; a loss that isn't finite is last."""
    return sorted(runs, key=lambda run: (run.recording.broke_off, run.recording.loss[-1]))


def _subject(spec: Spec, runs: Sequence[Run], scene: Scene) -> str:
    """The task of the runs, and the pictures that show it."""
    panels = {panel.kind for panel in scene.panels.values()}
    if spec.film.layout is not None:
        panels = {*map(kind_of, spec.film.layout.of(spec.film.size).kinds)}
    axes = runs[0].landscape.axes
    surface = f"the loss surface over {join_words(axes)}" if len(axes) == 2 else "the loss curve"
    dot = "a dot descends" if len(runs) == 1 else f"{len(runs)} dots descend"
    motions = [f"{dot} {surface}"] if "surface" in panels or len(axes) == 1 else []
    if "data" in panels and spec.model.needs_data:
        motions.append("the prediction moves to the data")
    moving = f"; {' while '.join(motions)}" if motions else ""
    return f"Animation “{spec.plain_title}”: {_task(runs[0])}{moving}."


def _task(run: Run) -> str:
    spec = run.spec
    if not spec.model.needs_data:
        name = spec.model.title
        function = f"the {name.replace('_', ' ')} function" if name else "a function"
        return f"gradient descent looks for the lowest point of {function}"
    points = count_text(len(run.dataset.y), "point")
    return f"gradient descent fits a {spec.model.title} model to {points}"


def _single(run: Run) -> list[str]:
    recording, landscape = run.recording, run.landscape
    names = recording.names[:MAX_PARAMETERS]
    start, end = (dict(zip(names, recording.params[row], strict=False)) for row in (0, -1))
    changes = [
        f"{name} goes from {number_text(start[name])} to {number_text(end[name])}" for name in names
    ]
    more = len(recording.names) - len(names)
    if more:
        changes.append(f"{count_text(more, 'more parameter')} with them")
    best = ""
    if landscape.exact:
        best = f"; the minimum is at {values({n: landscape.optimum[n] for n in names})}"
    loss = (
        f"The loss goes from {number_text(recording.loss[0])} to {number_text(recording.loss[-1])}"
    )
    lowest = f"; the lowest possible is {number_text(landscape.minimum)}" if landscape.exact else ""
    held = f", with {values(recording.frozen)} held" if recording.frozen else ""
    missing = []
    if landscape.missing is not None:
        share = f"{100 * float(landscape.missing.mean()):.2g} %"
        left_out = "the loss is not finite or falls into a pole; that is left out"
        missing = [f"On {share} of the picture {left_out}."]
    return [
        f"It is trained with {_rule(run)} for {_length(run)}{held}.",
        f"{join_words(changes)}{best}.",
        f"{loss}{lowest}.",
        f"{sentence(run.verdict.sentence)}.",
        *missing,
    ]


def _several(runs: Sequence[Run]) -> list[str]:
    order = ahead(runs)
    described = runs if len(runs) <= MAX_RUNS else [order[0], order[-1]]
    some = "" if len(runs) <= MAX_RUNS else "Of them, "
    paths = "; ".join(_path(run) for run in described)
    ends = [
        f"{run.plain_label} {number_text(run.recording.loss[-1])} ({run.verdict.word})"
        for run in order
    ]
    labels = join_words([run.plain_label for run in runs])
    compared = (
        f": {labels}" if len(runs) <= MAX_RUNS else f" by their last loss: {join_words(ends)}"
    )
    return [
        f"{len(runs)} runs are compared{compared}.",
        f"{some}{paths}.",
        f"{leader(runs)}.",
    ]


def _path(run: Run) -> str:
    """One of several runs: its optimizer, its start and end, its outcome."""
    recording = run.recording
    start, end = (_row(run, row) for row in (0, -1))
    return (
        f"{run.plain_label} ({_rule(run)}, {_length(run)}) goes from {values(start)} to"
        f" {values(end)},"
        f" the loss from {number_text(recording.loss[0])} to {number_text(recording.loss[-1])}:"
        f" {run.verdict.word}"
    )


def leader(runs: Sequence[Run]) -> str:
    """Which run is ahead at the end. Runs with different data or losses are not compared."""
    first, second, *_ = ahead(runs)
    low, next_ = (float(run.recording.loss[-1]) for run in (first, second))
    if first.recording.broke_off:
        return "At the end no run is ahead: all have diverged"
    if number_text(low) == number_text(next_) and not second.recording.broke_off:
        level = [
            run.plain_label
            for run in ahead(runs)
            if number_text(run.recording.loss[-1]) == number_text(low)
        ]
        return f"At the end {join_words(level)} are level with a loss of {number_text(low)}"
    comparable = all(
        (run.spec.dataset, run.spec.seed, run.spec.loss, run.spec.model.needs_data)
        == (first.spec.dataset, first.spec.seed, first.spec.loss, first.spec.model.needs_data)
        for run in runs
    )
    how = "is ahead" if comparable else "ends lowest,"
    return f"At the end {first.plain_label} {how} with a loss of {number_text(low)}"


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _row(run: Run, row: int) -> Mapping[str, float]:
    return dict(zip(run.recording.names[:MAX_PARAMETERS], run.recording.params[row], strict=False))


def _rule(run: Run) -> str:
    """The optimizer and its rates: `sgd at a learning rate of 0.1`, or from one to another."""
    kind = registry.name_of(type(run.spec.optimizer))
    rates = run.recording.lr[np.isfinite(run.recording.lr)]
    if not len(rates):
        return f"{kind} at a learning rate of {number_text(run.spec.optimizer.lr)}"
    first, last = number_text(rates[0]), number_text(rates[-1])
    if first == last:
        return f"{kind} at a learning rate of {first}"
    return f"{kind} at a learning rate that goes from {first} to {last}"


def _length(run: Run) -> str:
    recording = run.recording
    steps = count_text(recording.steps, "step")
    if not run.spec.model.needs_data:
        return steps
    epochs = float(recording.epoch[-1])
    count = round(epochs, 2) if epochs != int(epochs) else int(epochs)
    each = f" of {recording.per_epoch:,} steps each" if recording.per_epoch > 1 else ""
    return f"{count_text(count, 'epoch')}{each}"
