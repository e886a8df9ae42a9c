"""The alternative text of a film: two to six sentences from the recorded numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from render.config.language import language
from render.config.layout import kind_of
from render.config.spec import Spec
from render.numerals import percent, significant
from render.phrases import begun, counted, form, joined, listed, phrase
from render.projected import Basis, Projected
from render.results import Run
from render.scene import Scene


def number_text(value: float) -> str:
    """A number in four digits with a true minus sign."""
    return significant(value)


def values(named: Mapping[str, float]) -> str:
    """Names and their values: `w = −10 and b = 2`."""
    return listed([f"{name} = {number_text(value)}" for name, value in named.items()])


MAX_RUNS = 4  # runs that are described one by one; of more runs only the best and the worst
MAX_PARAMETERS = 6  # parameters that are named


MEASURED = {  # what moves in panels of measures
    "sharpness": phrase("the sharpness changes along its limit 2 / lr"),
    "singular_values": phrase("the singular values of the network grow"),
    "line": phrase("the loss on the straight line between both networks changes"),
    "risk": phrase("the loss on new points changes for each number of features"),
}


def sentences(spec: Spec, runs: Sequence[Run], scene: Scene) -> tuple[str, ...]:
    """What the film shows, the start and end of what moves, and the outcome."""
    first = _subject(spec, runs, scene)
    rest = _single(runs[0]) if len(runs) == 1 else _several(runs)
    say = language(spec.language).say
    return tuple(say(text) for text in (first, *rest))


def ahead(runs: Sequence[Run]) -> list[Run]:
    """The runs by their last loss, the lowest first; a loss that isn't finite is last."""
    return sorted(runs, key=lambda run: (run.recording.broke_off, run.recording.loss[-1]))


def _subject(spec: Spec, runs: Sequence[Run], scene: Scene) -> str:
    """The task of the runs, and the pictures that show it."""
    panels = {panel.kind for panel in scene.panels.values()}
    if spec.film.layout is not None:
        panels = {*map(kind_of, spec.film.layout.of(spec.film.size).kinds)}
    landscape = runs[0].landscape
    axes: Sequence[str] = landscape.axes
    if landscape.basis is not None:
        axes = _directions(landscape.basis)
        if any(_directions(b) != axes for run in runs if (b := run.landscape.basis) is not None):
            axes = [phrase("planes through the space of the weights")]
    motions = (
        [_descent(len(runs), axes, len(landscape.axes) == 2)]
        if "surface" in panels or len(landscape.axes) == 1
        else []
    )
    if "data" in panels and spec.model.needs_data:
        motions.append(phrase("the prediction moves to the data"))
    if "decision" in panels:
        motions.append(phrase("the regions of the classes change"))
    motions += [text for panel, text in MEASURED.items() if panel in panels]
    title, task = spec.plain_title, _task(runs)
    if not motions:
        return phrase("Animation “{title}”: {task}.", title=title, task=task)
    moving = motions[0]
    if len(motions) > 1:
        moving = phrase("{first} while {second}", first=motions[0], second=motions[1])
    return phrase("Animation “{title}”: {task}; {motion}.", title=title, task=task, motion=moving)


def _directions(basis: Basis) -> Sequence[str]:
    """What the axes of a plane through many parameters are."""
    directions = {
        "pca": phrase("the first two principal components of the weights"),
        "random": phrase("two random directions of the weights"),
        "hessian": phrase("the two directions in which the loss bends most"),
        "ends": phrase("the ends of both runs and the middle of their starts"),
    }
    return [directions[basis.kind]] if basis.kind in directions else basis.axes


def _descent(count: int, axes: Sequence[str], surface: bool) -> str:
    """What moves on the landscape."""
    if surface:
        one = form("a dot descends the loss surface over {axes}")
        several = form("{count} dots descend the loss surface over {axes}")
    else:
        one = form("a dot descends the loss curve")
        several = form("{count} dots descend the loss curve")
    return phrase(one if count == 1 else several, count=count, axes=listed(axes))


