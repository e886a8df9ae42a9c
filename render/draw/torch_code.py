"""The training loop as a student types it: a run's spec in, lines of Python out.

With `X` and `Y` defined as columns the lines run as they are, and give the recording.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal

from render import registry
from render.config.spec import Spec

POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
IN_TORCH = frozenset({"sin", "cos", "tan", "exp", "log", "sqrt", "tanh"})
SIGNS = str.maketrans({"·": "*", "−": "-", "π": "pi"})


def in_python(text: str, names: Collection[str]) -> str:
    """`2w⁴ − 9·sin(πw)` as `2 * w**4 - 9 * torch.sin(torch.pi * w)`.

    Raises SyntaxError for what isn't a formula.
    """
    text = re.sub(f"[{POWERS}]+", lambda m: "**" + _plain(m.group()), text)
    # A number right before a name is a factor, unless it is the 1 of 1e5.
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?=[^\W\d_])(?!e[+-]?\d)", r"\1*", text)
    tree = _ForTorch(names).visit(ast.parse(text.translate(SIGNS), mode="eval"))
    return ast.unparse(tree).replace(" ** ", "**")


def _plain(power: str) -> str:
    return "".join(str(POWERS.index(digit)) for digit in power)


class _ForTorch(ast.NodeTransformer):
    """Functions of parameters become torch's, those of numbers alone Python's."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in IN_TORCH:
            room = "torch" if used & {*self.names} else "math"
            node.func = ast.Attribute(ast.Name(room), node.func.id)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "pi":
            return ast.Attribute(ast.Name("torch"), "pi")
        return ast.Attribute(ast.Name("math"), "e") if node.id == "e" else node


STRANGE = "  # not in torch"  # what only this project has
OPTIMIZERS = {
    "sgd": "SGD",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}


def optimizer(spec: Spec, tensors: Sequence[str]) -> str:
    """The optimizer as torch makes it."""
    chosen, kind = spec.optimizer, registry.name_of(type(spec.optimizer))
    plain = type(chosen)()  # its defaults are torch's
    others = [f.name for f in fields(chosen) if f.name != "lr"]
    given = [n for n in others if getattr(chosen, n) != getattr(plain, n)]
    options = [f"lr={chosen.lr!r}", *(f"{n}={getattr(chosen, n)!r}" for n in given)]
    called = f"[{', '.join(tensors)}], {', '.join(options)}"
    if kind in OPTIMIZERS:
        return f"torch.optim.{OPTIMIZERS[kind]}({called})"
    return f"{type(chosen).__name__}({called}){STRANGE}"


def scheduler(spec: Spec) -> str:
    """The schedule as torch makes it."""
    kind, epochs = registry.name_of(type(spec.schedule)), spec.training.epochs
    o: Any = spec.schedule
    match kind:
        case "step":
            made = f"StepLR(optimizer, step_size={o.step_size}, gamma={o.gamma!r})"
        case "multistep":
            made = f"MultiStepLR(optimizer, {[*o.milestones]}, gamma={o.gamma!r})"
        case "exponential":
            made = f"ExponentialLR(optimizer, gamma={o.gamma!r})"
        case "polynomial":
            total = o.total_iters or epochs
            made = f"PolynomialLR(optimizer, total_iters={total}, power={o.power!r})"
        case "cosine":
            least = o.end_factor * spec.optimizer.lr
            end = f", eta_min={least!r}" if least else ""
            made = f"CosineAnnealingLR(optimizer, T_max={o.T_max or epochs}{end})"
        case "warmup":
            rise = f"start_factor={o.start_factor!r}, total_iters={o.total_iters}"
            made = f"LinearLR(optimizer, {rise})"
        case "inverse_time":
            factor = f"(1 + {o.rate!r} * epoch) ** -{o.power!r}"
            made = f"LambdaLR(optimizer, lambda epoch: {factor})"
        case _:
            return f"{type(o).__name__}(optimizer){STRANGE}"
    return f"torch.optim.lr_scheduler.{made}"


BY_HAND = 3  # parameters at most whose update is written out
LONGEST = 46  # letters of a formula that stands in the loop itself
TAB = "    "

Kind = Literal["loss", "grad", "value", "cleared"]


@dataclass(frozen=True)
class LiveValue:
    """What one could print after a line."""

    label: str  # w.grad
    kind: Kind
    column: int = 0  # of the recording's parameters
    text: str = ""  # what it is when cleared


@dataclass(frozen=True)
class CodeLine:
    """A line, the phases of a step in which it happens, and what one could print after it."""

    text: str  # with its indentation
    part: Literal["import", "setup", "loop", "body"] = "body"
    phases: tuple[str, ...] = ()  # of timeline.phases.NAMES
    values: tuple[LiveValue, ...] = ()
    counts: str = ""  # the variable of a loop: epoch, step or batch


def listing(spec: Spec, points: int) -> tuple[CodeLine, ...]:
    """The whole program of one run over so many points."""
    return tuple(_Writer(spec, points).lines())


