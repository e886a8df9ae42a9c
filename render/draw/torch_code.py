"""The training loop as a student types it: the lines of Python that train one run.

With `X` and `Y` defined as columns (N, 1) the lines run as they are, and compute the recording.
Model, loss, optimizer and schedule each give their own line; this module puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from render.config.language import language
from render.config.spec import Spec
from render.learn.datasets.base import DatasetKind
from render.learn.models.base import Network
from render.learn.notation import NOT_IN_TORCH
from render.phrases import Phrase, phrase
from render.recording import Dataset

MAX_BY_HAND = 3  # parameters: the update of up to so many is written out
MAX_IN_LOOP = 46  # letters of a formula inside the loop; a longer one is a function before the loop
TAB = "    "

Kind = Literal["loss", "grad", "value", "cleared", "lr"]


@dataclass(frozen=True)
class LiveValue:
    """A value that a student could print after a line."""

    label: str  # w.grad
    kind: Kind
    column: int = 0  # of the recording's parameters
    text: str = ""  # its value when cleared


@dataclass(frozen=True)
class CodeLine:
    """A line, the phases of a step in which it runs, and the values to print after it."""

    text: str  # with its indentation
    part: Literal["import", "setup", "loop", "body"] = "body"
    phases: tuple[str, ...] = ()  # of timeline.pace.NAMES
    values: tuple[LiveValue, ...] = ()
    counts: str = ""  # the variable of a loop: epoch, step or batch

    @property
    def code(self) -> str:
        """The line without the comment after it; a comment on a line of its own is the line."""
        return self.text if self.text.lstrip().startswith("#") else self.text.partition("  #")[0]


def listing(
    spec: Spec, points: int, dataset: Dataset | None = None, epochs: bool = True
) -> tuple[CodeLine, ...]:
    """The whole program of one run; `points` is the number of training points.

    How many classes there are in a file is known of the `dataset` that was read. `epochs` is
    whether its epochs are known.
    """
    say = language(spec.language).say
    absent = f"  # {say(phrase('not in torch'))}"
    model = spec.model
    writer = _Writer(spec, points)
    if isinstance(model, Network):
        data = spec.dataset if dataset is None else dataset
        writer = _NetworkWriter(spec, points, model, data, epochs)
    lines = writer.lines()
    return tuple(replace(one, text=one.text.replace(NOT_IN_TORCH, absent)) for one in lines)


@dataclass(frozen=True)
class _Writer:
    spec: Spec
    points: int

    def lines(self) -> Iterator[CodeLine]:
        yield from self._imports()
        yield from self._starts()
        yield from self._tools()
        outer = self.outer
        yield CodeLine(f"for {outer} in range({self.spec.training.epochs}):", "loop", counts=outer)
        tab = TAB
        if self.batched:
            each = ", ".join((*self.inputs, "y"))
            yield CodeLine(f"{TAB}for {each} in loader:", "loop", counts="batch")
            tab = 2 * TAB
        for line in (*self._ahead(), *self._backwards()):
            yield replace(line, text=tab + line.text)
        if self.batched and self.schedule:
            yield CodeLine(f"{TAB}scheduler.step()")
        stop = self.spec.training.stop
        if stop.patience:
            rule = phrase(
                "until the loss falls by less than {least} in {count} epochs",
                least=f"{stop.tol:g}", count=stop.patience,
            )  # fmt: skip
            yield CodeLine(f"{TAB}# {self._said(rule)}")

    # The parts of the run ------------------------------------------------------------------

    @property
    def outer(self) -> str:
        """What the outer loop counts."""
        return "epoch" if self.data else "step"

    @property
    def data(self) -> bool:
        return self.spec.model.needs_data

    @property
    def batched(self) -> bool:
        return self.data and self.spec.training.steps_per_epoch(self.points) > 1

    @cached_property
    def schedule(self) -> str:
        """The line that makes the schedule; empty when lr never changes."""
        spec = self.spec
        return spec.schedule.torch("optimizer", spec.optimizer.lr, spec.training.epochs)

    @cached_property
    def updates(self) -> tuple[str, ...]:
        """The lecture's own update of each tensor; empty where an optimizer makes it."""
        if self.schedule or len(self.tensors) > MAX_BY_HAND:
            return ()
        return tuple(filter(None, map(self.spec.optimizer.torch_by_hand, self.tensors)))

    @cached_property
    def trained(self) -> tuple[str, ...]:
        starts = self.spec.model.parameters()
        return tuple(name for name, start in starts.items() if not start.frozen)

    @property
    def vector(self) -> str:
        """The tensor that holds all parameters, if they are one."""
        return self.spec.model.torch_vector

    @property
    def tensors(self) -> tuple[str, ...]:
        return (self.vector,) if self.vector else self.trained

    @property
    def inputs(self) -> tuple[str, ...]:
        letter = "x" if self.batched else "X"
        count = self.spec.model.features
        return (letter,) if count == 1 else tuple(f"{letter}{i + 1}" for i in range(count))

    @cached_property
    def prediction(self) -> str:
        """The model at its inputs; without data, the function of the parameters."""
        return self.spec.model.torch(self.inputs if self.data else ())

    @cached_property
    def labels(self) -> str:
        """The line that gives the labels another shape; empty if they keep theirs."""
        return self.spec.loss.torch_labels("Y")

    @cached_property
    def error(self) -> str:
        """The loss of yhat for the labels, without penalties."""
        label = "y" if self.batched or self.labels else "Y"
        return self.spec.loss.torch("yhat", label) if self.data else ""

    @property
    def penalties(self) -> list[str]:
        return self.spec.loss.torch_penalties(self.tensors, numbers=not self.vector)

    def _said(self, comment: Phrase) -> str:
        """A comment in the film's language; code has none."""
        return language(self.spec.language).say(comment)

    def _values(
        self, kind: Literal["grad", "value", "cleared"], text: str = ""
    ) -> tuple[LiveValue, ...]:
        dot = "" if kind == "value" else ".grad"
        if self.vector:
            at = "" if kind == "cleared" else "[0]"
            return (LiveValue(f"{self.vector}{dot}{at}", kind, 0, text),)
        return tuple(
            LiveValue(f"{name}{dot}", kind, i, text) for i, name in enumerate(self.trained)
        )

    # Before the loop -----------------------------------------------------------------------

    def _imports(self) -> Iterator[CodeLine]:
        if "math." in self.prediction:
            yield CodeLine("import math", "import")
        yield CodeLine("import torch", "import")
        if _uses(self.error, "F"):
            yield CodeLine("import torch.nn.functional as F", "import")
        if self.batched:
            yield CodeLine("from torch.utils.data import DataLoader, TensorDataset", "import")

    def _starts(self) -> Iterator[CodeLine]:
        starts = self.spec.model.parameters()
        if self.vector:
            numbers = [start.value for start in starts.values()]
            made = f"torch.tensor({numbers}" if any(numbers) else f"torch.zeros({len(numbers)}"
            yield CodeLine(f"{self.vector} = {made}, requires_grad=True)", "setup")
            return
        for name, start in starts.items():
            if not start.frozen:
                made = f"torch.tensor({start.value!r}, requires_grad=True)"
                yield CodeLine(f"{name} = {made}", "setup")
            elif not start.absent or _uses(self.prediction, name):
                made = f"{start.value!r}" if self.data else f"torch.tensor({start.value!r})"
                comment = self._said(phrase("never changes"))
                yield CodeLine(f"{name} = {made}  # {comment}", "setup")

    def _tools(self) -> Iterator[CodeLine]:
        if self.labels:
            yield CodeLine(f"y = {self.labels}", "setup")
        if self.batched:
            columns = tuple(name.upper() for name in self.inputs)
            size = f"batch_size={self.spec.training.batch_size}"
            size += ", shuffle=True" if self.spec.training.shuffle else ""
            made = f"TensorDataset({', '.join((*columns, 'Y'))})"
            yield CodeLine(f"loader = DataLoader({made}, {size})", "setup")
        if not self.data and self._defined:
            yield CodeLine(f"def {self._called}:", "setup")
            yield CodeLine(f"{TAB}return {self.prediction}", "setup")
        if not self.updates:
            each = f"[{', '.join(self.tensors)}]"
            yield from self._groups('"params": [p]', "p", each)
            made = self.spec.optimizer.torch("groups" if self.spec.optimizer.lr_scale else each)
            yield CodeLine(f"optimizer = {made}", "setup")
        if self.schedule:
            yield CodeLine(f"scheduler = {self.schedule}", "setup")

    def _groups(self, params: str, name: str, each: str) -> Iterator[CodeLine]:
        """The groups of parameters with a learning rate each, where they have their own."""
        optimizer = self.spec.optimizer
        if optimizer.lr_scale:
            rates = [optimizer.lr * scale for scale in optimizer.lr_scale]
            yield CodeLine(f'groups = [{{{params}, "lr": lr}}', "setup")
            yield CodeLine(f"{' ' * 10}for {name}, lr in zip({each}, {rates})]", "setup")

    # In the loop ---------------------------------------------------------------------------

    def _ahead(self) -> Iterator[CodeLine]:
        """From the parameters to the loss."""
        value = (LiveValue("loss", "loss"),)
        phases: tuple[str, ...] = ("loss",)
        if self.data:
            yield CodeLine(f"yhat = {self.prediction}", phases=("forward",))
            made = self.error
        else:
            phases = ("forward", *phases)
            made = self._called if self._defined else self.prediction
        penalties = self.penalties
        yield CodeLine(f"loss = {made}", phases=phases, values=() if penalties else value)
        for i, penalty in enumerate(penalties):
            last = i == len(penalties) - 1
            text = f"loss = loss + {penalty}"
            yield CodeLine(text, phases=("loss",), values=value if last else ())

    def _backwards(self) -> Iterator[CodeLine]:
        """From the loss to new parameters and cleared gradients."""
        noise, grads = self.spec.training.noise, self._values("grad")
        yield CodeLine("loss.backward()", phases=("backward",), values=() if noise else grads)
        for i, name in enumerate(self.tensors if noise else ()):
            text = f"{name}.grad += {noise!r} * torch.randn_like({name}.grad)"
            yield CodeLine(text, phases=("backward",), values=grads[i : i + 1])
        values = self._values("value")
        if self.updates:
            for text, value in zip(self.updates, values, strict=True):
                yield CodeLine(text, phases=("update",), values=(value,))
        else:
            yield CodeLine("optimizer.step()", phases=("update",), values=values)
            if self.schedule and not self.batched:
                yield CodeLine("scheduler.step()", phases=("update",))
        yield from self._cleared()

    def _cleared(self) -> Iterator[CodeLine]:
        phases = ("zero_grad",)
        if not self.spec.training.zero_grad:
            called = f"{self.tensors[0]}.grad.zero_()" if self.updates else "optimizer.zero_grad()"
            values = self._values("grad")
            comment = self._said(phrase("{call} is missing", call=called))
            yield CodeLine(f"# {comment}", phases=phases, values=values)
        elif self.updates:
            for name, value in zip(self.tensors, self._values("cleared", "0"), strict=True):
                yield CodeLine(f"{name}.grad.zero_()", phases=phases, values=(value,))
        else:
            values = self._values("cleared", "None")
            yield CodeLine("optimizer.zero_grad()", phases=phases, values=values)

    @property
    def _defined(self) -> bool:
        """Whether the formula is too long for the loop and is written before it."""
        return len(self.prediction) > MAX_IN_LOOP

    @property
    def _called(self) -> str:
        model = self.spec.model
        return f"{model.title or 'f'}({', '.join(model.parameters())})"


