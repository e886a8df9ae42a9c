"""Films of a loop of one's own: the runs are those that were recorded, and nothing is retrained."""

from __future__ import annotations

import csv
import importlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

import render
from render.errors import ConfigError, RenderError
from render.jobs.verify import verify
from render.learn.networks import batches

LIKE = Path(__file__).parent.parent.parent / "configs" / "slope_bias.yaml"
SMALL = {"size": (320, 180), "fps": 4, "duration": 1.0, "grid": 41}
torch.manual_seed(2)
X = torch.randn(24, 2)
Y = (X[:, 0] * X[:, 1] > 0).long()
LOADER = DataLoader(TensorDataset(X, Y), batch_size=8, shuffle=True)
CROSS_ENTROPY = nn.CrossEntropyLoss()


def net(seed=1):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))


def recorded(data=LOADER, epochs=3, optimizer=torch.optim.SGD, told=True, seed=1, **options):
    """A recorder, and every snapshot of its loop."""
    model = net(seed)
    made = optimizer(model.parameters(), lr=0.1)
    log = [flat(model)]
    with render.record(
        model, CROSS_ENTROPY, data, optimizer=made if told else None, **options
    ) as recorder:
        for _ in range(epochs):
            for x, y in LOADER:
                loss = CROSS_ENTROPY(model(x), y)
                made.zero_grad()
                loss.backward()
                made.step()
                recorder.step(loss)
                log.append(flat(model))
    return recorder, np.array(log)


def flat(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()]).numpy().copy()


@pytest.fixture(scope="module")
def run():
    return recorded()


@pytest.fixture(scope="module")
def film(run):
    return run[0].film(title="Four corners", **SMALL)


def runs_of(film):
    return film.runs


def loss_at(weights, x=X, y=Y):
    model = net()
    nn.utils.vector_to_parameters(torch.from_numpy(weights), model.parameters())
    return CROSS_ENTROPY(model(x), y).item()


def test_its_losses_are_those_of_the_kept_weights_over_all_data(run, film):
    _, log = run
    recording = film.recording
    assert recording.projected.step.tolist() == [*range(10)]
    assert recording.epoch == pytest.approx(np.arange(10) / 3)
    assert recording.loss == pytest.approx([loss_at(weights) for weights in log], rel=1e-5)
    assert (recording.projected.weights == log).all()
    assert (recording.lr[:-1] == 0.1).all()
    assert film.spec.optimizer.torch("p") == "torch.optim.SGD(p, lr=0.1)"


def test_all_its_files_are_made_of_one_recording(film, tmp_path):
    files = [tmp_path / f"moons.{end}" for end in ("mp4", "gif", "png", "csv", "json")]
    report = film.save(*files)
    assert [output.path for output in report.outputs] == files
    rows = list(csv.DictReader(files[3].open(encoding="utf-8")))
    assert [float(row["loss"]) for row in rows] == film.recording.loss.tolist()
    assert [int(row["step"]) for row in rows] == [*range(10)]
    facts = json.loads(files[4].read_text(encoding="utf-8"))
    assert facts["landscape"]["plane"]["kind"] == "pca"
    assert facts["film"]["frames"] == 4
    with pytest.raises(ConfigError, match="recorded in a program of your own"):
        verify(files[4], None, lambda stage, done, total: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f.name for f in files)


def test_other_options_of_the_film_leave_the_runs_as_they_are(film, tmp_path):
    other = film.but(theme="paper", size=(160, 90))
    assert other.recording is film.recording
    assert other.frame("end").shape == (90, 160, 4)
    assert (film.frame("end") == film.still("end")).all()
    report = film.still("step 4", tmp_path / "four.png")
    assert [output.path.name for output in report.outputs] == ["four.png"]
    assert film._repr_mimebundle_().keys() == {"text/plain", "text/html", "image/png"}
    for key, value in {"model": "mlp", "optimizer": "adam", "training": {"epochs": 3}}.items():
        with pytest.raises(ConfigError, match=f"{key} can't be changed"):
            film.but(**{key: value})


