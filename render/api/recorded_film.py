"""The film of runs that were recorded: which config stands for them, and where its runs come from.

A config is loaded in their place, so that all options of a film are checked as ever: `like`, or
one of a network. Then model, data, loss and optimizer of the recorded runs take the place of its
own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Formatter
from threading import RLock
from typing import Any, Protocol, cast

import numpy as np

from render.api.film import Film
from render.api.options import (
    NAMES,
    SECTIONS,
    Change,
    FilmChanges,
    FilmSource,
    as_changes,
    as_json,
    changed,
    check_names,
    file_name,
    flag,
    refusal,
)
from render.cache.store import Store
from render.config.build import weight_fault
from render.config.captions import ACCURACY, COUNTED
from render.config.problems import unknown
from render.config.spec import Spec
from render.config.tex import template
from render.config.yaml import MAPPING
from render.errors import ConfigError, RenderError
from render.learn.check import check
from render.learn.networks.batches import Batch
from render.learn.networks.closed_form import ClosedForm, closed_form, training_of
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import History
from render.learn.networks.on_plane import measured
from render.learn.networks.planes import PlaneOptions
from render.learn.networks.recorded import (
    RecordedData,
    RecordedLoss,
    RecordedModel,
    optimizer_of,
)
from render.learn.networks.scan import drawn
from render.learn.networks.tables import classified, dataset_of, features
from render.pipeline import Progress, scan
from render.recording import Dataset, Landscape, Recording
from render.results import Run, judge_runs

# What has happened already when a film of it is made.
DONE = ("model", "dataset", "loss", "optimizer", "schedule", "training", "runs", "sweep")
OWN = ("plane", "like", "grid", "centre", "normalize", "duration")
CLASSES = {"dataset": "moons", "loss": "cross_entropy"}  # in whose place classes were recorded
NUMBERS = {"dataset": "line", "loss": "mse"}
MAX_SCANS = 4  # results that are kept of a film with other planes
Plane = str | Sequence[str]
Like = str | os.PathLike[str] | Mapping[str, Any] | None


class Known(Protocol):
    """What is known of a run that was recorded."""

    model: Any  # the torch module
    per_epoch: int | None  # how many steps an epoch has, as far as that is known
    facts: dict[str, Any]  # of its loop: `optimizer`, `batches`

    @property
    def batches(self) -> tuple[list[Batch], list[Batch]]:
        """The training and the validation data. Raises RenderError."""
        ...

    @property
    def evaluation(self) -> Evaluation:
        """The loss over all of the data. Raises RenderError."""
        ...

    def history(self, run: str) -> History:
        """The kept snapshots, under that label. Raises RenderError."""
        ...


def open_recorded(
    runs: Mapping[Any, Known],
    plane: Plane | None,
    like: Like,
    own: Mapping[str, Any],
    options: FilmChanges,
) -> Film:
    """The film of recorded runs by their labels. Raises RenderError, or ConfigError."""
    check_names("recorder.film", options, (*OWN, *NAMES, *SECTIONS))
    for key in DONE:
        if dict(options).get(key) is not None:
            raise ConfigError(_refused(f"{key}=…", key))
    given = _given(runs, plane, own)
    draft = flag("draft", options.get("draft", False))
    asked = cast("FilmChanges", {k: v for k, v in options.items() if k != "draft"})
    changes = [*changed(asked, None)]
    if own["duration"] is not None:
        changes += as_changes({"film.duration": own["duration"]})
    if like is None:
        source = FilmSource(MAPPING, tuple(changes), draft=draft, text=given.base)
    else:
        path, text = _like(like)
        source = FilmSource(path, tuple(changes), draft=draft, text=text)
        given = given.like(source.spec())
    return Film(source, Store(), given)


def _like(like: object) -> tuple[Path, str | None]:
    if isinstance(like, Mapping):
        return MAPPING, as_json("like", like)
    if isinstance(like, str | os.PathLike):
        return Path(file_name("like", like)), None
    raise refusal("like", like, "the name of a config's file, or a mapping of its keys")


def _given(runs: Mapping[Any, Known], plane: Plane | None, own: Mapping[str, Any]) -> Given:
    labels = [*runs]
    recorded = [OneRun.of(run, label or "") for label, run in runs.items()]
    asked = {"plane": plane, **{key: own[key] for key in ("grid", "centre", "normalize")}}
    weights = None
    if plane is not None and not isinstance(plane, str):
        weights = _weights(plane, recorded[0].history)
        del asked["plane"]
    landscape = {key: value for key, value in asked.items() if value is not None}
    first = recorded[0]
    kinds = CLASSES if first.shown.classes else NUMBERS
    name = type(first.run.model).__name__
    base: dict[str, Any] = {
        "title": f"{name}: {first.history.count:,} weights",
        "model": "mlp",
        **kinds,
        "landscape": landscape,
    }
    if labels != [None]:
        rates = {"kind": "sgd"}
        base["runs"] = {
            label: {"optimizer": rates | {"lr": k + 1}} for k, label in enumerate(labels)
        }
    return Given(tuple(recorded), as_json("landscape", base), plane is not None, weights)


def _weights(plane: object, history: History) -> tuple[str, str]:
    """The names of the two weights that span a plane. Raises ConfigError."""
    names = [*plane] if isinstance(plane, list | tuple) else []
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        expected = 'pca, random, hessian, ends, or two weights, like ["0.weight[3,2]", "2.bias[0]"]'
        raise refusal("plane", plane, expected)
    shapes = dict(zip(history.names, history.shapes, strict=True))
    for name in names:
        if (fault := weight_fault(name, shapes)) is not None:
            raise ConfigError(f"plane: {fault}")
    if names[0] == names[1]:
        raise ConfigError(f"plane: names {names[0]} twice: a plane needs two directions")
    return names[0], names[1]


def _refused(written: str, key: str) -> str:
    return f"{written}: {key} can't be changed: the film is of a run that was recorded"


@dataclass(frozen=True, eq=False)
class OneRun:
    """A recorded run, with what a film says of it."""

    run: Known
    history: History
    dataset: Dataset
    shown: Dataset  # the same; if the labels are classes, their numbers from 0
    features: int  # F
    numbers: bool  # whether what is predicted for a row of features is one number

    @classmethod
    def of(cls, run: Known, label: str) -> OneRun:
        """Collect its data. Raises RenderError."""
        history, evaluation = run.history(label), run.evaluation
        if run.per_epoch is None and whole_batches(history, evaluation):
            run.per_epoch = 1
        start = history.weights[0], buffers_of(history, 0)
        found = evaluation.classes(*start)
        dataset = dataset_of(*run.batches)
        shown = dataset if found is None else classified(dataset, found)
        numbers = evaluation.predicts_numbers(*start)
        return cls(run, run.history(label), dataset, shown, features(run.batches[0]), numbers)

    def spec(self, like: Spec) -> Spec:
        """A spec with the parts of this run in place of its own."""
        points, y, classes = len(self.shown.y), self.shown.y, self.shown.classes or ()
        return replace(
            like,
            model=RecordedModel(type(self.run.model).__name__, self.history.count),
            dataset=RecordedData(
                number=points,
                columns=self.features,
                labels=1 if y.ndim == 1 else y.shape[1],
                class_names=classes,
                numbers=self.numbers,
            ),
            loss=RecordedLoss(classes=bool(classes)),
            optimizer=optimizer_of(self.run.facts["optimizer"]),
            training=training_of(self.history, points, self.run.facts),
        )


def buffers_of(history: History, row: int) -> dict[str, Any]:
    """The buffers of a kept snapshot."""
    return {name: values[row] for name, values in history.buffers.items()}


def whole_batches(history: History, evaluation: Evaluation) -> bool:
    """Whether the loop's batches were all of the data, so that a step is an epoch.

    Seen from their losses, at the first, the middle and the last step that is kept.
    """
    last = len(history.step) - 2
    for row in {0, last // 2, last}:
        loss, known = history.batch_loss[row], history.weights[row]
        if not np.isfinite(loss):
            return False
        if not evaluation.same(loss, evaluation.loss(known, buffers_of(history, row))):
            return False
    return True


@dataclass(frozen=True, eq=False)
class Given:
    """The runs of a film that were recorded; see `film.Given`."""

    runs: tuple[OneRun, ...]
    base: str  # the JSON of a config of a network, in whose place they are
    asks_plane: bool  # whether a plane was asked for
    weights: tuple[str, str] | None = None  # that span it, if they were named
    closed: tuple[ClosedForm, ...] = ()  # of the config that it is like, if its model is theirs
    likened: bool = False  # whether another config is loaded in its place
    _scanned: dict[Any, Any] = field(default_factory=dict)
    _scanning: Any = field(default_factory=RLock)

    def like(self, spec: Spec) -> Given:
        """The same runs in a film like a config's."""
        closed: list[ClosedForm] = []
        if not self.asks_plane and not spec.model.network and not spec.runs:
            for one in self.runs:
                form = closed_form(
                    spec, one.history, one.run.evaluation, one.dataset, one.run.facts
                )
                closed += [] if form is None else [form]
        whole = len(closed) == len(self.runs)
        return replace(self, closed=tuple(closed) if whole else (), likened=True)

    def spec(self, loaded: Spec) -> Spec:
        """The film's spec: that of a config with the recorded runs in place of its own."""
        if self.closed and len(self.closed) == 1:
            return self.closed[0].spec(loaded)
        base = FilmSource(MAPPING, (), text=self.base).spec() if self.likened else loaded
        landscape = base.landscape
        if self.likened and loaded.model.network:
            asked = {k: getattr(landscape, k) for k in ("plane", "centre", "normalize", "grid")}
            landscape = replace(loaded.landscape, **asked) if self.asks_plane else loaded.landscape
        if self.weights is not None:
            extents: dict[str, Any] = dict.fromkeys(self.weights, "auto")
            landscape = replace(landscape, plane=self.weights, extents=extents)
        shared = {name: getattr(loaded, name) for name in SHARED} if self.likened else {}
        if self.likened:
            shared |= _scene(base, loaded)
        if self.likened and loaded.model.network:
            shared["measure"] = loaded.measure
        runs = []
        for one, each in zip(self.runs, base.each, strict=True):
            label = each.label if base.runs else loaded.path.stem
            run = replace(each, landscape=landscape, label=label, **shared)
            runs.append(one.spec(run) if not self.closed else run)
        if self.closed:
            runs = [
                form.spec(replace(loaded, label=run.label))
                for form, run in zip(self.closed, runs, strict=True)
            ]
        _check_captions(runs, bool(self.closed))
        first = runs[0]
        return replace(first, label=loaded.path.stem, runs=tuple(runs)) if base.runs else first

    def refuse(self, function: str, changes: Sequence[Change]) -> None:
        """Raise ConfigError for a change of how the runs were trained."""
        for change in changes:
            key = change.setting.partition("=")[0].partition(".")[0].strip()
            if key in DONE:
                raise ConfigError(f"{function}: {_refused(change.written, key)}")
            if key == "landscape" and ("plane" in change.setting and "[" in change.setting):
                raise ConfigError(
                    f"{function}: {change.written}: two weights are named when the film is made,"
                    " recorder.film([…, …])"
                )

    def __call__(self, spec: Spec, store: Store, progress: Progress) -> tuple[Run, ...]:
        """The runs, on their plane, judged and checked. Raises RenderError."""
        datasets = [one.shown for one in self.runs]
        if self.closed:
            datasets = [form.dataset for form in self.closed]
            recordings: Sequence[Recording] = [
                form.recording(one.label) for form, one in zip(self.closed, spec.each, strict=True)
            ]
            landscapes = scan(spec, recordings, lambda done, total: None)
        else:
            recordings, landscapes = self._on_plane(spec, progress)
        runs = judge_runs(spec, datasets, recordings, landscapes)
        for run in runs:
            if run.recording.projected is None:  # else the scan has checked it
                check(run)
        return runs

    def _on_plane(
        self, spec: Spec, progress: Progress
    ) -> tuple[Sequence[Recording], Sequence[Landscape]]:
        """Recordings and landscapes on a plane; a film with another theme has the same."""
        where, share = spec.landscape, spec.film.runs == "race"
        specs = [_measurable(one, len(spec.each)) for one in spec.each]
        key = (repr(where), spec.seed, share, repr([one.measure for one in specs]))
        with self._scanning:
            if key not in self._scanned:
                made = drawn(
                    [replace(o.history, run=s.label) for o, s in self._each(spec)],
                    [one.run.evaluation for one in self.runs],
                    PlaneOptions.of(where, spec.seed),
                    where.grid,
                    where.extents,
                    where.scale == "log",
                    lambda done, total: progress("landscape", done, total),
                    share=share,
                )
                if any(one.measure for one in specs):
                    runs, (recordings, landscapes) = self.runs, made
                    evaluations = [one.run.evaluation for one in runs]
                    recordings = tuple(
                        measured(
                            specs,
                            [one.shown for one in runs],
                            [one.history for one in runs],
                            evaluations,
                            recordings,
                        )
                    )
                    made = recordings, landscapes
                while len(self._scanned) >= MAX_SCANS:
                    del self._scanned[next(iter(self._scanned))]
                self._scanned[key] = made
            return cast("tuple[Sequence[Recording], Sequence[Landscape]]", self._scanned[key])

    def _each(self, spec: Spec) -> Sequence[tuple[OneRun, Spec]]:
        return [*zip(self.runs, spec.each, strict=True)]


