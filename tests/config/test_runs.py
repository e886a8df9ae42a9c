"""`runs` and `sweep` become a whole spec for each run; a race has one surface."""

import pytest

from render.config.load import load
from render.config.options import Parameter
from render.errors import ConfigError
from render.learn.losses.mae import Mae
from render.learn.optimizers.adam import Adam
from render.learn.optimizers.sgd import Sgd
from tests.config.home import write
from tests.test_errors import refusal


@pytest.fixture
def film(tmp_path):
    return lambda text, *sets: load(write(tmp_path, text), sets)


def weights(spec):
    return {run.label: run.model.weight.value for run in spec.runs}


def rates(spec):
    return {run.label: run.optimizer.lr for run in spec.runs}


RACE = """\
optimizer: {lr: 0.2}
runs:
  SGD: {}
  momentum: {optimizer: {momentum: 0.9}}
  Adam: {optimizer: {kind: adam, lr: 0.1}}
  far: {model.weight: -15, training: {shuffle: true, epochs: 3}}
"""


def test_a_film_of_one_run_is_its_own_run(film):
    spec = film("{}")
    assert (spec.label, spec.runs, spec.each) == ("film", (), (spec,))
    assert (spec.film.runs, spec.film.clock, spec.film.panels) == ("race", "auto", None)
    assert spec.film.share


def test_each_run_is_a_whole_spec_in_the_order_of_the_file(film):
    spec = film(RACE)
    assert [run.label for run in spec.each] == ["SGD", "momentum", "Adam", "far"]
    assert [run.optimizer for run in spec.runs] == [
        Sgd(lr=0.2),
        Sgd(lr=0.2, momentum=0.9),
        Adam(lr=0.1),
        Sgd(lr=0.2),
    ]
    assert spec.runs[3].model.weight == Parameter(-15.0)
    assert spec.runs[3].training.epochs == 3
    assert {run.title for run in spec.runs} == {"film"}
    assert all(run.runs == () and run.name == "film" and run.film is spec.film for run in spec.runs)


def test_the_film_s_own_parts_are_those_of_its_first_run(film):
    spec = film("runs: {a: {optimizer: adam}, b: {}}\n")
    assert (spec.label, spec.optimizer) == ("film", Adam())
    assert spec.runs[1].optimizer == Sgd()


def test_the_scene_is_that_of_the_arrangement(film):
    runs = "runs: {a: {}, b: {model.weight: 1}}\n"
    assert film(runs).scene == "race"
    assert film(runs, "film.runs=grid").scene == "grid"
    assert film(runs, "scene=slope").scene == "slope"
    assert film("model: function").scene == "function"


def test_probabilities_have_a_scene_of_their_own(tmp_path):
    path = write(tmp_path, "model: logistic\ndataset: step\n")
    assert load(path).scene == "classify"


def test_another_kind_replaces_a_section_and_the_same_is_laid_over(film):
    spec = film(
        "loss: {kind: mse, l2: 0.5}\noptimizer: {lr: 0.2, momentum: 0.5}\nfilm: {runs: grid}\n"
        "runs: {a: {optimizer: gd}, b: {optimizer: {kind: sgd, momentum: 0}}, c: {loss: mae},"
        " d: {optimizer: {learning_rate: 0.4}}}\n"
    )
    a, b, c, d = spec.runs
    assert a.optimizer == Sgd(lr=0.2, momentum=0.5)
    assert b.optimizer == Sgd(lr=0.2)
    assert c.loss == Mae()
    assert d.optimizer == Sgd(lr=0.4, momentum=0.5)


def test_a_start_moves_and_what_is_frozen_stays_so(film):
    spec = film(
        "model: {weight: {value: 3}, bias: {value: 1, frozen: true}}\nfilm: {runs: grid}\n"
        "runs: {a: {model.bias: 2}, b: {model: {weight: {frozen: true}, bias: {frozen: false}}}}\n"
    )
    assert spec.runs[0].model.bias == Parameter(2.0, frozen=True)
    assert spec.runs[1].model.parameters() == {"w": Parameter(3.0, frozen=True), "b": Parameter(1)}


def test_a_list_replaces_and_a_number_is_one_of_its_items(film):
    spec = film(
        "dataset: plane\nmodel: {weight: [1, 2]}\n"
        "runs: {a: {model.weight.1: 5}, b: {model: {weight: [3, 4]}}}\n"
    )
    assert spec.runs[0].model.weight == (Parameter(1.0), Parameter(5.0))
    assert spec.runs[1].model.weight == (Parameter(3.0), Parameter(4.0))


