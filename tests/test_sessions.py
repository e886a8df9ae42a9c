"""A film is the same in any session, and a session is the same after any film.

A session is a Python process in which other things were done before: another default dtype,
gradients turned off, another style of Matplotlib. Each test makes a film in a strange one.
"""

from __future__ import annotations

import asyncio
import decimal
import locale
import os
import random
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

import render
from render.learn.loop import train
from render.learn.torch_state import own_torch
from tests.learn.labs import lab
from tests.sweeps import sweep

ROOT = Path(__file__).parent.parent
# Everything that draws random numbers, a product of matrices, words, a step into nothing.
CONFIG = """
title: a plane
dataset: {kind: plane, noise: 0.3, outliers: [{at: 2, y: 4}], validation: {fraction: 0.2}}
model: {kind: linear, weight: [-2, 3], bias: 1}
optimizer: {kind: newton, lr: 0.5}
training: {epochs: 3, batch_size: 5, shuffle: true, noise: 0.2}
landscape: {grid: 41}
film: {size: [480, 270], fps: 3, duration: 1}
"""
FILES = ("film.mp4", "film.csv")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("session") / "film.yaml"
    file.write_text(CONFIG)
    return file


def made(config: Path, out: Path, files: tuple[str, ...] = FILES, cache: bool = False) -> dict:
    """The bytes of the film's files."""
    render.load(config, cache=cache).save(*(out / name for name in files))
    return {name: (out / name).read_bytes() for name in files}


@pytest.fixture(scope="module")
def usual(config, tmp_path_factory) -> dict:
    return made(config, tmp_path_factory.mktemp("usual"))


