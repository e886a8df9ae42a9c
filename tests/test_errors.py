"""What the user reads when a config is wrong, word for word."""

from pathlib import Path

import pytest

from render import registry
from render.config.load import load
from render.config.scene_file import known
from render.config.theme import theme_names
from render.errors import ConfigError
from tests.config.home import write


def names(folder):
    """All members of a folder as a message lists them: a new file there breaks no test here."""
    return ", ".join(registry.names(folder))


def refusal(folder, text, sets=(), options=None):
    """The error's text, the file called F."""
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path, sets, options)
    return str(caught.value).replace(str(path), "F").replace(str(folder), "HOME")


ONE = {
    "an unknown key": (
        "optimizer:\n  kind: sgd\n  lrr: 0.1\n",
        "F:3:3: optimizer.lrr: unknown key; did you mean 'lr'? "
        "allowed: lr, lr_scale, momentum, nesterov, weight_decay\n"
        "  3 |   lrr: 0.1\n"
        "    |   ^^^",
    ),
    "a key that belongs further down": (
        "epochs: 4\n",
        "F:1:1: epochs: unknown key; did you mean 'training.epochs'?\n"
        "  1 | epochs: 4\n"
        "    | ^^^^^^",
    ),
    "a learning rate at the top, under its long name": (
        "learning_rate: 3\n",
        "F:1:1: learning_rate: unknown key; did you mean 'optimizer.lr'?\n"
        "  1 | learning_rate: 3\n"
        "    | ^^^^^^^^^^^^^",
    ),
    "a key that belongs further down in two places": (
        "noise: 0.1\n",
        "F:1:1: noise: unknown key; did you mean 'dataset.noise' or 'training.noise'?\n"
        "  1 | noise: 0.1\n"
        "    | ^^^^^",
    ),
    "a batch size that is no number": (
        "training: {batch_size: half}\n",
        "F:1:24: training.batch_size: expected 'full' or a whole number of at least 1, "
        "found 'half'\n"
        "  1 | training: {batch_size: half}\n"
        "    |                        ^^^^",
    ),
    "batches of nothing": (
        "training: {batch_size: 0}\n",
        "F:1:24: training.batch_size: expected 'full' or a whole number of at least 1, found 0\n"
        "  1 | training: {batch_size: 0}\n"
        "    |                        ^",
    ),
    "a number for a flag": (
        "training: {shuffle: 1}\n",
        "F:1:21: training.shuffle: expected true or false, found 1\n"
        "  1 | training: {shuffle: 1}\n"
        "    |                     ^",
    ),
    "a negative tolerance": (
        "training: {stop: {tol: -1}}\n",
        "F:1:24: training.stop.tol: expected a number of at least 0, found -1\n"
        "  1 | training: {stop: {tol: -1}}\n"
        "    |                        ^^",
    ),
    "a number for a mapping": (
        "training: {stop: 3}\n",
        "F:1:18: training.stop: expected a mapping of tol, patience, found 3\n"
        "  1 | training: {stop: 3}\n"
        "    |                  ^",
    ),
    "an option where another kind has one": (
        "schedule: {kind: constant, gamma: 1}\n",
        "F:1:28: schedule.gamma: unknown key; there are no options here\n"
        "  1 | schedule: {kind: constant, gamma: 1}\n"
        "    |                            ^^^^^",
    ),
    "an unknown option of a loss": (
        "loss: {kind: mse, mean: 1}\n",
        "F:1:19: loss.mean: unknown key; allowed: l1, l2, broadcast\n"
        "  1 | loss: {kind: mse, mean: 1}\n"
        "    |                   ^^^^",
    ),
    "an unknown schedule": (
        "schedule: cosin\n",
        "F:1:11: schedule: unknown schedule 'cosin'; did you mean 'cosine'? "
        f"there are: {names('learn/schedules')}\n"
        "  1 | schedule: cosin\n"
        "    |           ^^^^^",
    ),
    "an unknown model": (
        "model: {kind: logistik}\n",
        "F:1:15: model.kind: unknown model 'logistik'; did you mean 'logistic'? "
        f"there are: {names('learn/models')}\n"
        "  1 | model: {kind: logistik}\n"
        "    |               ^^^^^^^^",
    ),
    "an unknown loss": (
        "loss: hubber\n",
        "F:1:7: loss: unknown loss 'hubber'; did you mean 'huber'? "
        f"there are: {names('learn/losses')}\n"
        "  1 | loss: hubber\n"
        "    |       ^^^^^^",
    ),
    "an unknown kind": (
        "optimizer: sdg\n",
        "F:1:12: optimizer: unknown optimizer 'sdg'; did you mean 'sgd'? "
        f"there are: {names('learn/optimizers')}\n"
        "  1 | optimizer: sdg\n"
        "    |            ^^^",
    ),
    "an unknown kind in a mapping": (
        "dataset: {kind: lime, slope: 1}\n",
        "F:1:17: dataset.kind: unknown dataset 'lime'; did you mean 'line'? "
        f"there are: {names('learn/datasets')}\n"
        "  1 | dataset: {kind: lime, slope: 1}\n"
        "    |                 ^^^^",
    ),
    "a section that is empty": (
        "optimizer:\n",
        "F:1:1: optimizer: expected the name of an optimizer "
        f"({names('learn/optimizers')}) or a mapping with a kind, found nothing\n"
        "  1 | optimizer:\n"
        "    | ^^^^^^^^^",
    ),
    "an unknown scene": (
        "scene: ../slop\n",
        "F:1:8: scene: unknown scene '../slop'; did you mean 'slope'? "
        f"there are: {', '.join(known(Path('configs/slope.yaml')))}; "
        "looked in HOME/configs/scenes and in HOME/scenes, then among the installed ones\n"
        "  1 | scene: ../slop\n"
        "    |        ^^^^^^^",
    ),
    "an unknown theme": (
        "film: {theme: nigth}\n",
        "F:1:15: film.theme: unknown theme 'nigth'; did you mean 'night'? "
        f"there are: {', '.join(theme_names())}\n"
        "  1 | film: {theme: nigth}\n"
        "    |               ^^^^^",
    ),
    "a text for a number": (
        "optimizer: {lr: fast}\n",
        "F:1:17: optimizer.lr: expected a number above 0, found 'fast'\n"
        "  1 | optimizer: {lr: fast}\n"
        "    |                 ^^^^",
    ),
    "a negative learning rate, under the name it was given": (
        "optimizer: {learning_rate: -1}\n",
        "F:1:28: optimizer.learning_rate: expected a number above 0, found -1\n"
        "  1 | optimizer: {learning_rate: -1}\n"
        "    |                            ^^",
    ),
    "two names of one key": (
        "optimizer: {lr: 1, learning_rate: 2}\n",
        "F:1:20: optimizer.learning_rate: means the same as 'lr', which is given too: "
        "leave one out\n"
        "  1 | optimizer: {lr: 1, learning_rate: 2}\n"
        "    |                    ^^^^^^^^^^^^^",
    ),
    "not a number": (
        "optimizer: {lr: .nan}\n",
        "F:1:17: optimizer.lr: expected a number above 0, found .nan\n"
        "  1 | optimizer: {lr: .nan}\n"
        "    |                 ^^^^",
    ),
    "no epochs": (
        "training: {epochs: 0}\n",
        "F:1:20: training.epochs: expected a whole number of at least 1, found 0\n"
        "  1 | training: {epochs: 0}\n"
        "    |                    ^",
    ),
    "a flag for a whole number": (
        "training: {epochs: true}\n",
        "F:1:20: training.epochs: expected a whole number of at least 1, found true\n"
        "  1 | training: {epochs: true}\n"
        "    |                    ^^^^",
    ),
    "more epochs than memory": (
        "training: {epochs: 1000000000}\n",
        "F:1:20: training.epochs: 1,000,000,000 epochs would record 100 GB of snapshots; "
        "at most 5,000,000\n"
        "  1 | training: {epochs: 1000000000}\n"
        "    |                    ^^^^^^^^^^",
    ),
    "a grid finer than memory": (
        "landscape: {grid: 100000}\n",
        "F:1:19: landscape.grid: 100,000 × 100,000 points would take 400 GB; at most 1,000\n"
        "  1 | landscape: {grid: 100000}\n"
        "    |                   ^^^^^^",
    ),
    "a grid too coarse": (
        "landscape: {grid: 40}\n",
        "F:1:19: landscape.grid: expected a whole number of at least 41, found 40\n"
        "  1 | landscape: {grid: 40}\n"
        "    |                   ^^",
    ),
    "a camera too high": (
        "film: {camera: {elev: 76}}\n",
        "F:1:23: film.camera.elev: expected a number from 5 to 75 or 'auto', found 76\n"
        "  1 | film: {camera: {elev: 76}}\n"
        "    |                       ^^",
    ),
    "a height too small": (
        "film: {size: [160, 88]}\n",
        "F:1:20: film.size.1: expected an even whole number from 90 to 4096, found 88; "
        "the nearest is 90\n"
        "  1 | film: {size: [160, 88]}\n"
        "    |                    ^^",
    ),
    "a fraction for a whole number": (
        "film: {fps: 29.97}\n",
        "F:1:13: film.fps: expected a whole number from 1 to 120, found 29.97\n"
        "  1 | film: {fps: 29.97}\n"
        "    |             ^^^^^",
    ),
    "an odd size": (
        "film: {size: [1281, 720]}\n",
        "F:1:15: film.size.0: expected an even whole number from 160 to 4096, found 1281; "
        "the nearest is 1280\n"
        "  1 | film: {size: [1281, 720]}\n"
        "    |               ^^^^",
    ),
    "a size of three": (
        "film: {size: [1280, 720, 3]}\n",
        "F:1:14: film.size: expected a list of 2 even whole numbers from 160 to 4096, "
        "found [1280, 720, 3]\n"
        "  1 | film: {size: [1280, 720, 3]}\n"
        "    |              ^^^^^^^^^^^^^^",
    ),
    "yes for a flag": (
        "model: {bias: {frozen: yes}}\n",
        "F:1:24: model.bias.frozen: expected true or false, found 'yes': write true\n"
        "  1 | model: {bias: {frozen: yes}}\n"
        "    |                        ^^^",
    ),
    "a list for a parameter": (
        "model: {bias: [1, 2]}\n",
        "F:1:15: model.bias: expected a number or a mapping of value, frozen, found [1, 2]\n"
        "  1 | model: {bias: [1, 2]}\n"
        "    |               ^^^^^^",
    ),
    "a text for a weight": (
        "model: {weight: steep}\n",
        "F:1:17: model.weight: expected a number or a mapping of value, frozen, found 'steep'\n"
        "  1 | model: {weight: steep}\n"
        "    |                 ^^^^^",
    ),
    "three weights": (
        "model: {weight: [1, 2, 3]}\n",
        "F:1:17: model.weight: expected a list of 2 numbers or mappings of value, frozen, "
        "found [1, 2, 3]\n"
        "  1 | model: {weight: [1, 2, 3]}\n"
        "    |                 ^^^^^^^^^",
    ),
    "an unknown key of one of two weights": (
        "model: {weight: [1, {value: 2, frozn: true}]}\n",
        "F:1:32: model.weight.1.frozn: unknown key; did you mean 'frozen'? "
        "allowed: value, frozen\n"
        "  1 | model: {weight: [1, {value: 2, frozn: true}]}\n"
        "    |                                ^^^^^",
    ),
    "a degree out of range": (
        "model: {kind: polynomial, degree: 0}\n",
        "F:1:35: model.degree: expected a whole number from 1 to 20, found 0\n"
        "  1 | model: {kind: polynomial, degree: 0}\n"
        "    |                                   ^",
    ),
    "one coefficient": (
        "model: {kind: polynomial, coefficients: [1]}\n",
        "F:1:41: model.coefficients: expected from 2 to 21 coefficients, found 1\n"
        "  1 | model: {kind: polynomial, coefficients: [1]}\n"
        "    |                                         ^^^",
    ),
    "a number for a list of any length": (
        "model: {kind: polynomial, coefficients: 3}\n",
        "F:1:41: model.coefficients: expected a list of numbers or mappings of value, frozen, "
        "found 3\n"
        "  1 | model: {kind: polynomial, coefficients: 3}\n"
        "    |                                         ^",
    ),
    "an option of another model": (
        "model: {kind: sine, bias: 3}\n",
        "F:1:21: model.bias: unknown key; allowed: amplitude, frequency\n"
        "  1 | model: {kind: sine, bias: 3}\n"
        "    |                     ^^^^",
    ),
    "nesterov without momentum": (
        "optimizer: {nesterov: true}\n",
        "F:1:12: optimizer: nesterov looks ahead along the momentum: give a momentum above 0\n"
        "  1 | optimizer: {nesterov: true}\n"
        "    |            ^^^^^^^^^^^^^^^^",
    ),
    "a share of everything": (
        "optimizer: {kind: adam, betas: [0.9, 1]}\n",
        "F:1:38: optimizer.betas.1: expected a number of at least 0 and below 1, found 1\n"
        "  1 | optimizer: {kind: adam, betas: [0.9, 1]}\n"
        "    |                                      ^",
    ),
    "a number for outliers": (
        "dataset: {outliers: 3}\n",
        "F:1:21: dataset.outliers: expected a list of mappings of at, y, found 3\n"
        "  1 | dataset: {outliers: 3}\n"
        "    |                     ^",
    ),
    "an outlier without its value": (
        "dataset:\n  outliers:\n  - at: 5\n",
        "F:3:5: dataset.outliers.0: missing key 'y': a number\n  3 |   - at: 5\n    |     ^",
    ),
    "an outlier beyond the last point": (
        "dataset: {outliers: [{at: 60, y: 0}]}\n",
        "F:1:21: dataset.outliers: no point 60; there are 60 points, counted from 0\n"
        "  1 | dataset: {outliers: [{at: 60, y: 0}]}\n"
        "    |                     ^^^^^^^^^^^^^^^^",
    ),
    "all points held out": (
        "dataset: {validation: {fraction: 1}}\n",
        "F:1:34: dataset.validation.fraction: expected a number above 0 and below 1, found 1\n"
        "  1 | dataset: {validation: {fraction: 1}}\n"
        "    |                                  ^",
    ),
    "points without labels": (
        "dataset: {kind: points, x: [1, 2, 3], y: [1, 2]}\n",
        "F:1:10: dataset: x has 3 points and y has 2\n"
        "  1 | dataset: {kind: points, x: [1, 2, 3], y: [1, 2]}\n"
        "    |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "a number for a title": (
        "title: 3\n",
        "F:1:8: title: expected a text, found 3: put it in quotes\n  1 | title: 3\n    |        ^",
    ),
    "a title of two lines": (
        'title: "a\\nb"\n',
        "F:1:8: title: expected one line of text, found 'a\\nb'\n"
        '  1 | title: "a\\nb"\n'
        "    |        ^^^^^^",
    ),
    "fields that do not fit together": (
        "dataset:\n  x: {start: 3, stop: 3}\n",
        "F:2:6: dataset.x: start, stop and step must give between 2 and 1,000,000 points\n"
        "  2 |   x: {start: 3, stop: 3}\n"
        "    |      ^^^^^^^^^^^^^^^^^^^",
    ),
    "an unknown parameter in the landscape": (
        "landscape: {v: auto}\n",
        "F:1:13: landscape.v: unknown key; allowed: w, b, grid, scale, flip_bias\n"
        "  1 | landscape: {v: auto}\n"
        "    |             ^",
    ),
    "a range the wrong way round": (
        "landscape: {w: [6, -12]}\n",
        "F:1:16: landscape.w: expected [low, high] with low < high, found [6, -12]\n"
        "  1 | landscape: {w: [6, -12]}\n"
        "    |                ^^^^^^^^",
    ),
    "a range that is neither auto nor two numbers": (
        "landscape: {w: [1, .inf]}\n",
        "F:1:16: landscape.w: expected 'auto' or a list of 2 numbers, found [1, .inf]\n"
        "  1 | landscape: {w: [1, .inf]}\n"
        "    |                ^^^^^^^^^",
    ),
    "nothing to train": (
        "model:\n  weight: {frozen: true}\n  bias: {frozen: true}\n",
        "F:1:1: model: every parameter is frozen: at least one must be trained\n"
        "  1 | model:\n"
        "    | ^^^^^",
    ),
    "too many frames": (
        "film: {duration: 600, fps: 120}\n",
        "F:1:18: film.duration: 72,000 frames (600 s at 120 fps): "
        "a film has from 2 to 20,000\n"
        "  1 | film: {duration: 600, fps: 120}\n"
        "    |                  ^^^",
    ),
    "too few frames": (
        "film: {duration: 1, fps: 1}\n",
        "F:1:18: film.duration: 1 frame (1 s at 1 fps): a film has from 2 to 20,000\n"
        "  1 | film: {duration: 1, fps: 1}\n"
        "    |                  ^",
    ),
    "panels without a grid": (
        "film: {panels: [loss]}\n",
        "F:1:8: film.panels: only the cells of a grid hold panels of your choice: "
        "give runs and film.runs: grid\n"
        "  1 | film: {panels: [loss]}\n"
        "    |        ^^^^^^",
    ),
    "a panel that there isn't": (
        "film: {runs: grid, panels: [los]}\nruns: {a: {}, b: {seed: 2}}\n",
        "F:1:29: film.panels.0: unknown panel 'los'; did you mean 'loss'? "
        f"there are: {names('draw/panels')}\n"
        "  1 | film: {runs: grid, panels: [los]}\n"
        "    |                             ^^^",
    ),
    "too many panels": (
        "film: {runs: grid, panels: [loss, loss, loss, loss]}\nruns: {a: {}, b: {seed: 2}}\n",
        "F:1:28: film.panels: a cell holds from 1 to 3 panels, found 4\n"
        "  1 | film: {runs: grid, panels: [loss, loss, loss, loss]}\n"
        "    |                            ^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "an arrangement of runs that there isn't": (
        "film: {runs: rows}\n",
        "F:1:14: film.runs: expected 'race' or 'grid', found 'rows'\n"
        "  1 | film: {runs: rows}\n"
        "    |              ^^^^",
    ),
    "a flipped bias that there isn't": (
        "model: {kind: sine}\nlandscape: {flip_bias: true}\n",
        "F:2:24: landscape.flip_bias: only a linear model of one feature has the bias whose sign "
        "the labs flip\n"
        "  2 | landscape: {flip_bias: true}\n"
        "    |                        ^^^^",
    ),
    "broadcast batches": (
        "loss: {kind: mse, broadcast: true}\ntraining: {batch_size: 3}\n",
        "F:1:30: loss.broadcast: mixes the points of a batch with one another: "
        "it needs training.batch_size: full\n"
        "  1 | loss: {kind: mse, broadcast: true}\n"
        "    |                              ^^^^",
    ),
    "data of a function": (
        "model: function\ndataset: line\n",
        "F:2:1: dataset: a function has no data: leave it out\n  2 | dataset: line\n    | ^^^^^^^",
    ),
    "the loss of a function": (
        "model: function\nloss: mse\n",
        "F:2:1: loss: the function is the loss: leave it out\n  2 | loss: mse\n    | ^^^^",
    ),
    "batches of a function": (
        "model: function\ntraining: {batch_size: 3}\n",
        "F:2:24: training.batch_size: a function has no data to batch: leave it out\n"
        "  2 | training: {batch_size: 3}\n"
        "    |                        ^",
    ),
    "a function's data shuffled": (
        "model: function\ntraining: {shuffle: true}\n",
        "F:2:21: training.shuffle: a function has no data to shuffle: leave it out\n"
        "  2 | training: {shuffle: true}\n"
        "    |                     ^^^^",
    ),
    "outputs that are no list": (
        "outputs: gif\n",
        "F:1:10: outputs: expected a list of formats, like [mp4, gif], found 'gif'\n"
        "  1 | outputs: gif\n"
        "    |          ^^^",
    ),
    "no outputs": (
        "outputs: []\n",
        "F:1:10: outputs: expected a list of formats, like [mp4, gif], found []\n"
        "  1 | outputs: []\n"
        "    |          ^^",
    ),
    "an unknown format": (
        "outputs: [mp5]\n",
        "F:1:11: outputs.0: unknown format 'mp5'; did you mean 'mp4'? "
        f"there are: {names('encode/formats')}\n"
        "  1 | outputs: [mp5]\n"
        "    |           ^^^",
    ),
    "an output that names no format": (
        "outputs: [{fps: 20}]\n",
        f"F:1:11: outputs.0: missing key 'kind': one of {names('encode/formats')}\n"
        "  1 | outputs: [{fps: 20}]\n"
        "    |           ^^^^^^^^^",
    ),
    "a format twice": (
        "outputs: [gif, mp4, {kind: gif}]\n",
        "F:1:21: outputs.2: a second gif: each format makes one file\n"
        "  1 | outputs: [gif, mp4, {kind: gif}]\n"
        "    |                     ^^^^^^^^^^^",
    ),
    "an output that would distort the film": (
        "film: {size: [640, 360]}\noutputs: [mp4, {kind: gif, size: [100, 100]}]\n",
        "F:2:16: outputs.1: a gif of 100×100 would distort a film of 640×360; "
        "its height must be 56\n"
        "  2 | outputs: [mp4, {kind: gif, size: [100, 100]}]\n"
        "    |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "a duplicate key": (
        "film:\n  fps: 3\n  fps: 4\n",
        "F:3:3: film: duplicate key 'fps'; first given in line 2\n  3 |   fps: 4\n    |   ^^^",
    ),
    "a key that is a number": (
        "1: 2\n",
        "F:1:1: a key must be a name, found 1\n  1 | 1: 2\n    | ^",
    ),
    "a merge key": (
        "film: {<<: {fps: 3}}\n",
        "F:1:8: film: merge keys (<<) are not allowed: repeat the keys\n"
        "  1 | film: {<<: {fps: 3}}\n"
        "    |        ^^",
    ),
    "a tag that runs code": (
        "title: !!python/object/apply:os.system [ls]\n",
        "F:1:8: title: tags (!!python/object/apply:os.system) are not allowed\n"
        "  1 | title: !!python/object/apply:os.system [ls]\n"
        "    |        " + "^" * len("!!python/object/apply:os.system ["),
    ),
    "an anchor": (
        "seed: &a 1\n",
        "F:1:7: seed: anchors (&a) are not allowed\n  1 | seed: &a 1\n    |       ^^^^",
    ),
    "an alias": (
        "seed: *a\n",
        "F:1:7: seed: aliases (*a) are not allowed: repeat the value\n"
        "  1 | seed: *a\n"
        "    |       ^^",
    ),
    "a list at the root": (
        "[1, 2]\n",
        "F:1:1: expected keys and values, like 'title: My film'\n  1 | [1, 2]\n    | ^^^^^^",
    ),
    "a colon without a space": (
        "title:foo\n",
        "F:1:1: expected keys and values, like 'title: My film'\n  1 | title:foo\n    | ^^^^^^^^^",
    ),
    "two documents": (
        "seed: 1\n---\nseed: 2\n",
        "F:2:1: a second document begins here: a file holds one config\n  2 | ---\n    | ^^^",
    ),
    "a tab": (
        "film:\n\tfps: 3\n",
        "F:2:1: a tab can't indent: use spaces\n  2 |  fps: 3\n    | ^",
    ),
    "a second colon": (
        "title: GD: slope\n",
        "F:1:10: a ':' can't stand here: quote a text that contains ': ', or mend the indentation\n"
        "  1 | title: GD: slope\n"
        "    |          ^",
    ),
    "a list that is not closed": (
        "film: {size: [1280, 720}\n",
        "F:1:14: '[' is not closed: expected ',' or ']' at line 1, column 24\n"
        "  1 | film: {size: [1280, 720}\n"
        "    |              ^",
    ),
    "a quote that is not closed": (
        "title: 'x\nseed: 1\n",
        "F:1:8: this quote is never closed\n  1 | title: 'x\n    |        ^",
    ),
    "a line that fits nowhere": (
        "film:\n    fps: 3\n  theme: night\n",
        "F:3:3: this does not belong here: mend the indentation, or put the text in quotes\n"
        "  3 |   theme: night\n"
        "    |   ^",
    ),
    "a line without a colon": (
        "film: {}\nseed 1\ntitle: x\n",
        "F:2:1: expected 'key: value', found no ': '\n  2 | seed 1\n    | ^^^^^^",
    ),
    "a character that begins nothing": (
        "title: @x\n",
        "F:1:8: a text can't begin with '@': put it in quotes\n  1 | title: @x\n    |        ^",
    ),
    "a character that is not text": (
        "title: a\x07b\n",
        "F:1:9: the character U+0007 is not allowed in YAML\n  1 | title: a b\n    |         ^",
    ),
    "an empty file": ("", "F:1:1: the file is empty"),
    "a file of comments": ("# seed: 1\n", "F:1:1: the file is empty\n  1 | # seed: 1\n    | ^"),
    "Latin-1": (b"seed: 1\ntitle: \xe9\n", "F:2:8: not UTF-8: save the file in that encoding"),
    "a huge file": (b"#" * 1_000_001, "F: larger than 1,000,000 bytes: not a config"),
}