def test_a_number_is_a_label_too(film):
    assert rates(film("runs: {0.1: {}, 3: {optimizer.lr: 0.3}}")) == {"0.1": 0.1, "3": 0.3}


def test_set_reaches_into_a_run_and_a_run_s_own_word_is_the_last(film):
    text = "optimizer: {lr: 0.2}\nruns: {a: {}, b: {optimizer.lr: 0.5}, 0.1: {model.weight: 3}}\n"
    assert rates(film(text, "optimizer.lr=0.3")) == {"a": 0.3, "b": 0.5, "0.1": 0.3}
    assert rates(film(text, "runs.b.optimizer.lr=0.7"))["b"] == 0.7
    assert rates(film(text, "runs.a.optimizer={learning_rate: 0.6}"))["a"] == 0.6
    assert weights(film(text, "runs.0.1.model.weight=8"))["0.1"] == 8
    assert rates(film("{}", "runs={0.1: {optimizer.lr: .1}, b: {}}", "runs.b.optimizer.lr=2")) == {
        "0.1": 0.1,
        "b": 2.0,
    }


def test_csv_files_are_found_by_every_run(tmp_path):
    path = write(
        tmp_path,
        "film: {runs: grid}\nruns: {a: {}, b: {dataset: {kind: csv, path: d.csv}}}\n",
    )
    (path.parent / "d.csv").write_text("x,y\n1,2\n3,4\n")
    assert load(path).runs[1].dataset.make(1).y.tolist() == [2, 4]


def test_a_sweep_is_a_run_for_each_value(film):
    spec = film("sweep: {optimizer.lr: [0.01, .1, 1e-5]}")
    assert rates(spec) == {"lr 0.01": 0.01, "lr 0.1": 0.1, "lr 1e-05": 1e-5}
    assert rates(film("{}", "sweep={optimizer.lr: [.1, .2]}")) == {"lr 0.1": 0.1, "lr 0.2": 0.2}
    assert rates(film("sweep: {optimizer: {lr: [1, 2]}}", "sweep.optimizer.lr.1=3")) == {
        "lr 1": 1.0,
        "lr 3": 3.0,
    }


def test_a_sweep_of_several_keys_is_every_combination(film):
    spec = film("sweep: {optimizer.lr: [1, 2], schedule: [constant, cosine]}")
    assert [run.label for run in spec.runs] == [
        "lr 1, schedule constant",
        "lr 1, schedule cosine",
        "lr 2, schedule constant",
        "lr 2, schedule cosine",
    ]


def test_labels_say_as_much_of_a_key_as_tells_it_apart(film):
    text = (
        "dataset: {noise: 0}\nsweep: {model.weight.value: [1, 2], model.bias.value: [3], seed: [4]}"
    )
    labels = [run.label for run in film(text).runs]
    assert labels[0] == "weight.value 1, bias.value 3, seed 4"


def test_runs_may_start_elsewhere_and_draw_other_batches_in_a_race(film):
    spec = film(
        "dataset: {noise: 0}\n"
        "runs: {a: {model: {weight: 3, bias: 1}, seed: 4}, b: {training.batch_size: 7}}\n"
    )
    assert [run.seed for run in spec.runs] == [4, 1]


def test_another_model_leaves_the_ranges_and_the_data_of_the_first_behind(film):
    spec = film(
        "film: {runs: grid}\nlandscape: {w: [-1, 2], grid: 70}\ndataset: {noise: 0.2}\n"
        "runs: {a: {}, b: {model: {kind: function, formula: p**2, start: {p: 3}}},"
        " c: {model: sine, landscape.f: [1, 2]}}\n"
    )
    assert [run.landscape.extents for run in spec.runs] == [
        {"w": (-1.0, 2.0), "b": "auto"},
        {"p": "auto"},
        {"a": "auto", "f": (1.0, 2.0)},
    ]
    assert {run.landscape.grid for run in spec.runs} == {70}
    assert [run.model.needs_data for run in spec.runs] == [True, False, True]


def test_a_function_has_no_data_and_is_its_own_loss(film):
    spec = film("model: {kind: function, formula: p**2, start: {p: 3}}")
    assert len(spec.dataset.make(1).y) == 1
    assert type(spec.loss).__name__ == "FunctionLoss"


