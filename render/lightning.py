"""A callback of PyTorch Lightning that records the training of a LightningModule.

`render.lightning.Record(loss_fn, data)` among a Trainer's callbacks; afterwards
`callback.film(…)` and `callback.save(…)` are those of `render.record`. Needs lightning or
pytorch_lightning, which is imported when the class is first asked for.
"""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.errors import RenderError

if TYPE_CHECKING:
    from render.api.film import Film
    from render.api.record import Recorder

__all__ = ["Record"]  # noqa: F822  # made when it is asked for
PACKAGES = ("lightning.pytorch", "pytorch_lightning")  # two names of the same


class Recording:
    """Records a fit: keeps the weights after each step of the first optimizer.

    `loss_fn(model(x), y)`, `data` and `validation` are as `render.record` has them: over them the
    film's losses are computed, with the module's own `forward`. What `training_step` returns is
    the loss of the batch.
    """

    def __init__(
        self, loss_fn: Any, data: Any, *, validation: Any = None, snapshots: int = 400
    ) -> None:
        super().__init__()
        self._given = loss_fn, data, validation, snapshots
        self._recorder: Recorder | None = None
        self._refused: RenderError | None = None
        self._seen = 0  # steps of the trainer
        self._losses: list[Any] = []  # of the batches since the last of them

    @property
    def recorder(self) -> Recorder:
        """The recorder of the last fit. Raises RenderError if there was none."""
        if self._refused is not None:
            raise self._refused
        if self._recorder is None:
            raise RenderError("Record: nothing is recorded before trainer.fit(…)")
        return self._recorder

    def film(self, *plane: Any, **options: Any) -> Film:
        """The film of the fit, as `recorder.film` makes it. Raises RenderError."""
        return self.recorder.film(*plane, **options)

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write what was recorded, as `recorder.save` does. Raises RenderError."""
        return self.recorder.save(file)

    # Called by the trainer -----------------------------------------------------------------

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin, when the weights are where they are trained."""
        from render.api.record import record

        loss_fn, data, validation, snapshots = self._given
        optimizer = next(iter(trainer.optimizers), None)
        optimizer = getattr(optimizer, "optimizer", optimizer)  # inside of Lightning's own
        self._recorder, self._refused, self._seen = None, None, trainer.global_step
        try:
            recorder = record(
                pl_module,
                loss_fn,
                data,
                optimizer=optimizer,
                validation=validation,
                snapshots=snapshots,
            )
        except RenderError as error:  # the fit goes on
            self._refused = error
            return
        batches, together = trainer.num_training_batches, trainer.accumulate_grad_batches
        known = isinstance(batches, int) and batches > 0
        recorder.per_epoch = -(-batches // together) if known else None
        self._recorder, self._losses = recorder.__enter__(), []

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Keep the weights, if the batch ended with an update.

        Where gradients of several batches are accumulated, the loss is their mean; Lightning
        divides each by how many they are.
        """
        if self._recorder is None:
            return
        self._losses.append(outputs.get("loss") if isinstance(outputs, dict) else outputs)
        if trainer.global_step == self._seen:
            return
        self._seen, losses, self._losses = trainer.global_step, self._losses, []
        self._recorder.step(_mean(losses, trainer.accumulate_grad_batches))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """End; the newest weights are the last row."""
        self._stop()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End with what was recorded until then."""
        self._stop()

    def _stop(self) -> None:
        if self._recorder is not None:
            self._recorder.__exit__(None, None, None)


def _mean(losses: list[Any], together: int) -> Any:
    """The mean of losses that were divided by `together`; one that is no loss is returned."""
    if len(losses) == together == 1 or any(loss is None for loss in losses):
        return losses[-1]
    return sum(losses) * together / len(losses)


@cache
def _record() -> type[Any]:
    """The class of the callback. Raises ImportError without Lightning."""
    loaded = [name for name in PACKAGES if name in sys.modules]
    for name in [*loaded, *PACKAGES]:
        try:
            base = importlib.import_module(name).Callback
        except ImportError:
            continue
        facts = {"__doc__": Recording.__doc__, "__module__": __name__}
        return type("Record", (Recording, base), facts)
    raise ImportError(
        "render.lightning.Record needs Lightning: pip install 'descent-film[lightning]'"
    )


def __getattr__(name: str) -> Any:
    """`Record`, whose base class is imported when it is asked for."""
    if name == "Record":
        return _record()
    raise AttributeError(f"module 'render.lightning' has no attribute '{name}'")
