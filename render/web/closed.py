"""What the page needs to compute a run by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.draw.plan import FilmPlan


def closed_form(plan: FilmPlan) -> dict[str, Any] | None:
    """The model, the loss and the optimizer in closed form; None if the page can only replay."""
    return None
