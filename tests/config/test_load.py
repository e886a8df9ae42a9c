"""A config becomes a Spec with everything filled in; options lie over it in a fixed order."""

from pathlib import Path

import pytest

from render import registry
from render.config.load import load
from render.config.options import Parameter
from render.config.spec import EarlyStopping, Training
from render.errors import ConfigError
from render.learn.losses.mse import Mse
from render.learn.optimizers.sgd import Sgd
from render.learn.schedules.constant import ConstantSchedule
from render.learn.schedules.step import StepSchedule
from tests.config.home import write

CONFIGS = sorted(Path("configs").glob("*.yaml"))


@pytest.fixture
def house(tmp_path):
    return lambda text: write(tmp_path, text)


@pytest.mark.parametrize("path", CONFIGS, ids=str)
def test_every_shipped_config_loads(path):
    assert load(path).name == path.stem


def test_an_empty_mapping_is_a_film_of_defaults(house):
    spec = load(house("{}"))
    assert (spec.title, spec.name, spec.seed, spec.scene) == ("film", "film", 1, "slope_bias")
    assert spec.loss == Mse()
    assert spec.optimizer == Sgd(lr=0.1)
    assert spec.schedule == ConstantSchedule()
    assert spec.training == Training(epochs=10, batch_size="full", shuffle=False, noise=0.0)
    assert [type(output).__name__ for output in spec.outputs] == [
        "Mp4Format",
        "GifFormat",
        "PngFormat",
        "CsvFormat",
        "JsonFormat",
    ]
    assert spec.landscape.extents == {"w": "auto", "b": "auto"}


def test_one_trained_parameter_gets_the_scene_for_one(house):
    assert load(house("model: {bias: {frozen: true}}")).scene == "slope"


def test_a_bare_name_is_that_kind_with_its_defaults(house):
    assert load(house("optimizer: sgd")).optimizer == Sgd()


def test_gd_and_learning_rate_are_second_names(house):
    assert load(house("optimizer: {kind: gd, learning_rate: 0.3}")).optimizer == Sgd(lr=0.3)


@pytest.mark.parametrize("key", ["lr", "learning_rate"])
@pytest.mark.parametrize("name", registry.names("learn/optimizers"))
def test_every_optimizer_takes_its_rate_by_both_names(house, name, key):
    optimizer = load(house(f"optimizer: {{kind: {name}, {key}: 0.37}}")).optimizer
    assert optimizer == registry.member("learn/optimizers", name)(lr=0.37)


@pytest.mark.parametrize(
    ("section", "folder"),
    [
        ("model", "learn/models"),
        ("loss", "learn/losses"),
        ("optimizer", "learn/optimizers"),
        ("schedule", "learn/schedules"),
    ],
)
def test_every_kind_is_reached_by_its_name(house, section, folder):
    for name in registry.names(folder):
        other = "model: logistic\n" if section == "loss" else ""
        config = house(f"{other}{section}: {name}")
        (config.parent / "net.py").write_text("Net = None\n")  # the usual file of a torch model
        chosen = getattr(load(config), section)
        assert chosen == registry.member(folder, name)()


def test_training_and_schedule_say_how_it_is_trained(house):
    spec = load(
        house(
            "training: {epochs: 5000000, batch_size: 7, shuffle: true, noise: 0.5, "
            "stop: {tol: 1e-3, patience: 4}}\nschedule: {kind: step, step_size: 3}\n"
        )
    )
    assert spec.training == Training(
        5_000_000, 7, True, 0.5, stop=EarlyStopping(tol=1e-3, patience=4)
    )
    assert spec.schedule == StepSchedule(step_size=3)


def test_the_limits_themselves_are_fine(house):
    spec = load(house("landscape: {grid: 1000}\nfilm: {size: [160, 90], camera: {elev: 75}}\n"))
    assert (spec.landscape.grid, spec.film.size, spec.film.camera.elev) == (1000, (160, 90), 75.0)
    assert load(house("landscape: {grid: 41}")).landscape.grid == 41


def test_two_weights_have_a_range_each(house):
    model = "dataset: plane\nmodel: {weight: [1, {value: 2}]}\n"
    spec = load(house(model + "landscape: {w1: [0, 1], b: [-1, 1]}\n"))
    assert spec.model.parameters() == {
        "w1": Parameter(1.0),
        "w2": Parameter(2.0),
        "b": Parameter(),
    }
    assert spec.landscape.extents == {"w1": (0.0, 1.0), "w2": "auto", "b": (-1.0, 1.0)}