def _measurable(spec: Spec, runs: int) -> Spec:
    """A run's spec with the measures of the config it is like that can be had of it."""
    fit = tuple(one for one in spec.measure if one.unfit(spec, runs) is None)
    return replace(spec, measure=fit)


# What a film has of the config that it is like.
SHARED = ("path", "title", "language", "film", "outputs", "captions", "target", "source", "seed")


def _scene(base: Spec, like: Spec) -> dict[str, Any]:
    """The scene of the other config; that of another model can't draw a network."""
    if like.model.network:
        return {"scene": like.scene, "names_scene": like.names_scene}
    return {"scene": base.scene, "names_scene": False}


def _check_captions(runs: Sequence[Spec], closed: bool) -> None:
    """Raise RenderError for a caption with a number that a film of a network hasn't."""
    first = runs[0]
    if closed:
        return
    fields = [*COUNTED] if len(runs) > 1 else [*COUNTED, "loss"]
    if len(runs) == 1 and math.isfinite(first.optimizer.lr):
        fields.append("lr")
    if len(runs) == 1 and first.dataset.classifies:
        fields.append(ACCURACY)
    for caption in first.captions:
        text = template(caption.text) if caption.tex else caption.text
        for _, name, _, _ in Formatter().parse(text):
            if name is not None and name not in fields:
                where = f"{first.path}: captions: '{caption.text}'"
                raise RenderError(
                    f"{where}: {unknown('field', name, fields)}, in a film of a network; give its"
                    " own with captions=[…]"
                )
