"""What the page needs to compute the runs of a film itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from render.config.language import language
from render.learn.recipe import NotRepeatableError, recipe
from render.learn.repeat import chaotic, tolerance
from render.phrases import phrase
from render.results import Run
from render.web.arrays import packed

if TYPE_CHECKING:
    from render.draw.plan import FilmPlan

# Steps · operations · (points + the cost of beginning): more takes a browser over 0.2 s.
MAX_WORK = 200_000_000
BEGINNING = 20  # points: in as much time an operation begins

CHAOTIC = phrase("its numbers depend on the last digit of its start")
LONG = phrase("it is too long to be computed in a page")


def closed_form(plan: FilmPlan) -> dict[str, Any]:
    """For each run what the page computes it from, or the reason why it only replays it."""
    say = language(plan.spec.language).say
    runs = []
    for run in plan.runs:
        try:
            runs.append(closed_run(run))
        except NotRepeatableError as reason:
            runs.append({"reason": say(reason.args[0])})
    return {"runs": runs}


def closed_run(run: Run) -> dict[str, Any]:
    """A run as programs and numbers. Raises NotRepeatableError, which says why there are none."""
    spec, recording = run.spec, run.recording
    made = recipe(spec, run.dataset, recording)
    points = len(run.dataset.y) + BEGINNING
    programs = [made.loss, made.hessian] if made.hessian else [made.loss]
    work = recording.steps * sum(len(one["operations"]) for one in programs) * points
    if work > MAX_WORK:
        raise NotRepeatableError(LONG)
    if chaotic(spec, run.dataset, recording):
        raise NotRepeatableError(CHAOTIC)
    training = spec.training
    return {
        "prediction": made.prediction,
        "loss": made.loss,
        "hessian": made.hessian,
        "step": made.step,
        "state": [packed(np.atleast_1d(leaf)) for leaf in made.state],
        "options": dict(made.options),
        "lr": spec.optimizer.lr,
        "factors": packed(made.factors),
        "epochs": training.epochs,
        "batch": None if training.batch_size == "full" else training.batch_size,
        "zero_grad": training.zero_grad,
        "patience": training.stop.patience,
        "patience_tol": training.stop.tol,
        "tolerance": tolerance(spec),
    }
