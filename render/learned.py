"""A spec in, its runs out: data, recording and landscape of each, held against one another."""

from __future__ import annotations

import numpy as np

from render.cache import stages
from render.cache.store import NOWHERE, Store
from render.config.spec import Spec
from render.errors import RenderError
from render.recording import Dataset
from render.run import Run
from render.verdict import judge


def learn(spec: Spec, store: Store = NOWHERE) -> tuple[Run, ...]:
    """Every run, from the store what is there. Raises RenderError.

    What is kept is held against the model like what is fresh: that is cheap, and no film lies.
    """
    from render.learn import truth

    datasets = [_dataset(one, store) for one in spec.each]
    each = list(zip(spec.each, datasets, strict=True))
    recordings = [stages.recording(one, data, store) for one, data in each]
    landscapes = stages.landscapes(spec, datasets, recordings, store)
    runs = tuple(
        Run(one, data, recording, landscape, judge(recording, landscape))
        for (one, data), recording, landscape in zip(each, recordings, landscapes, strict=True)
    )
    for run in runs:
        truth.check(run)
    return runs


def _dataset(spec: Spec, store: Store) -> Dataset:
    """The data of a run, if a loss and a model can do anything with them."""
    dataset = stages.data(spec, store)
    if spec.loss.probabilities and not np.isin(dataset.y, (0, 1)).all():
        raise RenderError("loss: cross-entropy is for labels 0 and 1, and the data have others")
    alike = (dataset.columns == dataset.columns[..., :1]).all()
    if spec.model.needs_data and alike:
        raise RenderError("dataset: all inputs are the same, so nothing can be learnt from them")
    return dataset