@dataclass(frozen=True)
class _NetworkWriter(_Writer):
    """The program of a network, whose parameters are in its module.

    A run of somebody's own loop is told as far as it is known.
    """

    model: Network
    points_of: DatasetKind | Dataset
    epochs: bool

    @property
    def outer(self) -> str:
        return "epoch" if self.epochs else "step"

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("X" if self._whole else "x",)

    @property
    def _whole(self) -> bool:
        """Whether each step is known to use all of the data."""
        return self.epochs and not self.batched

    @property
    def tensors(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def updates(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def error(self) -> str:
        return self.spec.loss.torch_of_network("yhat", "Y" if self._whole else "y")

    @property
    def penalties(self) -> list[str]:
        loss, each = self.spec.loss, "for p in model.parameters()"
        sizes = ((loss.l1, f"sum(p.abs().sum() {each})"), (loss.l2, f"sum((p**2).sum() {each})"))
        return [f"{strength!r} * {size}" for strength, size in sizes if strength]

    @cached_property
    def optimizer(self) -> str:
        """The code that makes the optimizer; empty if nobody knows what moved the weights."""
        optimizer = self.spec.optimizer
        return optimizer.torch("groups" if optimizer.lr_scale else "model.parameters()")

    def _values(
        self, kind: Literal["grad", "value", "cleared"], text: str = ""
    ) -> tuple[LiveValue, ...]:
        return (LiveValue("lr", "lr"),) if kind == "value" and self.schedule else ()

    def _imports(self) -> Iterator[CodeLine]:
        yield CodeLine("import torch", "import")
        if _uses(self.error, "F"):
            yield CodeLine("import torch.nn.functional as F", "import")
        for line in self.model.torch_imports():
            yield CodeLine(line, "import")
        if self.batched and self.model.seeded:
            yield CodeLine("from torch.utils.data import DataLoader, TensorDataset", "import")

    def _starts(self) -> Iterator[CodeLine]:
        if self.model.seeded:
            own = self.model.own_seed
            seed = self.spec.seed if own is None else own
            yield CodeLine(f"torch.manual_seed({seed})", "setup")
        data = self.points_of
        for line in self.model.torch_module(data.features, self.spec.loss.outputs(data)):
            yield CodeLine(line, "setup")

    def _tools(self) -> Iterator[CodeLine]:
        if self.batched and self.model.seeded:
            size = f"batch_size={self.spec.training.batch_size}"
            size += ", shuffle=True" if self.spec.training.shuffle else ""
            yield CodeLine(f"loader = DataLoader(TensorDataset(X, Y), {size})", "setup")
        if self.optimizer:
            params = '"params": layer.parameters()'
            yield from self._groups(params, "layer", self.model.torch_layers)
            yield CodeLine(f"optimizer = {self.optimizer}", "setup")
        if self.schedule:
            yield CodeLine(f"scheduler = {self.schedule}", "setup")

    def _backwards(self) -> Iterator[CodeLine]:
        noise = self.spec.training.noise
        if not (noise or not self.optimizer):
            yield from super()._backwards()
            return
        yield CodeLine("loss.backward()", phases=("backward",))
        if noise:
            yield CodeLine("for p in model.parameters():", phases=("backward",))
            text = f"{TAB}p.grad += {noise!r} * torch.randn_like(p.grad)"
            yield CodeLine(text, phases=("backward",))
        if self.optimizer:
            yield CodeLine("optimizer.step()", phases=("update",), values=self._values("value"))
            if self.schedule and not self.batched:
                yield CodeLine("scheduler.step()", phases=("update",))
            yield from self._cleared()
        else:
            moved = self._said(phrase("the weights are updated"))
            yield CodeLine(f"# {moved}", phases=("update", "zero_grad"))


def _uses(code: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", code) is not None