def state() -> dict[str, object]:
    """What a film may leave behind nowhere."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "threads": torch.get_num_threads(),
        "precision": torch.get_float32_matmul_precision(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "warn only": torch.is_deterministic_algorithms_warn_only_enabled(),
        "anomaly": (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        "flushes": sys.float_info.min / 4 == 0,
        "torch's numbers": torch.get_rng_state().tolist(),
        "NumPy's numbers": np.random.get_state()[1].tolist(),  # noqa: NPY002
        "Python's numbers": random.getstate(),
        "errors": np.geterr(),
        "buffer": np.getbufsize(),
        "print": {k: v for k, v in np.get_printoptions().items() if k != "formatter"},
        "matplotlib": dict(mpl.rcParams),
        "figures": plt.get_fignums(),
        "warnings": list(warnings.filters),
        "decimal": repr(decimal.getcontext()),
        "locale": locale.localeconv(),
        "folder": os.getcwd(),
        "umask": _umask(),
        "threads of Python": threading.active_count(),
    }


def _umask() -> int:
    os.umask(before := os.umask(0))
    return before


def switched(value: object, read: Callable, write: Callable) -> AbstractContextManager:
    """A setting without a context of its own."""

    @contextmanager
    def inside() -> Iterator[None]:
        before = read()
        write(value)
        try:
            yield
        finally:
            write(before)

    return inside()


@contextmanager
def settings_of_matplotlib() -> Iterator[None]:
    with mpl.rc_context(), plt.xkcd():
        plt.style.use(["dark_background", "ggplot"])
        mpl.rcParams.update({
            "font.family": "serif",
            "font.size": 31,
            "savefig.dpi": 7,
            "savefig.bbox": "tight",
            "figure.dpi": 300,
            "figure.constrained_layout.use": True,
            "text.antialiased": False,
            "lines.linewidth": 9,
            "path.simplify_threshold": 1,
            "axes.formatter.use_locale": True,
            "axes.unicode_minus": False,
            "agg.path.chunksize": 100,
            "animation.writer": "pillow",
        })  # fmt: skip
        yield


@contextmanager
def another_backend() -> Iterator[None]:
    before = mpl.get_backend()
    plt.switch_backend("svg")
    with plt.ion():
        plt.figure()
        try:
            yield
        finally:
            plt.close("all")
            plt.switch_backend(before)


@contextmanager
def german() -> Iterator[None]:
    """Decimal commas, also where no such locale is installed."""
    conventions = {"decimal_point": ",", "thousands_sep": ".", "grouping": [3, 3, 0]}
    with pytest.MonkeyPatch.context() as patch, mpl.rc_context({"axes.formatter.use_locale": True}):
        patch.setattr(locale, "_override_localeconv", conventions)
        yield


@contextmanager
def warnings_as_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def another_folder() -> Iterator[None]:
    with switched("/", os.getcwd, os.chdir), switched(0o077, _umask, os.umask):
        yield


@contextmanager
def another_day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"TZ": "Pacific/Kiritimati", "SOURCE_DATE_EPOCH": "1"}.items():
            patch.setenv(name, value)
        time.tzset()
        try:
            yield
        finally:
            patch.undo()
            time.tzset()


@contextmanager
def seeds() -> Iterator[None]:
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    yield


@contextmanager
def without_streams() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        yield


def _deterministic(on: bool) -> AbstractContextManager:
    now = torch.are_deterministic_algorithms_enabled
    return switched(on, now, torch.use_deterministic_algorithms)


def _dtype(dtype: torch.dtype) -> AbstractContextManager:
    return switched(dtype, torch.get_default_dtype, torch.set_default_dtype)


SESSIONS: dict[str, Callable[[], AbstractContextManager]] = {
    "default dtype float64": lambda: _dtype(torch.float64),
    "default dtype bfloat16": lambda: _dtype(torch.bfloat16),
    "gradients off": lambda: switched(False, torch.is_grad_enabled, torch.set_grad_enabled),
    "no_grad": torch.no_grad,
    "inference mode": torch.inference_mode,
    "default device": lambda: switched("meta", lambda: None, torch.set_default_device),
    "device as a context": lambda: torch.device("meta"),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "deterministic algorithms": lambda: _deterministic(True),
    "anomaly detection": lambda: torch.autograd.set_detect_anomaly(True),
    "three threads": lambda: switched(3, torch.get_num_threads, torch.set_num_threads),
    "flush to zero": lambda: switched(True, lambda: False, torch.set_flush_denormal),
    "rough products": lambda: switched(
        "medium", torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
    ),
    "seeds": seeds,
    "NumPy raises": lambda: np.errstate(all="raise"),
    "NumPy is silent": lambda: np.errstate(all="ignore"),
    "NumPy's buffer": lambda: switched(16, np.getbufsize, np.setbufsize),
    "NumPy prints less": lambda: np.printoptions(precision=2, suppress=True, legacy="1.13"),
    "warnings are errors": warnings_as_errors,
    "settings of Matplotlib": settings_of_matplotlib,
    "another backend": another_backend,
    "decimal commas": german,
    "few digits": lambda: decimal.localcontext(prec=2, rounding=decimal.ROUND_UP),
    "another folder": another_folder,
    "another day": another_day,
    "no streams": without_streams,
}


@pytest.mark.parametrize("name", sweep(SESSIONS, quick=8))
def test_a_film_is_the_same_in_a_strange_session_which_stays_as_it_is(
    name, usual, config, tmp_path, monkeypatch
):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "strange").mkdir()
    (tmp_path / "later").mkdir()
    with ExitStack() as stack:
        stack.enter_context(SESSIONS[name]())
        before = state()
        strange = made(config, tmp_path / "strange", cache=True)
        after = state()
    assert [key for key in before if before[key] != after[key]] == []
    assert [key for key in usual if strange[key] != usual[key]] == []
    # A later session takes the numbers from the cache that the strange one wrote.
    assert made(config, tmp_path / "later", ("film.csv",), cache=True) == {
        "film.csv": usual["film.csv"]
    }


def test_a_film_is_the_same_in_a_thread_and_under_an_event_loop(usual, config, tmp_path):
    async def in_a_thread() -> dict:
        return await asyncio.to_thread(made, config, tmp_path)

    async def in_the_loop() -> dict:
        return made(config, tmp_path)

    assert asyncio.run(in_the_loop()) == usual
    with torch.no_grad(), np.errstate(all="raise"):
        assert asyncio.run(in_a_thread()) == usual


@pytest.mark.parametrize("rate", ["optimizer.lr=0.24", "optimizer.lr=9"])
def test_runs_to_tiny_and_to_huge_numbers_are_no_error_of_numpy(rate, tmp_path):
    """Where NumPy raises: squares of 1e-200 are 0, the loss of a run that diverges is infinite."""
    (tmp_path / "film.yaml").write_text(
        "model: {kind: function, name: quadratic, axes: [2, 1.9], start: {x1: 1, x2: 1}}\n"
        "training: {epochs: 200}\nlandscape: {grid: 41}\nfilm: {size: [160, 90]}\n"
    )
    film = render.load(tmp_path / "film.yaml", [rate], cache=False)
    expected = film.runs[0].recording.loss.tobytes(), film.frame("50%").tobytes()
    with np.errstate(all="raise"):
        film = render.load(tmp_path / "film.yaml", [rate], cache=False)
        found = film.runs[0].recording.loss.tobytes(), film.frame("50%").tobytes()
    assert found == expected


def test_the_number_of_threads_changes_no_digit_of_a_large_sum():
    spec = lab("slope_bias", "dataset.x={start: 0, stop: 1, step: 1e-5}", "training.epochs=4")
    data = spec.dataset.make(spec.seed)
    found = []
    for threads in (1, 2, 3):
        with switched(threads, torch.get_num_threads, torch.set_num_threads):
            run = train(spec, data)
        found.append((run.params.tobytes(), run.grads.tobytes(), run.batch_loss.tobytes()))
    assert found[0] == found[1] == found[2]


def test_of_two_trainings_at_once_neither_ends_the_settings_of_the_other():
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with own_torch():
            inside.set()
            assert leave.wait(10)

    with _dtype(torch.float64):
        first = threading.Thread(target=other)
        with own_torch():
            first.start()
            assert inside.wait(10)
        assert torch.get_default_dtype() == torch.float32  # the other one still needs it
        leave.set()
        first.join()
        assert torch.get_default_dtype() == torch.float64


def test_the_settings_are_restored_after_an_error():
    with _dtype(torch.float64), torch.no_grad():
        before = state()
        with pytest.raises(ZeroDivisionError), own_torch():
            _ = 1 / 0
        assert state() == before


FRESH = {
    "warnings": ("-W", "error"),
    "optimised": ("-OO",),
    "development": ("-X", "dev", "-W", "error"),
}
SCRIPT = "import sys, render; render.load(sys.argv[1], cache=False).save(*sys.argv[2:])"


@pytest.mark.slow
@pytest.mark.parametrize("name", FRESH)
def test_a_film_is_the_same_in_a_python_with_other_options(name, usual, config, tmp_path):
    files = [str(tmp_path / file) for file in FILES]
    command = [sys.executable, *FRESH[name], "-c", SCRIPT, str(config), *files]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {file: (tmp_path / file).read_bytes() for file in FILES} == usual