def test_a_section_that_names_no_kind_is_of_the_default_kind(house):
    assert load(house("optimizer: {lr: 0.3}")).optimizer == Sgd(lr=0.3)


def test_a_bare_number_is_a_parameters_start(house):
    model = load(house("model: {weight: -10, bias: {value: 2, frozen: true}}")).model
    assert model.parameters() == {"w": Parameter(-10.0), "b": Parameter(2.0, frozen=True)}


def test_a_title_may_be_no(house):
    assert load(house("title: no")).title == "no"


def test_the_landscape_takes_a_range_for_each_parameter(house):
    view = load(house("landscape: {w: [-12, 6.5], grid: 60}")).landscape
    assert view.extents == {"w": (-12.0, 6.5), "b": "auto"}
    assert view.grid == 60


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(house):
    assert load(house(b"\xef\xbb\xbfseed: 7\r\ntitle: \xc3\xa9\r\n")).seed == 7


def test_json_is_yaml(house):
    assert (
        load(house('{"seed": 7, "optimizer": {"kind": "sgd", "lr": 1e-05}}')).optimizer.lr == 1e-5
    )


def test_named_options_lie_over_the_config_and_set_over_them(house):
    path = house("film: {fps: 10, theme: paper}\nseed: 1\n")
    assert load(path).film.fps == 10
    assert load(path, options={"fps": "20"}).film.fps == 20
    assert load(path, ["film.fps=24"], {"fps": "20"}).film.fps == 24
    assert load(path, ["film.fps=24", "film.fps=25"]).film.fps == 25


def test_each_named_option_reaches_its_key(house):
    options = {"theme": "night", "size": "640x360", "fps": "12", "seed": "9"}
    spec = load(house("film: {theme: paper}"), options=options)
    film = spec.film
    assert (film.theme, film.size, film.fps, spec.seed) == ("night", (640, 360), 12, 9)


def test_set_spells_a_bare_name_or_number_out(house):
    path = house("optimizer: sgd\nmodel: {weight: -10}\n")
    spec = load(path, ["optimizer.lr=0.3", "model.weight.frozen=true"])
    assert spec.optimizer == Sgd(lr=0.3)
    assert spec.model.parameters()["w"] == Parameter(-10.0, frozen=True)


def test_set_replaces_a_whole_section_or_one_item_of_a_list(house):
    path = house("film: {fps: 10}\noutputs: [mp4, gif]\n")
    spec = load(path, ["film={duration: 2}", "outputs.1=png"])
    assert (spec.film.fps, spec.film.duration) == (30, 2.0)
    assert [type(output).__name__ for output in spec.outputs] == ["Mp4Format", "PngFormat"]


def test_set_may_say_learning_rate_where_the_config_says_lr(house):
    path = house("optimizer: {lr: 0.1}")
    assert load(path, ["optimizer.learning_rate=0.3"]).optimizer == Sgd(lr=0.3)
    assert load(path, ["optimizer.learning_rate=0.3", "optimizer.lr=0.4"]).optimizer == Sgd(lr=0.4)


def test_an_option_mends_what_is_wrong_in_the_file(house):
    assert load(house("film: {fps: 0}"), options={"fps": "10"}).film.fps == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dataset: plane\n",
            "the dataset has two features, the model takes one feature: a linear model with two"
            " weights, such as 'weight: [0, 0]', fits",
        ),
        (
            "model: {kind: linear, weight: [1, 2]}\n",
            "the dataset has one feature, the model takes two features",
        ),
        ("loss: cross_entropy\n", "cross_entropy is for probabilities: it needs a model such as"),
    ],
)
def test_data_model_and_loss_must_fit_together(tmp_path, text, message):
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, text))
    assert message in str(refused.value)


def test_points_in_pairs_have_two_features(tmp_path):
    text = "dataset: {kind: points, x: [[1, 2], [3, 5], [4, 4]], y: [1, 2, 3]}\n"
    assert load(write(tmp_path, text + "model: {kind: linear, weight: [1, 2]}\n"))