def test_a_run_may_switch_to_another_function(film):
    spec = film(
        "film: {runs: grid}\nmodel: {kind: function, name: himmelblau, start: [1, 2]}\n"
        "runs: {a: {}, b: {model: {name: rosenbrock}}, c: {model: {formula: p**2, start: {p: 3}}},"
        " d: {model.start.0: 9}}\n"
    )
    a, b, c, d = (run.model for run in spec.runs)
    assert (a.name, b.name, b.start, c.name) == ("himmelblau", "rosenbrock", None, None)
    assert d.start == (Parameter(9.0), Parameter(2.0))


ONE = {
    "an override out of range": (
        "runs:\n  a: {}\n  Adam: {optimizer: {kind: adam, lr: -1}}\n",
        "F:3:38: runs.Adam.optimizer.lr: expected a number above 0, found -1\n"
        "  3 |   Adam: {optimizer: {kind: adam, lr: -1}}\n"
        "    |                                      ^^",
    ),
    "an override by a dotted key": (
        "runs: {a: {}, b: {optimizer.lrr: 3}}\n",
        "F:1:19: runs.b.optimizer.lrr: unknown key; did you mean 'lr'? "
        "allowed: lr, lr_scale, momentum, nesterov, weight_decay\n"
        "  1 | runs: {a: {}, b: {optimizer.lrr: 3}}\n"
        "    |                   ^^^^^^^^^^^^^",
    ),
    "a fault of all runs": (
        "optimizer: {lr: -1}\nruns: {a: {}, b: {seed: 1}, c: {optimizer: {momentum: 0.9}}}\n",
        "F:1:17: optimizer.lr: expected a number above 0, found -1\n"
        "  1 | optimizer: {lr: -1}\n"
        "    |                 ^^",
    ),
    "a value that only one run is wrong with": (
        "model: {weight: 1}\nfilm: {runs: grid}\nruns: {a: {}, b: {dataset: plane}}\n",
        "F:1:8: runs.b.model: the dataset has two features, the model takes one feature: "
        "a linear model with two weights, such as 'weight: [0, 0]', fits\n"
        "  1 | model: {weight: 1}\n"
        "    |        ^^^^^^^^^^^",
    ),
    "what belongs to the film": (
        "runs: {a: {}, b: {film: {fps: 3}}}\n",
        "F:1:19: runs.b.film: belongs to the whole film, which the runs share\n"
        "  1 | runs: {a: {}, b: {film: {fps: 3}}}\n"
        "    |                   ^^^^",
    ),
    "runs in a run": (
        "runs: {a: {}, b: {runs: {}}}\n",
        "F:1:19: runs.b.runs: belongs to the whole film, which the runs share\n"
        "  1 | runs: {a: {}, b: {runs: {}}}\n"
        "    |                   ^^^^",
    ),
    "a key that belongs further down": (
        "runs: {a: {}, b: {lr: 3}}\n",
        "F:1:19: runs.b.lr: unknown key; did you mean 'optimizer.lr'?\n"
        "  1 | runs: {a: {}, b: {lr: 3}}\n"
        "    |                   ^^",
    ),
    "a run that is no mapping": (
        "runs: {a: {}, b: sgd}\n",
        "F:1:18: runs.b: expected a mapping of what differs, or {}, found 'sgd'\n"
        "  1 | runs: {a: {}, b: sgd}\n"
        "    |                  ^^^",
    ),
    "runs that are no mapping": (
        "runs: [a, b]\n",
        "F:1:7: runs: expected a mapping of labels to what differs, "
        "like {fast: {optimizer.lr: 0.3}, …}, found ['a', 'b']\n"
        "  1 | runs: [a, b]\n"
        "    |       ^^^^^^",
    ),
    "a label of nothing": (
        "runs: {a: {}, ' ': {}}\n",
        "F:1:15: runs. : a label is one line of 1 to 40 characters, found ' '\n"
        "  1 | runs: {a: {}, ' ': {}}\n"
        "    |               ^^^",
    ),
    "a label that is too long": (
        f"runs: {{a: {{}}, {'x' * 41}: {{}}}}\n",
        f"F:1:15: runs.{'x' * 41}: a label is one line of 1 to 40 characters, "
        f"found '{'x' * 41}'\n"
        f"  1 | runs: {{a: {{}}, {'x' * 41}: {{}}}}\n"
        f"    |               {'^' * 41}",
    ),
    "a label twice": (
        "runs: {a: {}, a: {}, b: {}}\n",
        "F:1:15: runs: duplicate key 'a'; first given in line 1\n"
        "  1 | runs: {a: {}, a: {}, b: {}}\n"
        "    |               ^",
    ),
    "one run": (
        "runs: {a: {}}\n",
        "F:1:1: runs: one run is a film without runs\n  1 | runs: {a: {}}\n    | ^^^^",
    ),
    "no runs": (
        "runs: {}\n",
        "F:1:1: runs: a race has from 2 to 8 runs, found none\n  1 | runs: {}\n    | ^^^^",
    ),
    "too many for a race": (
        "sweep: {seed: [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n",
        "F:1:1: sweep: a race has from 2 to 8 runs, found 9; film.runs: grid has up to 12\n"
        "  1 | sweep: {seed: [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n"
        "    | ^^^^^",
    ),
    "too many for a grid": (
        "sweep: {seed: [1, 2, 3, 4], optimizer.lr: [1, 2, 3, 4]}\nfilm: {runs: grid}\n",
        "F:1:1: sweep: a grid has from 2 to 12 runs, found 16\n"
        "  1 | sweep: {seed: [1, 2, 3, 4], optimizer.lr: [1, 2, 3, 4]}\n"
        "    | ^^^^^",
    ),
    "runs and a sweep": (
        "runs: {a: {}, b: {}}\nsweep: {seed: [1, 2]}\n",
        "F:2:1: sweep: spells runs out, and 'runs' is given too: leave one of them out\n"
        "  2 | sweep: {seed: [1, 2]}\n"
        "    | ^^^^^",
    ),
    "a sweep of nothing": (
        "sweep: {}\n",
        "F:1:8: sweep: expected a mapping of keys to lists, like {optimizer.lr: [0.1, 0.3]}, "
        "found nothing\n"
        "  1 | sweep: {}\n"
        "    |        ^^",
    ),
    "a sweep over no values": (
        "sweep: {seed: []}\n",
        "F:1:15: sweep.seed: expected a list of values, like [0.1, 0.3], found []\n"
        "  1 | sweep: {seed: []}\n"
        "    |               ^^",
    ),
    "a sweep over one number": (
        "sweep: {optimizer.lr: 0.1}\n",
        "F:1:23: sweep.optimizer.lr: expected a list of values, like [0.1, 0.3], found 0.1\n"
        "  1 | sweep: {optimizer.lr: 0.1}\n"
        "    |                       ^^^",
    ),
    "a sweep over sections": (
        "sweep: {optimizer: [sgd, {kind: adam}]}\n",
        "F:1:26: sweep.optimizer.1: expected a name, a number, true or false, found a mapping: "
        "'runs' can vary more\n"
        "  1 | sweep: {optimizer: [sgd, {kind: adam}]}\n"
        "    |                          ^^^^^^^^^^^^",
    ),
    "a sweep whose labels are too long": (
        "sweep: {training.noise: [1, 2], dataset.noise: [1, 2], landscape.grid: [50, 60]}\n"
        "film: {runs: grid}\n",
        "F:1:1: sweep: a label is one line of 1 to 40 characters, "
        "found 'training.noise 1, dataset.noise 1, grid 50': 'runs' can give shorter ones\n"
        "  1 | sweep: {training.noise: [1, 2], dataset.noise: [1, 2], landscape.grid: [50, 60]}\n"
        "    | ^^^^^",
    ),
    "a value twice in a sweep": (
        "sweep: {optimizer.lr: [0.1, .1]}\n",
        "F:1:29: sweep.optimizer.lr.1: 0.1 is in the list already\n"
        "  1 | sweep: {optimizer.lr: [0.1, .1]}\n"
        "    |                             ^^",
    ),
    "a sweep over the film": (
        "sweep: {film.fps: [10, 20]}\n",
        "F:1:9: sweep.film: belongs to the whole film, which the runs share\n"
        "  1 | sweep: {film.fps: [10, 20]}\n"
        "    |         ^^^^^^^^",
    ),
    "a wrong value in a sweep": (
        "sweep: {optimizer.lr: [1, -2]}\n",
        "F:1:27: sweep.optimizer.lr.1: expected a number above 0, found -2\n"
        "  1 | sweep: {optimizer.lr: [1, -2]}\n"
        "    |                           ^^",
    ),
    "a key twice in a run, once with a dot": (
        "runs: {a: {}, b: {optimizer: {lr: 1}, optimizer.lr: 2}}\n",
        "F:1:39: runs.b: duplicate key 'optimizer.lr'; first given in line 1\n"
        "  1 | runs: {a: {}, b: {optimizer: {lr: 1}, optimizer.lr: 2}}\n"
        "    |                                       ^^^^^^^^^^^^",
    ),
    "an item that there isn't": (
        "dataset: plane\nmodel: {weight: [1, 2]}\nruns: {a: {}, b: {model.weight.2: 5}}\n",
        "F:3:19: runs.b.model.weight.2: no such item; there are 2, counted from 0\n"
        "  3 | runs: {a: {}, b: {model.weight.2: 5}}\n"
        "    |                   ^^^^^^^^^^^^^^",
    ),
}