def test_a_film_with_a_missing_folder_for_one_file_leaves_none(film, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((RenderError, OSError)):
        film.save(tmp_path / "a.csv", tmp_path / "file" / "b.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_saved_run_has_the_same_film(run, film, tmp_path):
    path = run[0].save(tmp_path / "run.npz")
    assert [one.name for one in tmp_path.iterdir()] == ["run.npz"]
    again = render.recorded(path, net(5), CROSS_ENTROPY, LOADER).film(title="Four corners", **SMALL)
    assert again.spec == film.spec
    for name in ("params", "loss", "batch_loss", "lr", "epoch"):
        one, other = getattr(again.recording, name), getattr(film.recording, name)
        assert np.array_equal(one, other, equal_nan=True), name
    with pytest.raises(RenderError, match=r"another model: its 0\.weight has shape \(4, 2\)"):
        render.recorded(path, nn.Sequential(nn.Linear(2, 3)), CROSS_ENTROPY, LOADER)
    with pytest.raises(ConfigError, match=r"\.npz"):
        run[0].save(tmp_path / "run.pt")


def test_checkpoints_are_a_run(run, film, tmp_path):
    _, log = run
    states = []
    for k, weights in enumerate(log):
        model = net()
        nn.utils.vector_to_parameters(torch.from_numpy(weights), model.parameters())
        states.append({name: value.clone() for name, value in model.state_dict().items()})
        if k % 2:
            torch.save({"state_dict": states[-1], "epoch": k}, tmp_path / f"{k}.pt")
            states[-1] = tmp_path / f"{k}.pt"
    made = render.from_checkpoints(states, net(), CROSS_ENTROPY, (X, Y)).film(**SMALL)
    assert (made.recording.projected.weights == log).all()
    assert made.recording.loss == pytest.approx(film.recording.loss, rel=1e-5)
    assert np.isnan(made.recording.lr).all()
    assert np.isnan(made.recording.batch_loss).all()
    assert not made.recording.counts_epochs


def test_wrong_checkpoints_are_named(tmp_path):
    good = net().state_dict()
    torch.save(net(), tmp_path / "model.pt")
    (tmp_path / "text.pt").write_text("none")
    for wrong, text in [
        ({}, r"checkpoints\[1\]: is of another model: no tensor 0\.weight"),
        (nn.Linear(2, 3).state_dict(), "no tensor 0.weight; it has weight, bias"),
        ({**good, "2.bias": torch.zeros(3)}, r"2\.bias has shape \(3,\), the model's \(2,\)"),
        ({**good, "2.bias": torch.full((2,), torch.nan)}, "not finite"),
        (net(), r"expected its state_dict\(\)"),
        (tmp_path / "missing.pt", r"missing\.pt\): can't be read"),
        (tmp_path / "model.pt", "could run code"),
        (tmp_path / "text.pt", "could run code"),
        (3, "found int"),
    ]:
        with pytest.raises(RenderError, match=text):
            render.from_checkpoints([good, wrong, good], net(), CROSS_ENTROPY, (X, Y))
    for few in ([good], good, "run.pt"):
        with pytest.raises(RenderError, match="checkpoints: expected"):
            render.from_checkpoints(few, net(), CROSS_ENTROPY, (X, Y))
    with pytest.raises(RenderError, match="3 snapshots"):
        runs_of(render.from_checkpoints([good, good], net(), CROSS_ENTROPY, (X, Y)).film(**SMALL))


def test_several_runs_race_on_one_plane(run):
    other, _ = recorded(optimizer=torch.optim.Adam)
    film = render.race({"SGD": run[0], "Adam": other}, title="Two optimizers", **SMALL)
    one, two = film.runs
    assert [r.label for r in film.runs] == ["SGD", "Adam"]
    assert one.landscape is two.landscape
    assert (one.recording.params[0] == two.recording.params[0]).all()
    grid = film.but({"film.runs": "grid"})
    assert grid.runs[0].landscape is not grid.runs[1].landscape
    with pytest.raises(ConfigError, match="2 runs or more"):
        render.race({"SGD": run[0]})
    with pytest.raises(ConfigError, match="recorders by their labels"):
        render.race([run[0], other])


@pytest.mark.parametrize("plane", ["random", "hessian", ["0.weight[3,1]", "2.bias[0]"]])
def test_other_planes(run, plane):
    film = run[0].film(plane, **SMALL)
    axes = {"random": ("d1", "d2"), "hessian": ("h1", "h2")}.get(str(plane), tuple(plane))
    assert film.recording.names == axes
    assert film.frame("50%").shape == (180, 320, 4)


def test_a_step_is_an_epoch_where_each_took_all_data():
    model = net()
    with render.record(model, CROSS_ENTROPY, (X, Y)) as recorder:
        for _ in range(4):
            loss = CROSS_ENTROPY(model(X), Y)
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.1 * p.grad
            recorder.step(loss)
    film = recorder.film(**SMALL)
    assert film.recording.epoch.tolist() == [0, 1, 2, 3, 4]
    assert film.recording.full_batch
    assert np.isnan(film.recording.lr).all()
    batched, _ = recorded(data=(X, Y))
    assert not batched.film(**SMALL).recording.counts_epochs


def slope_bias(told=True):
    """A float64 copy of the config's run in PyTorch's own words, and the config's film."""
    film = render.load(LIKE, size=(320, 180), fps=2)
    points = film.runs[0].dataset
    x, y = (torch.from_numpy(values).view(-1, 1) for values in (points.x, points.y))
    model, mse = nn.Linear(1, 1).double(), nn.MSELoss()
    nn.init.constant_(model.weight, -15)
    nn.init.constant_(model.bias, -10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with render.record(model, mse, (x, y), optimizer=optimizer if told else None) as recorder:
        for _ in range(15):
            loss = mse(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.step(loss)
    return film, recorder, (model, mse, (x, y))


@pytest.mark.parametrize("told", [True, False])
def test_a_model_that_a_config_writes_as_a_formula_has_its_kind_of_film(told):
    film, recorder, _ = slope_bias(told)
    mine = recorder.film(like=LIKE, size=(320, 180), fps=2)
    assert mine.recording.names == ("w", "b")
    assert mine.spec.captions == film.spec.captions
    assert (mine.spec.title, mine.spec.scene) == (film.spec.title, film.spec.scene)
    for name in ("params", "loss", "batch_loss", "grads", "lr", "epoch"):
        one, other = getattr(mine.recording, name), getattr(film.recording, name)
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12, nan_ok=True), name
    assert mine.verdict == film.verdict


def test_fed_with_the_configs_own_numbers_it_has_the_configs_pictures(tmp_path):
    film, _, (model, mse, data) = slope_bias()
    double = torch.float64
    states = [
        {"weight": torch.tensor([[w]], dtype=double), "bias": torch.tensor([b], dtype=double)}
        for w, b in film.recording.params.tolist()
    ]
    mine = render.from_checkpoints(states, model, mse, data).film(like=LIKE, size=(320, 180), fps=2)
    film.save(tmp_path / "config.gif", tmp_path / "config.json")
    mine.save(tmp_path / "mine.gif", tmp_path / "mine.json")
    one, other = (
        json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("config", "mine")
    )
    assert one["film"]["frames_hash"] == other["film"]["frames_hash"]


def test_another_run_of_a_configs_model_says_how_it_was_trained():
    _, _, (model, mse, (x, y)) = slope_bias()
    nn.init.constant_(model.weight, 3)
    nn.init.constant_(model.bias, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.2)
    with render.record(model, mse, (x[:30], y[:30]), optimizer=optimizer) as recorder:
        for _ in range(6):
            loss = mse(model(x[:30]), y[:30])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.step(loss)
    mine = recorder.film(like=LIKE, captions=[], size=(320, 180), fps=2)
    assert mine.recording.names == ("w", "b")
    assert mine.spec.optimizer.torch("p") == "torch.optim.Adam(p, lr=0.2)"
    starts = {name: start.value for name, start in mine.spec.model.parameters().items()}
    assert starts == {"w": 3, "b": 2}
    assert mine.spec.training.epochs == 6
    assert len(mine.runs[0].dataset.y) == 30
    assert mine.recording.loss[0] == pytest.approx(
        float(np.mean((3 * x[:30].numpy() + 2 - y[:30].numpy()) ** 2)), rel=1e-12
    )


def test_a_network_takes_words_and_options_of_another_film(run):
    film = run[0].film(like={"title": "Mine", "film": {"theme": "paper", "size": [320, 180]}})
    assert film.spec.title == "Mine"
    assert film.spec.film.theme == "paper"
    assert film.recording.names == ("pc1", "pc2")
    with pytest.raises(RenderError, match="field 'w'"):
        run[0].film(like=LIKE)
    kept = run[0].film(like=LIKE, captions=[{"at": "end", "text": "loss {loss:.2f}"}], **SMALL)
    assert kept.spec.title == "Gradient descent finds the line"
    assert kept.frame("end").shape == (180, 320, 4)


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield X[0], Y[0]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (3, "data: expected .X, Y., a Dataset or a DataLoader, found int"),
        ((X, Y, Y), "found 3 values"),
        ((X, Y[:-1]), "as many labels as inputs"),
        ((X[:0], Y[:0]), "no points"),
        ([(X, Y), (X, Y)], "found 2 values"),
    ],
)
def test_data_that_are_none_are_refused_at_once(data, text):
    with pytest.raises(RenderError, match=text):
        render.record(net(), CROSS_ENTROPY, data)


def test_a_loader_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(batches, "MAX_POINTS", 200)
    recorder, _ = recorded(data=DataLoader(Endless(), batch_size=4))
    with pytest.raises(RenderError, match="data: has no end after"):
        recorder.film(**SMALL)


def test_reading_the_data_leaves_random_numbers_alone():
    recorder, _ = recorded()
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    recorder.film(**SMALL)
    assert (torch.rand(3) == expected).all()


def test_a_dataset_and_arrays_are_data():
    pairs, _ = recorded(data=TensorDataset(X, Y))
    arrays, _ = recorded(data=(X.numpy(), Y.numpy()))
    one, other = pairs.film(**SMALL).recording, arrays.film(**SMALL).recording
    assert one.loss == pytest.approx(other.loss, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: render.record(nn.ReLU(), CROSS_ENTROPY, (X, Y)), "no trainable parameters"),
        (lambda: render.record(net(), "mse", (X, Y)), "loss_fn: expected a function"),
        (lambda: render.record(net(), CROSS_ENTROPY, (X, Y), snapshots=2), "snapshots=2"),
        (lambda: render.record(net(), CROSS_ENTROPY, (X, Y), validation=(X, 1)), "validation"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_the_loop(make, text):
    with pytest.raises(RenderError, match=text):
        make()


def test_an_error_in_the_loop_is_the_loops_own():
    model, made = net(), []

    def loop():
        with render.record(model, CROSS_ENTROPY, (X, Y)) as recorder:
            made.append(recorder)
            for k in range(9):
                if k == 5:
                    raise KeyError("mine")
                with torch.no_grad():
                    model[0].bias += torch.rand(4)
                recorder.step(CROSS_ENTROPY(model(X), Y))

    with pytest.raises(KeyError, match="mine"):
        loop()
    assert made[0].film(**SMALL).recording.steps == 5


def test_an_error_of_the_recording_is_raised_by_the_film(tmp_path):
    model = net()
    with render.record(model, CROSS_ENTROPY, (X, Y)) as recorder:
        recorder.step(torch.ones(3))
        recorder.step(1.0)
    for act in (recorder.film, lambda: recorder.save(tmp_path / "run.npz")):
        with pytest.raises(RenderError, match="step 1: the loss has 3 numbers"):
            act()


def test_half_precision_is_evaluated_in_float32_and_said_so():
    model = net().to(torch.bfloat16)
    with render.record(model, CROSS_ENTROPY, (X, Y)) as recorder:
        for _ in range(4):
            with torch.no_grad():
                model[0].weight += 0.125
            recorder.step(1.0)
    recording = recorder.film(**SMALL).recording
    assert any("float32" in remark for remark in recording.projected.remarks)


def test_options_that_are_none_are_named(run):
    with pytest.raises(ConfigError, match=r"recorder\.film: unknown option 'colour'"):
        run[0].film(colour="red")
    with pytest.raises(ConfigError, match="optimizer can't be changed"):
        run[0].film(optimizer="adam")
    with pytest.raises(ConfigError, match="plane"):
        run[0].film("pcaa")
    with pytest.raises(ConfigError, match=r"unknown tensor of weights '9\.weight'"):
        run[0].film(["9.weight[0,0]", "2.bias[0]"], **SMALL)
    with pytest.raises(ConfigError, match=r"0\.weight has weights \[0,0\] to \[3,1\]"):
        run[0].film(["0.weight[4,0]", "2.bias[0]"], **SMALL)
    with pytest.raises(ConfigError, match="twice"):
        run[0].film(["2.bias[0]", "2.bias[0]"], **SMALL)
    with pytest.raises(ConfigError, match="two weights"):
        run[0].film(["2.bias[0]"], **SMALL)


def test_runs_of_other_models_have_no_plane_in_common(run):
    model = nn.Sequential(nn.Linear(2, 2))
    with render.record(model, CROSS_ENTROPY, LOADER) as recorder:
        for k in range(3):
            with torch.no_grad():
                model[0].bias += 0.1 * k
            recorder.step(1.0)
    with pytest.raises(RenderError, match="different shapes"):
        runs_of(render.race({"one": run[0], "other": recorder}, **SMALL))


def test_a_callback_records_a_fit_of_lightning():
    for name in ("lightning.pytorch", "pytorch_lightning"):
        try:
            pl = importlib.import_module(name)
            break
        except ImportError:
            continue
    else:
        with pytest.raises(ImportError, match=r"descent-film\[lightning\]"):
            render.lightning.Record  # noqa: B018
        pytest.skip("Lightning is not installed")

    class Module(pl.LightningModule):
        def __init__(self):
            super().__init__()
            self.net, self.log_of_weights = net(), []

        def forward(self, x):
            return self.net(x)

        def training_step(self, batch, index):
            x, y = batch
            return CROSS_ENTROPY(self(x), y)

        def on_train_batch_end(self, *_):
            self.log_of_weights.append(flat(self))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    module, callback = Module(), render.lightning.Record(CROSS_ENTROPY, LOADER)
    start = flat(module)
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = pl.Trainer(max_epochs=2, accelerator="cpu", callbacks=[callback], **quiet)
    trainer.fit(module, LOADER)
    history = callback.recorder.history("fit")
    assert (history.weights == [start, *module.log_of_weights]).all()
    assert (history.lr[:-1] == 0.1).all()
    assert history.epoch[-1] == 2
    assert callback.film(**SMALL).recording.steps == 6