@pytest.mark.parametrize(("text", "told"), ONE.values(), ids=ONE)
def test_one_fault_is_told_word_for_word(tmp_path, text, told):
    assert refusal(tmp_path, text) == told


OPTIONS = {
    "a value out of range": (
        ["optimizer.lr=-1"],
        {},
        "--set optimizer.lr=-1: optimizer.lr: expected a number above 0, found -1",
    ),
    "an unknown section": (
        ["optimiser.lr=1"],
        {},
        "--set optimiser.lr=1: optimiser: unknown key; did you mean 'optimizer'? allowed: title, "
        "scene, seed, dataset, model, loss, optimizer, schedule, training, film, landscape, "
        "outputs, measure, captions, map, language, target, runs, sweep",
    ),
    "an unknown key": (
        ["film.fsp=1"],
        {},
        "--set film.fsp=1: film.fsp: unknown key; did you mean 'fps'? "
        "allowed: size, fps, duration, frames, theme, camera, pace, runs, clock, panels, share, "
        "layout, essential, stops, labels, tex, auto_captions",
    ),
    "no value": (["seed"], {}, "--set seed: expected KEY=VALUE, like optimizer.lr=0.3"),
    "no key": (["=3"], {}, "--set =3: expected KEY=VALUE, like optimizer.lr=0.3"),
    "no such item": (
        ["outputs.3=gif"],
        {},
        "--set outputs.3=gif: outputs.3: no such item; there are 1, counted from 0",
    ),
    "a value that is no YAML": (
        ["film.size=[1"],
        {},
        "--set film.size=[1: film.size: '[' is not closed: expected ',' or ']' at the end",
    ),
    "a theme": (
        [],
        {"theme": "nigth"},
        "--theme nigth: film.theme: unknown theme 'nigth'; did you mean 'night'? "
        f"there are: {', '.join(theme_names())}",
    ),
    "an odd size": (
        [],
        {"size": "1281x720"},
        "--size 1281x720: film.size.0: expected an even whole number from 160 to 4096, "
        "found 1281; the nearest is 1280",
    ),
    "a size of one": ([], {"size": "1280"}, "--size 1280: expected WxH, like 1280x720"),
    "a rate that is no number": (
        [],
        {"fps": "fast"},
        "--fps fast: film.fps: expected a whole number from 1 to 120, found 'fast'",
    ),
}