@pytest.mark.parametrize(("text", "told"), ONE.values(), ids=ONE)
def test_one_fault_of_a_run_is_told_word_for_word(tmp_path, text, told):
    assert refusal(tmp_path, text) == told


CHANGES = {
    "dataset": "dataset: {noise: 0.2}",
    "loss": "loss: mae",
    "model": "model: {bias: {frozen: true}}",
    "landscape": "landscape: {grid: 70}",
    "seed": "seed: 2",
}


@pytest.mark.parametrize(("part", "change"), CHANGES.items(), ids=CHANGES)
def test_a_race_has_one_surface(tmp_path, part, change):
    text = f"runs:\n  a: {{}}\n  b:\n    {change}\n"
    column = 5 + change.index(": ") + 2
    assert refusal(tmp_path, text).splitlines()[0] == (
        f"F:4:{column}: runs.b.{part}: changes the loss surface ({part}), and a race has one: "
        "film.runs: grid shows each its own"
    )
    assert load(write(tmp_path, text), ["film.runs=grid"]).scene == "grid"


@pytest.mark.parametrize(
    ("base", "change"),
    [
        ("model: {bias: {value: 1, frozen: true}}", "model.bias: 2"),
        ("model: {weight: 1}", "model: {kind: sine}"),
        ("dataset: {noise: 0, validation: {fraction: 0.2}}", "seed: 3"),
        ("model: function", "model: {name: saddle}"),
        ("model: {weight: 1}", "model: function"),
    ],
)
def test_a_race_refuses_what_changes_the_surface_once(tmp_path, base, change):
    told = refusal(tmp_path, f"{base}\nruns: {{a: {{}}, b: {{{change}}}}}\n")
    assert told.count("changes the loss surface") == len(told.splitlines()) / 3 == 1


