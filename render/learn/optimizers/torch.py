"""An optimizer of PyTorch's own, by its name in torch.optim."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field

from render.config.options import Flag, Number, Positive
from render.config.problems import nearest
from render.learn.notation import call
from render.learn.optimizers.base import Optimizer

Name = Literal[
    "ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Rprop",
    "SGD",
]  # fmt: skip
# Each in torch.optim with its options and their defaults: those whose step is the same for a
# vector of all parameters as for their own tensors, which LBFGS's, Muon's and Adafactor's is not.
OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {
    "ASGD": {"lr": 0.01, "lambd": 0.0001, "alpha": 0.75, "t0": 1000000.0, "weight_decay": 0},
    "Adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-06, "weight_decay": 0},
    "Adagrad": {
        "lr": 0.01, "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10,
    },
    "Adam": {
        "lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0, "amsgrad": False,
    },
    "AdamW": {
        "lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0.01, "amsgrad": False,
    },
    "Adamax": {"lr": 0.002, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0},
    "NAdam": {
        "lr": 0.002, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0,
        "momentum_decay": 0.004, "decoupled_weight_decay": False,
    },
    "RAdam": {
        "lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0,
        "decoupled_weight_decay": False,
    },
    "RMSprop": {
        "lr": 0.01, "alpha": 0.99, "eps": 1e-08, "weight_decay": 0, "momentum": 0,
        "centered": False,
    },
    "Rprop": {"lr": 0.01, "etas": (0.5, 1.2), "step_sizes": (1e-06, 50)},
    "SGD": {"lr": 0.001, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
}  # fmt: skip

Share = Annotated[Number, Field(ge=0, lt=1)]
Strength = Annotated[Number, Field(ge=0)]


@dataclass(frozen=True)
class TorchOptimizer(Optimizer):
    """The step of torch.optim's class of that name, computed by PyTorch itself.

    Each name has its own options; what is left out is as in torch.optim.
    """

    lr: Annotated[
        Positive | None,
        Field(
            description="learning rate; as torch.optim has it when left out",
            validation_alias=AliasChoices("lr", "learning_rate"),
        ),
    ] = None  # type: ignore[assignment]  # it is a number once the name is known
    name: Annotated[Name, Field(description="of the class in torch.optim")] = "NAdam"
    alpha: Annotated[Strength, Field(description="of RMSprop, ASGD")] | None = None
    amsgrad: Annotated[Flag, Field(description="of Adam, AdamW")] | None = None
    betas: Annotated[tuple[Share, Share], Field(description="of the Adams")] | None = None
    centered: Annotated[Flag, Field(description="of RMSprop")] | None = None
    dampening: Annotated[Number, Field(description="of SGD")] | None = None
    decoupled_weight_decay: Annotated[Flag, Field(description="of NAdam, RAdam")] | None = None
    eps: Annotated[Positive, Field(description="avoids a division by 0")] | None = None
    etas: (
        Annotated[
            tuple[
                Annotated[Number, Field(gt=0, lt=1)],
                Annotated[Number, Field(gt=1)],
            ],
            Field(description="of Rprop"),
        ]
        | None
    ) = None
    initial_accumulator_value: Annotated[Strength, Field(description="of Adagrad")] | None = None
    lambd: Annotated[Strength, Field(description="of ASGD")] | None = None
    lr_decay: Annotated[Strength, Field(description="of Adagrad")] | None = None
    momentum: Annotated[Strength, Field(description="of SGD, RMSprop")] | None = None
    momentum_decay: Annotated[Strength, Field(description="of NAdam")] | None = None
    nesterov: Annotated[Flag, Field(description="of SGD")] | None = None
    rho: Annotated[Share, Field(description="of Adadelta")] | None = None
    step_sizes: (
        Annotated[tuple[Positive, Positive], Field(description="of Rprop: least and most")] | None
    ) = None
    t0: Annotated[Positive, Field(description="of ASGD: the step from which on it averages")] | (
        None
    ) = None
    weight_decay: Annotated[Strength, Field(description="pull of each parameter to 0")] | None = (
        None
    )

    @classmethod
    def beside(cls, option: str) -> dict[str, Any]:
        """What an example of an option says besides: a name that has it, if not all have it."""
        name = next((name for name, own in OPTIMIZERS.items() if option in own), "")
        return {"name": name} if name else {}

    def __post_init__(self) -> None:
        known = OPTIMIZERS[self.name]
        for option in self.given:
            if option not in known:
                hint = nearest(option, known) or ";"
                raise ValueError(
                    f"{option}: {self.name} has no such option{hint} it has {_listed(known)}"
                )
        if self.lr is None:
            object.__setattr__(self, "lr", known["lr"])
        momentum, dampening = self.momentum or 0, self.dampening or 0
        if self.nesterov and (not momentum or dampening):
            raise ValueError("nesterov: it needs a momentum above 0, and no dampening")

    @property
    def given(self) -> dict[str, Any]:
        """The options that are given, besides name, lr and lr_scale."""
        own = ("name", "lr", "lr_scale")
        named = (field.name for field in fields(self) if field.name not in own)
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    @property
    def in_torch(self) -> str:  # type: ignore[override]  # the class is the option's to say
        """Its class in torch.optim."""
        return self.name

    @property
    def title(self) -> str:
        return self.name

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return ()

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        """One step of a new optimizer, which goes on with the last one's state."""
        import torch

        moved = params.detach().clone().requires_grad_()
        moved.grad = grads.detach().clone()
        optimizer = getattr(torch.optim, self.name)([moved], lr=lr, **self.given)
        if state:
            optimizer.state[moved] = copy.deepcopy(dict(state))
        optimizer.step()
        return moved.detach(), tuple(optimizer.state[moved].items())

    def torch(self, params: str) -> str:
        return call(f"torch.optim.{self.name}", params, lr=self.lr, **self.given)


def _listed(options: Mapping[str, Any]) -> str:
    return ", ".join(options)