@dataclass(frozen=True)
class _Writer:
    spec: Spec
    points: int

    def lines(self) -> Iterator[CodeLine]:
        yield from self._imports()
        yield from self._starts()
        yield from self._tools()
        outer = "epoch" if self.data else "step"
        yield CodeLine(f"for {outer} in range({self.spec.training.epochs}):", "loop", counts=outer)
        tab = TAB
        if self.batched:
            each = ", ".join((*self.inputs, "y"))
            yield CodeLine(f"{TAB}for {each} in loader:", "loop", counts="batch")
            tab = 2 * TAB
        for line in (*self._ahead(), *self._backwards()):
            yield replace(line, text=tab + line.text)
        if self.batched and self.scheduled:
            yield CodeLine(f"{TAB}scheduler.step()")
        stop = self.spec.training.stop
        if stop.patience:
            told = f"# until the loss falls by less than {stop.tol:g} in {stop.patience} epochs"
            yield CodeLine(TAB + told)

    # What there is -------------------------------------------------------------------------

    @property
    def data(self) -> bool:
        return self.spec.model.needs_data

    @property
    def batched(self) -> bool:
        return self.data and self.spec.training.steps_per_epoch(self.points) > 1

    @property
    def scheduled(self) -> bool:
        return registry.name_of(type(self.spec.schedule)) != "constant"

    @property
    def by_hand(self) -> bool:
        """Whether the update is the lecture's own line."""
        known = self.spec.optimizer.plain and len(self.tensors) <= BY_HAND
        return known and not self.scheduled

    @cached_property
    def trained(self) -> tuple[str, ...]:
        starts = self.spec.model.parameters()
        return tuple(name for name, start in starts.items() if not start.frozen)

    @cached_property
    def vector(self) -> bool:
        """Whether the parameters are one tensor c: the many coefficients of a polynomial."""
        starts = self.spec.model.parameters()
        kind = registry.name_of(type(self.spec.model))
        return kind == "polynomial" and len(self.trained) == len(starts) > BY_HAND

    @property
    def tensors(self) -> tuple[str, ...]:
        return ("c",) if self.vector else self.trained

    @property
    def inputs(self) -> tuple[str, ...]:
        letter = "x" if self.batched else "X"
        count = self.spec.model.features
        return (letter,) if count == 1 else tuple(f"{letter}{i + 1}" for i in range(count))

    @property
    def label(self) -> str:
        return "y" if self.batched or getattr(self.spec.loss, "broadcast", False) else "Y"

    @property
    def functional(self) -> bool:
        """Whether the loss is one of torch.nn.functional's."""
        return registry.name_of(type(self.spec.loss)) in ("mae", "huber", "cross_entropy")

    def _values(
        self, kind: Literal["grad", "value", "cleared"], text: str = ""
    ) -> tuple[LiveValue, ...]:
        dot = "" if kind == "value" else ".grad"
        if self.vector:
            at = "" if kind == "cleared" else "[0]"
            return (LiveValue(f"c{dot}{at}", kind, 0, text),)
        return tuple(
            LiveValue(f"{name}{dot}", kind, i, text) for i, name in enumerate(self.trained)
        )

    # Before the loop -----------------------------------------------------------------------

    def _imports(self) -> Iterator[CodeLine]:
        if "math." in self._formula:
            yield CodeLine("import math", "import")
        yield CodeLine("import torch", "import")
        if self.functional:
            yield CodeLine("import torch.nn.functional as F", "import")
        if self.batched:
            yield CodeLine("from torch.utils.data import DataLoader, TensorDataset", "import")

    def _starts(self) -> Iterator[CodeLine]:
        starts = self.spec.model.parameters()
        if self.vector:
            numbers = [start.value for start in starts.values()]
            made = f"torch.tensor({numbers}" if any(numbers) else f"torch.zeros({len(numbers)}"
            yield CodeLine(f"c = {made}, requires_grad=True)", "setup")
            return
        for name, start in starts.items():
            if not start.frozen:
                made = f"torch.tensor({start.value!r}, requires_grad=True)"
                yield CodeLine(f"{name} = {made}", "setup")
            elif not (start.absent and self.data):
                made = f"{start.value!r}" if self.data else f"torch.tensor({start.value!r})"
                yield CodeLine(f"{name} = {made}  # never changes", "setup")

    def _tools(self) -> Iterator[CodeLine]:
        if getattr(self.spec.loss, "broadcast", False):
            yield CodeLine("y = Y.view(-1)", "setup")
        if self.batched:
            columns = tuple(name.upper() for name in self.inputs)
            size = f"batch_size={self.spec.training.batch_size}"
            size += ", shuffle=True" if self.spec.training.shuffle else ""
            made = f"TensorDataset({', '.join((*columns, 'Y'))})"
            yield CodeLine(f"loader = DataLoader({made}, {size})", "setup")
        if not self.data and self._defined:
            yield CodeLine(f"def {self._called}:", "setup")
            yield CodeLine(f"{TAB}return {self._formula}", "setup")
        if not self.by_hand:
            yield CodeLine(f"optimizer = {optimizer(self.spec, self.tensors)}", "setup")
        if self.scheduled:
            yield CodeLine(f"scheduler = {scheduler(self.spec)}", "setup")

    # In the loop ---------------------------------------------------------------------------

    def _ahead(self) -> Iterator[CodeLine]:
        """From the parameters to the loss."""
        value = (LiveValue("loss", "loss"),)
        phases: tuple[str, ...] = ("loss",)
        if self.data:
            yield CodeLine(f"yhat = {self._prediction()}", phases=("forward",))
            made = self._error()
        else:
            phases = ("forward", *phases)
            made = self._called if self._defined else self._formula
        penalties = [*self._penalties()]
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
        values, lr = self._values("value"), self.spec.optimizer.lr
        if self.by_hand:
            for name, value in zip(self.tensors, values, strict=True):
                text = f"{name}.data = {name}.data - {lr!r} * {name}.grad"
                yield CodeLine(text, phases=("update",), values=(value,))
        else:
            yield CodeLine("optimizer.step()", phases=("update",), values=values)
            if self.scheduled and not self.batched:
                yield CodeLine("scheduler.step()", phases=("update",))
        yield from self._cleared()

    def _cleared(self) -> Iterator[CodeLine]:
        phases = ("zero_grad",)
        if not self.spec.training.zero_grad:
            called = f"{self.tensors[0]}.grad.zero_()" if self.by_hand else "optimizer.zero_grad()"
            values = self._values("grad")
            yield CodeLine(f"# {called} is missing", phases=phases, values=values)
        elif self.by_hand:
            for name, value in zip(self.tensors, self._values("cleared", "0"), strict=True):
                yield CodeLine(f"{name}.grad.zero_()", phases=phases, values=(value,))
        else:
            values = self._values("cleared", "None")
            yield CodeLine("optimizer.zero_grad()", phases=phases, values=values)

    def _prediction(self) -> str:
        """The model at its inputs; a parameter that is 0 for ever is left out."""
        kind, starts = registry.name_of(type(self.spec.model)), self.spec.model.parameters()
        match kind:
            case "linear":
                return self._line()
            case "logistic":
                return f"torch.sigmoid({self._line()})"
            case "sine":
                return f"a * torch.sin(f * {self.inputs[0]})"
            case "polynomial" if self.vector:
                return f"sum(c[k] * {self.inputs[0]}**k for k in range({len(starts)}))"
            case "polynomial":
                return self._sum([(name, _power(self.inputs[0], name)) for name in starts])
        return f"{kind}({', '.join((*starts, *self.inputs))})"

    def _line(self) -> str:
        starts = self.spec.model.parameters()
        return self._sum([*zip(starts, (*self.inputs, ""), strict=True)])

    def _sum(self, terms: list[tuple[str, str]]) -> str:
        starts = self.spec.model.parameters()
        shown = [(name, x) for name, x in terms if not starts[name].absent]
        return " + ".join(f"{name} * {x}" if x else name for name, x in shown)

    def _error(self) -> str:
        """The loss of yhat for the labels, without penalties."""
        y, loss = self.label, self.spec.loss
        match registry.name_of(type(loss)):
            case "mse":
                note = "  # (N, 1) − (N,)" if getattr(loss, "broadcast", False) else ""
                return f"torch.mean((yhat - {y}) ** 2){note}"
            case "half_mse":
                return f"torch.mean((yhat - {y}) ** 2) / 2"
            case "mae":
                return f"F.l1_loss(yhat, {y})"
            case "huber":
                delta = getattr(loss, "delta", 1.0)
                option = f", delta={delta!r}" if delta != 1 else ""
                return f"F.huber_loss(yhat, {y}{option})"
            case "cross_entropy":
                return f"F.binary_cross_entropy(yhat, {y})"
        return f"{registry.name_of(type(loss))}(yhat, {y}){STRANGE}"

    def _penalties(self) -> Iterator[str]:
        names = self.tensors
        for strength, sizes in (
            (self.spec.loss.l1, [f"abs({name})" for name in names]),
            (self.spec.loss.l2, [f"{name}**2" for name in names]),
        ):
            if not strength:
                continue
            total = " + ".join(sizes)
            if self.vector:
                yield f"{strength!r} * torch.sum({total})"
            else:
                yield f"{strength!r} * ({total})" if len(names) > 1 else f"{strength!r} * {total}"

    @cached_property
    def _formula(self) -> str:
        """The function's own, as Python."""
        model: Any = self.spec.model
        return "" if self.data else in_python(model.formula_text, model.parameters())

    @property
    def _defined(self) -> bool:
        """Whether the formula is too long for the loop and stands before it."""
        return len(self._formula) > LONGEST

    @property
    def _called(self) -> str:
        model: Any = self.spec.model
        return f"{model.name or 'f'}({', '.join(model.parameters())})"


def _power(x: str, coefficient: str) -> str:
    """`c2` belongs to X**2."""
    return {"c0": "", "c1": x}.get(coefficient, f"{x}**{coefficient[1:]}")
