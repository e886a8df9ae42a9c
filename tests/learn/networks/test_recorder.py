"""Recording the user's own loop: which snapshots are kept, that they are exact, what goes wrong."""

from __future__ import annotations

import gc
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from render.errors import RenderError
from render.learn.networks import history_file
from render.learn.networks.recorder import Recorder
from render.learn.networks.rows import DISK_BYTES, MIN_ROWS, Rows, capacity_of

X = torch.linspace(-1, 1, 24, dtype=torch.float64).view(12, 2)
Y = (X[:, :1] * 2 - X[:, 1:]).sin()


def net(width=3, dtype=torch.float64):
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 1)).to(dtype)


def flat(model):
    return torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad])


def run(recorder, model, steps, lr=0.1, optimizer=None):
    """Train, and return every snapshot, every loss of a batch, every gradient."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=lr)
    weights, losses, gradients = [flat(model).numpy().copy()], [], []
    recorder.start()
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]).numpy().copy())
        optimizer.step()
        recorder.step(loss)
        weights.append(flat(model).numpy().copy())
        losses.append(loss.item())
    recorder.stop()
    return np.array(weights), np.array(losses), np.array(gradients)


@pytest.mark.parametrize("memory", [None, 0])
@pytest.mark.parametrize("steps", [1, 2, 8, 9, 10, 17, 37, 64, 65, 500])
def test_kept_rows_are_those_of_a_full_log_evenly_spaced_with_both_ends(steps, memory):
    model = net()
    recorder = Recorder(model, None, snapshots=10, memory_bytes=memory)
    weights, losses, gradients = run(recorder, model, steps)
    history = recorder.history("a")
    kept = history.step.astype(int)
    assert kept[0] == 0
    assert kept[-1] == steps
    assert len(kept) <= 10
    assert len(kept) == steps + 1 or len(kept) > 10 // 2
    gaps = np.diff(kept)
    assert len(set(gaps[:-1])) <= 1
    assert 0 < gaps[-1] <= gaps[0]
    assert (history.weights == weights[kept]).all()
    assert (history.batch_loss[:-1] == losses[kept[:-1]]).all()
    assert (history.gradients[:-1] == gradients[kept[:-1]]).all()
    assert np.isnan(history.batch_loss[-1])
    assert np.isnan(history.gradients[-1]).all()
    assert np.isnan(history.lr).all()
    assert isinstance(history.weights, np.memmap) == (memory == 0)


def test_the_rate_and_the_gradient_are_those_of_the_update_itself():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    recorder = Recorder(model, optimizer)
    recorder.start()
    gradients = []
    for _ in range(4):
        loss = nn.functional.mse_loss(model(X), Y)
        loss.backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]).numpy().copy())
        optimizer.step()
        schedule.step()  # changes the rate before the recorder is told
        optimizer.zero_grad(set_to_none=False)
        recorder.step(loss)
    recorder.stop()
    history = recorder.history("a")
    assert history.lr[:-1].tolist() == [0.1, 0.05, 0.025, 0.0125]
    assert (history.gradients[:-1] == gradients).all()
    optimizer.step()  # its hooks are gone
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks


def test_the_loop_computes_the_same_numbers_as_without_a_recorder():
    alone, watched, other = net(), net(), net()
    torch.manual_seed(3)
    alone_weights, _, _ = run(Recorder(other), alone, 30)
    alone_random = torch.rand(3)
    torch.manual_seed(3)
    optimizer = torch.optim.SGD(watched.parameters(), lr=0.1)
    weights, _, _ = run(Recorder(watched, optimizer, snapshots=4), watched, 30, optimizer=optimizer)
    assert (weights == alone_weights).all()
    assert (torch.rand(3) == alone_random).all()


def test_rows_are_kept_in_the_models_own_dtype():
    for dtype, kind in [
        (torch.float32, np.float32),
        (torch.float64, np.float64),
        (torch.float16, np.float16),
        (torch.bfloat16, np.float32),  # which NumPy lacks
    ]:
        model = net(dtype=dtype)
        recorder = Recorder(model, None)
        recorder.start()
        with torch.no_grad():
            model[0].weight += 1 / 3
        recorder.step(0.5)
        recorder.stop()
        history = recorder.history("a")
        assert history.weights.dtype == kind
        assert (history.weights[-1] == flat(model).double().numpy()).all()


def test_frozen_and_tied_parameters_are_no_columns_of_their_own():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(2, 2)
            self.second = nn.Linear(2, 2)
            self.second.weight = self.first.weight
            self.second.bias.requires_grad_(False)

    recorder = Recorder(Tied())
    assert recorder.names == ("first.weight", "first.bias")
    assert recorder.shapes == ((2, 2), (2,))


def test_buffers_are_those_of_each_kept_snapshot():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    model.register_buffer("mask", torch.ones(4))
    recorder, log = Recorder(model, None, snapshots=5), []
    recorder.start()
    log.append({name: b.clone() for name, b in model.named_buffers()})
    for _ in range(21):
        loss = model(torch.randn(8, 2)).square().mean()
        loss.backward()
        recorder.step(loss)
        log.append({name: b.clone() for name, b in model.named_buffers()})
    recorder.stop()
    history = recorder.history("a")
    assert set(history.buffers) == {
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
        "mask",
    }
    for name, values in history.buffers.items():
        assert (values == np.stack([log[int(k)][name].numpy() for k in history.step])).all(), name
    assert history.buffers["mask"].strides[0] == 0  # it never changes, and takes no room


@pytest.mark.parametrize("told", [False, True])
def test_an_exception_in_the_loop_leaves_the_run_so_far(told):
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder, rows = Recorder(model, optimizer if told else None, snapshots=4), []
    recorder.start()
    rows.append(flat(model).numpy().copy())
    for _ in range(23):
        loss = nn.functional.mse_loss(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        recorder.step(loss)
        rows.append(flat(model).numpy().copy())
    nn.functional.mse_loss(model(X), Y).backward()  # interrupted here: the newest is step 23
    recorder.stop()
    history = recorder.history("a")
    assert history.step[-1] == 23
    assert (history.weights == np.array(rows)[history.step.astype(int)]).all()


@pytest.mark.parametrize("told", [False, True])
def test_weights_of_an_update_that_it_was_not_told_of_are_no_snapshot(told):
    """As after Ctrl-C in optimizer.step(): some of the weights may be new, and others not."""
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder, rows = Recorder(model, optimizer if told else None, snapshots=4), []
    recorder.start()
    rows.append(flat(model).numpy().copy())
    for _ in range(23):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(X), Y)
        loss.backward()
        optimizer.step()
        recorder.step(loss)
        rows.append(flat(model).numpy().copy())
    optimizer.step()
    recorder.stop()
    history = recorder.history("a")
    assert history.step[-1] == (16 if told else 23)
    assert (history.weights == np.array(rows)[history.step.astype(int)]).all()


def test_a_run_that_diverges_ends_at_its_last_finite_snapshot():
    model = net()
    recorder = Recorder(model, None, snapshots=400)
    weights, _, _ = run(recorder, model, 200, lr=1e30)
    history = recorder.history("a")
    assert history.broke_off
    finite = np.isfinite(weights).all(axis=1)
    last = int(np.flatnonzero(finite)[-1])
    assert history.step[-1] == last
    assert np.isfinite(history.weights).all()


def test_a_loss_beyond_all_numbers_ends_a_run_that_diverges_while_its_weights_are_finite():
    model, losses = nn.Linear(1, 1, bias=False), []
    recorder = Recorder(model, None, snapshots=400)
    recorder.start()
    while len(losses) < 100:  # the square leaves float32 before the weight does
        loss = (1e10 * model(torch.ones(1, 1))).square().mean()
        model.weight.data *= -1.5
        losses.append(loss.item())
        recorder.step(loss)
    recorder.stop()
    finite = int(np.isfinite(losses).sum())
    assert 2 < finite < 100
    assert torch.isfinite(model.weight).all()
    history = recorder.history("a")
    assert history.broke_off
    np.testing.assert_allclose(history.batch_loss[:finite], losses[:finite])
    assert history.step[-1] == finite
    assert np.isnan(history.batch_loss[-1])


def bad(step, snapshots=400, model=None):
    """The error of a recording in which the third step is a wrong one."""
    model = model or net()
    recorder = Recorder(model, None, snapshots)
    recorder.start()
    recorder.step(1.0)
    recorder.step(1.0)
    step(recorder, model)
    recorder.step(1.0)
    recorder.stop()
    with pytest.raises(RenderError) as error:
        recorder.history("a")
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_loss_must_be_one_finite_number():
    text = bad(lambda recorder, model: recorder.step(torch.ones(2, 3)))
    assert "step 3: the loss has 6 numbers, of shape (2, 3)" in text
    assert "step 3: the loss is nan" in bad(lambda recorder, model: recorder.step(math.nan))
    assert "step 3: the loss is inf" in bad(
        lambda recorder, model: recorder.step(torch.tensor(math.inf))
    )
    assert "found str" in bad(lambda recorder, model: recorder.step("low"))
    assert "found NoneType" in bad(lambda recorder, model: recorder.step(None))


def test_a_model_must_keep_its_parameters():
    def grow(recorder, model):
        model.append(nn.Linear(1, 1).double())

    def replaced(recorder, model):
        model[2] = nn.Linear(3, 1).double()

    def frozen(recorder, model):
        model[0].weight.requires_grad_(False)

    assert "13 trained weights at the start, 15" in bad(grow)
    assert "but others" in bad(replaced)
    assert "13 trained weights at the start, 7" in bad(frozen)
    assert "13 trained weights at the start, 15" in bad(grow, snapshots=3)


def test_steps_before_the_start_and_after_the_end_are_errors_of_the_film():
    recorder = Recorder(net())
    recorder.step(1.0)
    with pytest.raises(RenderError, match="before the with block"):
        recorder.history("a")
    model = net()
    recorder = Recorder(model)
    run(recorder, model, 3)
    recorder.step(1.0)
    with pytest.raises(RenderError, match="after the end of the with block"):
        recorder.history("a")


def test_a_recording_that_goes_on_or_never_began_is_no_film():
    recorder = Recorder(net())
    with pytest.raises(RenderError, match="not begun"):
        recorder.history("a")
    recorder.start()
    with pytest.raises(RenderError, match="still going on"):
        recorder.history("a")
    recorder.stop()
    with pytest.raises(RenderError, match="no step"):
        recorder.history("a")
    with pytest.raises(RenderError, match="one run"):
        recorder.start()


class Plain(nn.Module):
    pass


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Plain(), "Plain has no trainable parameters"),
        (nn.Linear(1, 1).requires_grad_(False), "Linear has no trainable parameters"),
        (nn.LazyLinear(3), "call the model once first"),
        (nn.Linear(1, 1, dtype=torch.complex64), "complex"),
        ("net.pt", "expected a torch.nn.Module, found str"),
    ],
)
def test_a_model_that_cannot_be_recorded_is_refused_at_once(model, text):
    with pytest.raises(RenderError, match=text):
        Recorder(model)


@pytest.mark.parametrize("snapshots", [2, 0, -1, 20_000, True, "many", 3.5])
def test_snapshots_is_a_count(snapshots):
    with pytest.raises(RenderError, match="snapshots="):
        Recorder(net(), None, snapshots)


def test_a_full_disk_is_an_error_of_the_film_alone(monkeypatch):
    model = net()
    recorder = Recorder(model, None, snapshots=4, memory_bytes=0)

    def full(self, slot, row):
        raise OSError(28, "no room")

    recorder.start()
    monkeypatch.setattr(Rows, "write", full)
    for _ in range(9):
        recorder.step(1.0)
    recorder.stop()
    with pytest.raises(RenderError, match=r"step 1 .*no room.*TMPDIR"):
        recorder.history("a")


def test_rows_change_places_without_a_second_copy():
    for memory, slots in itertools.product([0, None], [[3, 1, 0], [4, 3, 2, 1, 0], [2], [0, 4, 1]]):
        rows = Rows(5, 3, np.dtype(np.float32), memory)
        before = np.arange(15, dtype=np.float32).reshape(5, 3)
        for slot, row in enumerate(before):
            rows.write(slot, row)
        assert (rows.ordered(slots) == before[slots]).all()
        assert rows.on_disk == (memory == 0)


def test_large_models_keep_fewer_snapshots():
    assert capacity_of(400, 4_000_000) == 400  # a million float32
    assert capacity_of(400, 400_000_000) == MIN_ROWS
    assert capacity_of(400, 8_000_000) * 8_000_000 <= DISK_BYTES


def test_a_history_is_the_same_after_it_was_saved(tmp_path, monkeypatch):
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    recorder = Recorder(model, optimizer, snapshots=6)
    run(recorder, model, 11, optimizer=optimizer)
    history = recorder.history("", 4)
    path = tmp_path / "run.npz"
    file = history_file.HistoryFile(history, 4, {"optimizer": "SGD"}, ("said",))
    history_file.write(path, file)
    for limit in (1 << 30, 0):  # in memory; mapped
        monkeypatch.setattr(history_file, "MEMORY_BYTES", limit)
        again = history_file.read(path)
        assert isinstance(again.history.weights, np.memmap) == (limit == 0)
        assert (again.per_epoch, again.facts, again.remarks) == (4, {"optimizer": "SGD"}, ("said",))
        assert again.history.names == history.names
        assert again.history.shapes == history.shapes
        assert again.history.weights.dtype == history.weights.dtype
        for name in ("weights", "step", "epoch", "batch_loss", "lr", "gradients"):
            one, other = getattr(again.history, name), getattr(history, name)
            assert np.array_equal(one, other, equal_nan=True), name
        assert again.history.buffers.keys() == history.buffers.keys()
        for name, values in history.buffers.items():
            assert (again.history.buffers[name] == values).all()
        del again
        gc.collect()


def test_other_files_are_no_recorded_runs(tmp_path):
    text = tmp_path / "text.npz"
    text.write_text("no zip")
    other = tmp_path / "other.npz"
    np.savez(other, a=np.zeros(3))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, about=np.array([{}], dtype=object), allow_pickle=True)
    for path in (text, other, pickled):
        with pytest.raises(RenderError, match="is no recorded run"):
            history_file.read(path)
    with pytest.raises(RenderError, match=r"missing\.npz: can't be read"):
        history_file.read(tmp_path / "missing.npz")