def test_a_fault_of_a_model_is_no_other_surface(tmp_path):
    told = refusal(tmp_path, "runs: {a: {}, b: {model: {kind: function, name: x}}, c: {loss: los}}")
    assert "surface" not in told


def test_an_option_in_a_run_is_quoted_as_it_was_typed(tmp_path):
    text = "runs: {a: {}, b: {}}\n"
    assert refusal(tmp_path, text, ["runs.b.optimizer.lr=-1"]) == (
        "--set runs.b.optimizer.lr=-1: runs.b.optimizer.lr: expected a number above 0, found -1"
    )
    assert refusal(tmp_path, "{}", ["sweep={optimizer.lr: [1, 0]}"]) == (
        "--set sweep={optimizer.lr: [1, 0]}: sweep.optimizer.lr.1: "
        "expected a number above 0, found 0"
    )


def test_all_problems_of_all_runs_are_told_at_once(tmp_path):
    told = refusal(
        tmp_path,
        "film: {fps: 0}\noptimizer: {lr: -1}\nlandscape: {v: auto}\n"
        "runs:\n  a: {}\n  b: {optimizer: {momentum: x}, sede: 1}\n  c: {seed: *a}\n",
    )
    assert [line.split(": ")[:2] for line in told.splitlines() if line.startswith("F:")] == [
        ["F:1:13", "film.fps"],
        ["F:2:17", "optimizer.lr"],
        ["F:3:13", "landscape.v"],
        ["F:6:29", "runs.b.optimizer.momentum"],
        ["F:6:33", "runs.b.sede"],
        ["F:7:13", "runs.c.seed"],
    ]


def test_only_so_many_problems_of_a_run_are_told(tmp_path):
    keys = "".join(f"    key{n}: 1\n" for n in range(30_000))
    told = refusal(tmp_path, f"runs:\n  a: {{}}\n  b:\n{keys}")
    assert told.endswith("20 or more problems in F")


def test_a_key_with_ever_so_many_dots_ends_nothing(tmp_path):
    with pytest.raises(ConfigError):
        load(write(tmp_path, f"runs: {{a: {{}}, b: {{{'a.' * 100}a: 1}}}}\n"))
    with pytest.raises(ConfigError):
        load(write(tmp_path, "runs: {a: {}, b: {}}\n"), ["runs.b." + "model." * 5000 + "x=1"])