@pytest.mark.parametrize(("sets", "options", "told"), OPTIONS.values(), ids=OPTIONS)
def test_a_wrong_option_is_quoted_as_it_was_typed(tmp_path, sets, options, told):
    assert refusal(tmp_path, "outputs: [csv]\n", sets, options) == told


def test_all_problems_are_told_at_once_in_the_order_of_the_file_and_then_of_the_options(tmp_path):
    text = "film: {fps: 0, theme: x}\nsede: 2\nfilm: {}\noptimizer: {lr: 0}\nseed: *a\n"
    told = refusal(tmp_path, text, ["loss=hubber"], {"size": "3x3"})
    assert [line.split(": ")[:2] for line in told.splitlines() if line[0] in "F-"] == [
        ["F:1:13", "film.fps"],
        ["F:1:23", "film.theme"],
        ["F:2:1", "sede"],
        ["F:3:1", "duplicate key 'film'; first given in line 1"],
        ["F:4:17", "optimizer.lr"],
        ["F:5:7", "seed"],
        ["--size 3x3", "film.size.0"],
        ["--size 3x3", "film.size.1"],
        ["--set loss=hubber", "loss"],
    ]
    assert told.splitlines()[-1] == "9 problems in F and the options"


# What is wrong with the landscape when the model has a fault too.
LANDSCAPES = {
    "a range of a usual parameter": (
        "{weight: x}",
        "{b: [2, 1]}",
        "F:2:16: landscape.b: expected [low, high] with low < high, found [2, 1]",
    ),
    "a name that no such model has": (
        "{kind: sine, freq: 2}",
        "{w: auto}",
        "F:2:13: landscape.w: unknown key; allowed: a, f, grid, scale, flip_bias",
    ),
    "a range of a parameter that other options may bring": (
        "{weight: [1, x]}",
        "{w2: [2, 1]}",
        "F:2:17: landscape.w2: expected [low, high] with low < high, found [2, 1]",
    ),
    "a range of a model that there isn't": (
        "liner",
        "{w: [2, 1]}",
        "F:2:16: landscape.w: expected [low, high] with low < high, found [2, 1]",
    ),
    "a parameter that other options may bring": ("{weight: [1, x]}", "{w2: [1, 2]}", None),
    "a parameter of a model that there isn't": ("liner", "{w: [1, 2], v: auto}", None),
}


