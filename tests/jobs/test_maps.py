"""A map that several processes compute is the same, and a part that fails fails it in one line."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from render.config.map import MapOptions
from render.config.spec import Spec
from render.errors import RenderError
from render.jobs import maps
from render.jobs.maps import in_processes, on_executor
from render.learn.map.compute import compute
from render.learn.map.result import RunMap
from tests.learn.map.test_map import LINE, RATE, spec_of


def shared() -> tuple[Spec, MapOptions]:
    spec = spec_of(LINE, RATE, "training.batch_size=1..3", (9, 3), "training.epochs=3")
    assert spec.map is not None
    return spec.map.run(spec), spec.map


def same(one: RunMap, other: RunMap) -> bool:
    names = ("verdict", "epochs", "loss", "boundary")
    return all(getattr(one, n).tobytes() == getattr(other, n).tobytes() for n in names)


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3])
def test_processes_change_no_bit(count: int) -> None:
    told: list[tuple[int, int]] = []
    made = compute(*shared(), lambda *at: told.append(at), spread=in_processes(count))
    assert same(made, compute(*shared()))
    assert told[-1] == (27, 27)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_tasks_of_an_executor_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "TASKS", 4)  # of which one has nothing to do
    with ThreadPoolExecutor(2) as executor:
        made = compute(*shared(), spread=on_executor(executor))
    assert same(made, compute(*shared()))
    assert np.isfinite(made.loss).all()


def test_a_map_of_a_broken_executor_fails_in_one_line() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(RenderError, match=r"^map: [^\n]+$"):
        compute(*shared(), spread=on_executor(executor))
