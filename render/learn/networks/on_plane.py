"""From the kept weights of a film's runs to their recordings and landscapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from render.config.spec import Spec
from render.learn.measures.base import NetworkMeasure, Subject
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.planes import PlaneOptions
from render.learn.networks.scan import Tally, drawn
from render.learn.networks.training import evaluation_of
from render.learn.record import Progress, silent
from render.projected import Measurement
from render.recording import Dataset, Landscape, Recording

PARTS = 1000  # of the progress of each run
Drawn = tuple[Sequence[Recording], Sequence[Landscape]]


def on_plane(
    spec: Spec,
    datasets: Sequence[Dataset],
    histories: Sequence[History],
    progress: Progress = silent,
) -> Drawn:
    """The recording and the landscape of each run of a film of networks.

    In a race all have one plane and one landscape; in a grid each has its own, and where they
    share their scales and have the same loss, the same height. `progress(done, total)` is called
    while losses are computed. Raises RenderError, and TruthError where a recorded loss or the
    surface is not what the model gives.
    """
    evaluations = _evaluations(spec, datasets)
    if any(one.measure for one in spec.each):
        whole, progress = progress, partial(_report, progress, 0, 2)
    if len(histories) == 1 or spec.film.runs == "race":
        _check_alike(spec, histories)
        made = _drawn(spec, histories, evaluations, progress)
    else:
        each = zip(spec.each, histories, evaluations, strict=True)
        report = [partial(_report, progress, k, len(histories)) for k in range(len(histories))]
        runs = [_drawn(s, [h], [e], report[k]) for k, (s, h, e) in enumerate(each)]
        made = [run for (run,), _ in runs], _on_one_height(spec, [one for _, (one,) in runs])
    recordings = [
        replace(
            recording,
            full_batch=one.training.steps_per_epoch(len(dataset.y)) == 1,
            noisy=one.training.noise > 0,
            plain=one.optimizer.plain and one.training.zero_grad,
        )
        for one, dataset, recording in zip(spec.each, datasets, made[0], strict=True)
    ]
    if any(one.measure for one in spec.each):
        progress = partial(_report, whole, 1, 2)
        recordings = measured(spec.each, datasets, histories, evaluations, recordings, progress)
    return recordings, made[1]


def measured(
    specs: Sequence[Spec],
    datasets: Sequence[Dataset],
    histories: Sequence[History],
    evaluations: Sequence[Evaluation],
    recordings: Sequence[Recording],
    progress: Progress = silent,
) -> list[Recording]:
    """The recordings with what the config asks to measure at each of their rows."""
    each = zip(specs, datasets, histories, evaluations, recordings, strict=True)
    subjects = [Subject(s, d, h, e, r.last + 1) for s, d, h, e, r in each]
    asked_for = (measure for one in specs for measure in one.measure)
    kinds = [*dict.fromkeys(one for one in asked_for if isinstance(one, NetworkMeasure))]
    counted = Tally(len(kinds) * sum(subject.rows for subject in subjects), progress)
    found: list[list[Measurement]] = [[] for _ in subjects]
    for measure in kinds:
        asked = [k for k, one in enumerate(specs) if measure in one.measure]
        made = measure.measure([subjects[k] for k in asked], counted)
        for k, measurement in zip(asked, made, strict=True):
            found[k].append(measurement)
    counted.finish()
    return [
        replace(recording, projected=replace(recording.projected, measured=tuple(own)))
        if recording.projected is not None
        else recording
        for recording, own in zip(recordings, found, strict=True)
    ]


def _drawn(
    spec: Spec, histories: Sequence[History], evaluations: Sequence[Evaluation], progress: Progress
) -> Drawn:
    landscape = spec.landscape
    return drawn(
        histories,
        evaluations,
        PlaneOptions.of(landscape, spec.seed),
        landscape.grid,
        landscape.extents,
        landscape.scale == "log",
        progress,
    )


def _report(progress: Progress, before: int, runs: int, done: int, total: int) -> None:
    progress(PARTS * before + PARTS * done // max(total, 1), PARTS * runs)


def _evaluations(spec: Spec, datasets: Sequence[Dataset]) -> list[Evaluation]:
    """One for each run, or for all of them where they have the same data, loss and model."""
    first = spec.each[0]
    made: list[Evaluation] = []
    for one, dataset in zip(spec.each, datasets, strict=True):
        alike = all(
            getattr(one, part) == getattr(first, part)
            for part in ("model", "dataset", "loss", "seed")
        ) and (one.training.device == first.training.device)
        made.append(made[0] if made and alike else evaluation_of(one, dataset))
    return made


def _check_alike(spec: Spec, histories: Sequence[History]) -> None:
    """Raise RenderError for runs of a race whose models have weights of other shapes."""
    first = histories[0]
    for one, history in zip(spec.each, histories, strict=True):
        if (history.names, history.shapes) != (first.names, first.shapes):
            counts = f"{history.count:,} weights, and '{first.run}' has {first.count:,}"
            if history.count == first.count:
                counts = f"weights of other shapes than '{first.run}'"
            hint = "a race has one plane for all of them, film.runs: grid shows each its own"
            raise one.fault(("model",), f"'{one.label}' has {counts}: {hint}")


def _on_one_height(spec: Spec, landscapes: Sequence[Landscape]) -> Sequence[Landscape]:
    """The landscapes of a grid cut off at one height, if their scales are shared."""
    if not (spec.film.share and all(one.loss == spec.loss for one in spec.each)):
        return landscapes
    top = max(landscape.ceiling for landscape in landscapes)
    return [replace(landscape, ceiling=top) for landscape in landscapes]