def _task(runs: Sequence[Run]) -> str:
    run = runs[0]
    spec = run.spec
    if not spec.model.needs_data:
        name = spec.model.title
        named = phrase("the {name} function", name=name.replace("_", " "))
        function = named if name else phrase("a function")
        return phrase(
            "gradient descent looks for the lowest point of {function}", function=function
        )
    points = counted(len(run.dataset.y), "point")
    if (away := run.recording.projected) is not None:
        counts = {one.recording.projected.count for one in runs if one.recording.projected}
        if len(counts) > 1:
            return phrase("gradient descent trains networks on {points}", points=points)
        count = f"{away.count:,}"
        return phrase(
            "gradient descent trains a network of {count} weights on {points}",
            count=count, points=points,
        )  # fmt: skip
    model = phrase(spec.model.title)
    return phrase("gradient descent fits a {model} model to {points}", model=model, points=points)


def _single(run: Run) -> list[str]:
    recording, landscape = run.recording, run.landscape
    if recording.projected is not None:
        return _network(run, recording.projected)
    names = recording.names[:MAX_PARAMETERS]
    start, end = (dict(zip(names, recording.params[row], strict=False)) for row in (0, -1))
    changes = [change(name, start[name], end[name]) for name in names]
    more = len(recording.names) - len(names)
    if more:
        one, several = (
            form("{count} more parameter with them"),
            form("{count} more parameters with them"),
        )
        changes.append(phrase(one if more == 1 else several, count=more))
    moved = phrase("{changes}.", changes=listed(changes))
    first, last = number_text(recording.loss[0]), number_text(recording.loss[-1])
    fell = phrase("The loss goes from {first} to {last}.", first=first, last=last)
    if landscape.exact:
        place = values({name: landscape.optimum[name] for name in names})
        moved = phrase(
            "{changes}; the minimum is at {place}.", changes=listed(changes), place=place
        )
        fell = phrase(
            "The loss goes from {first} to {last}; the lowest possible is {least}.",
            first=first, last=last, least=number_text(landscape.minimum),
        )  # fmt: skip
    how = {"rule": _rule(run), "length": _length(run)}
    trained = _trained(run)
    if recording.frozen:
        held = values(recording.frozen)
        trained = phrase(
            "It is trained with {rule} for {length}, with {held} held.", **how, held=held
        )
    missing = []
    if landscape.missing is not None:
        share = f"{100 * float(landscape.missing.mean()):.2g} %"
        left_out = phrase(
            "On {share} of the picture the loss is not finite or falls into a pole;"
            " that is left out.",
            share=share,
        )
        missing = [left_out]
    outcome = phrase("{sentence}.", sentence=begun(run.verdict.sentence))
    return [trained, moved, fell, outcome, *missing]


def _trained(run: Run) -> str:
    return phrase("It is trained with {rule} for {length}.", rule=_rule(run), length=_length(run))


def _network(run: Run, away: Projected) -> list[str]:
    """A run in many parameters: how it ended, and how much of it the plane shows."""
    outcome = phrase("{sentence}.", sentence=begun(run.verdict.sentence))
    gap, distance = number_text(away.gap(run.recording.loss)), number_text(away.distance.max())
    off = phrase(
        "The weights are up to {distance} away from the plane of the surface, and their loss"
        " differs from the surface by up to {gap}.",
        distance=distance, gap=gap,
    )  # fmt: skip
    told = [_trained(run), outcome, off]
    told += _held(run.landscape.basis)
    return [*told, *(phrase("{sentence}.", sentence=begun(phrase(text))) for text in away.remarks)]


def _held(basis: Basis | None) -> list[str]:
    """How much of the snapshots their principal components hold, beside a random walk."""
    if basis is None or len(basis.explained) < 2 or not len(basis.random_walk):
        return []
    held, walk = (percent(float(one[:2].sum())) for one in (basis.explained, basis.random_walk))
    return [
        phrase(
            "The plane holds {held} of the variance of {count} snapshots; of a random walk it would"
            " hold {walk}.",
            held=held, count=basis.snapshots, walk=walk,
        )
    ]  # fmt: skip


def change(name: str, start: float, end: float) -> str:
    """How a parameter changes: `w goes from −10 to 2`."""
    before, after = number_text(start), number_text(end)
    return phrase("{name} goes from {start} to {end}", name=name, start=before, end=after)