@pytest.mark.parametrize(("model", "landscape", "told"), LANDSCAPES.values(), ids=LANDSCAPES)
def test_a_fault_of_the_model_hides_none_of_the_landscape(tmp_path, model, landscape, told):
    lines = refusal(tmp_path, f"model: {model}\nlandscape: {landscape}\n").splitlines()
    assert lines[0].startswith("F:1:")
    assert [line for line in lines if line.startswith("F:2:")] == ([told] if told else [])


def test_an_output_is_held_against_the_size_that_counts(tmp_path):
    text = "film: {size: [640, 360]}\noutputs: [{kind: gif, size: [320, 180]}]\n"
    load(write(tmp_path, text))
    told = refusal(tmp_path, text, options={"size": "640x640"})
    assert told.splitlines()[0] == (
        "F:2:11: outputs.0: a gif of 320×180 would distort a film of 640×640; "
        "its height must be 320"
    )


def test_a_missing_file_names_the_nearest(tmp_path):
    path = write(tmp_path, "{}", "slope.yaml")
    with pytest.raises(ConfigError) as caught:
        load(path.with_name("slop.yaml"))
    assert (
        str(caught.value)
        == f"{path.with_name('slop.yaml')}: no such file; did you mean 'slope.yaml'?"
    )


def test_only_so_many_problems_are_told(tmp_path):
    told = refusal(tmp_path, "".join(f"key{n}: 1\n" for n in range(50_000)))
    assert told.count("unknown key") == 20
    assert told.endswith("20 or more problems in F")


def test_an_alias_bomb_does_not_go_off(tmp_path):
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    told = refusal(tmp_path, "a0: &a0 [x]\n" + "\n".join(levels))
    assert told.endswith("20 or more problems in F")


def test_of_a_long_line_the_part_around_the_fault_is_shown(tmp_path):
    told = refusal(tmp_path, "{" + " " * 5000 + "sede: 1" + " " * 5000 + "}")
    head, line, carets = told.splitlines()
    assert head.startswith("F:1:5002: sede: unknown key; did you mean 'seed'?")
    assert len(line) < 120
    assert line[carets.index("^") :].startswith("sede")


def test_nothing_from_the_file_can_steer_the_terminal(tmp_path):
    told = refusal(tmp_path, '"\\e[2J": 1\ntitle: 3\nscene: "\\e[2J\\u202e"\n')
    assert all(c.isprintable() or c == "\n" for c in told)