def _several(runs: Sequence[Run]) -> list[str]:
    order = ahead(runs)
    described = runs if len(runs) <= MAX_RUNS else [order[0], order[-1]]
    paths = joined("; ", [_path(run) for run in described])
    ends = [
        phrase(
            "{label} {loss} ({verdict})",
            label=run.plain_label,
            loss=number_text(run.recording.loss[-1]),
            verdict=run.verdict.word,
        )
        for run in order
    ]
    labels, count = listed([run.plain_label for run in runs]), len(runs)
    if count <= MAX_RUNS:
        compared = phrase("{count} runs are compared: {labels}.", count=count, labels=labels)
        told = phrase("{paths}.", paths=paths)
    else:
        compared = phrase(
            "{count} runs are compared by their last loss: {ends}.", count=count, ends=listed(ends)
        )
        told = phrase("Of them, {paths}.", paths=paths)
    shared = {id(run.landscape): run.landscape for run in runs}
    held = _held(runs[0].landscape.basis) if len(shared) == 1 else []
    return [compared, told, phrase("{sentence}.", sentence=leader(runs)), *held]


def _path(run: Run) -> str:
    """One of several runs: its optimizer, its start and end, its outcome."""
    recording = run.recording
    start, end = (_row(run, row) for row in (0, -1))
    if recording.projected is not None:
        return phrase(
            "{label} ({rule}, {length}): {sentence}",
            label=run.plain_label, rule=_rule(run), length=_length(run),
            sentence=run.verdict.sentence,
        )  # fmt: skip
    return phrase(
        "{label} ({rule}, {length}) goes from {start} to {end},"
        " the loss from {first} to {last}: {verdict}",
        label=run.plain_label,
        rule=_rule(run),
        length=_length(run),
        start=values(start),
        end=values(end),
        first=number_text(recording.loss[0]),
        last=number_text(recording.loss[-1]),
        verdict=run.verdict.word,
    )


def leader(runs: Sequence[Run]) -> str:
    """Which run is ahead at the end. Runs with different data or losses are not compared."""
    first, second, *_ = ahead(runs)
    low, next_ = (float(run.recording.loss[-1]) for run in (first, second))
    if first.recording.broke_off:
        return phrase("At the end no run is ahead: all have diverged")
    if number_text(low) == number_text(next_) and not second.recording.broke_off:
        level = [
            run.plain_label
            for run in ahead(runs)
            if number_text(run.recording.loss[-1]) == number_text(low)
        ]
        return phrase(
            "At the end {labels} are level with a loss of {loss}",
            labels=listed(level), loss=number_text(low),
        )  # fmt: skip
    comparable = all(
        (run.spec.dataset, run.spec.seed, run.spec.loss, run.spec.model.needs_data)
        == (first.spec.dataset, first.spec.seed, first.spec.loss, first.spec.model.needs_data)
        for run in runs
    )
    ahead_of = form("At the end {label} is ahead with a loss of {loss}")
    lowest = form("At the end {label} ends lowest, with a loss of {loss}")
    said = ahead_of if comparable else lowest
    return phrase(said, label=first.plain_label, loss=number_text(low))


def _row(run: Run, row: int) -> Mapping[str, float]:
    return dict(zip(run.recording.names[:MAX_PARAMETERS], run.recording.params[row], strict=False))


def _rule(run: Run) -> str:
    """The optimizer and its rates: `sgd at a learning rate of 0.1`, or from one to another."""
    kind = run.spec.optimizer.title or phrase("an optimizer of its own")
    rates = run.recording.lr[np.isfinite(run.recording.lr)]
    if scales := run.spec.optimizer.lr_scale:
        own = ", ".join(number_text(run.spec.optimizer.lr * scale) for scale in scales)
        return phrase("{optimizer} at learning rates of {rates}", optimizer=kind, rates=own)
    if not len(rates) and np.isnan(run.spec.optimizer.lr):
        return kind
    if not len(rates):
        rate = number_text(run.spec.optimizer.lr)
        return phrase("{optimizer} at a learning rate of {rate}", optimizer=kind, rate=rate)
    first, last = number_text(rates[0]), number_text(rates[-1])
    if first == last:
        return phrase("{optimizer} at a learning rate of {rate}", optimizer=kind, rate=first)
    return phrase(
        "{optimizer} at a learning rate that goes from {first} to {last}",
        optimizer=kind, first=first, last=last,
    )  # fmt: skip


def _length(run: Run) -> str:
    recording = run.recording
    steps = counted(recording.steps, "step")
    if not (run.spec.model.needs_data and recording.counts_epochs):
        return steps
    epochs = float(recording.epoch[-1])
    count = round(epochs, 2) if epochs != int(epochs) else int(epochs)
    length = counted(count, "epoch")
    if recording.per_epoch == 1:
        return length
    each = f"{recording.per_epoch:,}"
    return phrase("{epochs} of {count} steps each", epochs=length, count=each)
