"""What a user reads after each kind of slip, word for word; test_errors.py has the plain ones."""

from __future__ import annotations

import re

import pytest

from render import registry
from render.config.load import load
from render.errors import ConfigError
from tests.config.home import write

CARS = "speed,dist\n4,2\n7,4\n8,16\n"

# <folder> stands for the members that there are.
MESSAGES = {
    "an option of a member at the top": (
        "weight: 3\n",
        "F:1:1: weight: unknown key; did you mean 'model.weight'?\n  1 | weight: 3\n    | ^^^^^^",
    ),
    "an option of the camera at the top": (
        "orbit: 60\n",
        "F:1:1: orbit: unknown key; did you mean 'film.camera.orbit'?\n"
        "  1 | orbit: 60\n"
        "    | ^^^^^",
    ),
    "an option of the stop at the top": (
        "patience: 3\n",
        "F:1:1: patience: unknown key; did you mean 'training.stop.patience'?\n"
        "  1 | patience: 3\n"
        "    | ^^^^^^^^",
    ),
    "a hyphen for an underscore": (
        "schedule: {kind: exponential, gam-ma: 1}\n",
        "F:1:31: schedule.gam-ma: unknown key; did you mean 'gamma'? allowed: gamma\n"
        "  1 | schedule: {kind: exponential, gam-ma: 1}\n"
        "    |                               ^^^^^^",
    ),
    "a capital letter": (
        "optimizer: {kind: sgd, LR: 0.1}\n",
        "F:1:24: optimizer.LR: unknown key; did you mean 'lr'? allowed: lr, lr_scale, momentum, "
        "nesterov, weight_decay\n"
        "  1 | optimizer: {kind: sgd, LR: 0.1}\n"
        "    |                        ^^",
    ),
    "a kind in capitals": (
        "schedule: Cosine\n",
        "F:1:11: schedule: unknown schedule 'Cosine'; did you mean 'cosine'? there are: "
        "<learn/schedules>\n"
        "  1 | schedule: Cosine\n"
        "    |           ^^^^^^",
    ),
    "a colon without its space": (
        "film: {fps:3}\n",
        "F:1:8: film.fps:3: unknown key; a ':' needs a space after it: fps: 3\n"
        "  1 | film: {fps:3}\n"
        "    |        ^^^^^",
    ),
    "a comma for the decimal point": (
        "optimizer: {lr: 2,5}\n",
        "F:1:19: optimizer: a key must be a name, found 5: write decimals with a point, like "
        "0.1\n"
        "  1 | optimizer: {lr: 2,5}\n"
        "    |                   ^",
    ),
    "a number in quotes": (
        "optimizer: {lr: '0.1'}\n",
        "F:1:17: optimizer.lr: expected a number above 0, found '0.1': leave the quotes out\n"
        "  1 | optimizer: {lr: '0.1'}\n"
        "    |                 ^^^^^",
    ),
    "a flag in quotes": (
        "training: {shuffle: 'true'}\n",
        "F:1:21: training.shuffle: expected true or false, found 'true': leave the quotes out\n"
        "  1 | training: {shuffle: 'true'}\n"
        "    |                     ^^^^^^",
    ),
    "a whole number in powers of ten": (
        "training: {epochs: 1e3}\n",
        "F:1:20: training.epochs: expected a whole number of at least 1, found 1000.0: write "
        "1000\n"
        "  1 | training: {epochs: 1e3}\n"
        "    |                    ^^^",
    ),
    "a number beyond all numbers": (
        "optimizer: {lr: 1e400}\n",
        "F:1:17: optimizer.lr: expected a number above 0, found .inf\n"
        "  1 | optimizer: {lr: 1e400}\n"
        "    |                 ^^^^^",
    ),
    "a size as the command line has it": (
        "film: {size: 1280x720}\n",
        "F:1:14: film.size: expected a list of 2 even whole numbers from 160 to 4096, found "
        "'1280x720': write [1280, 720]\n"
        "  1 | film: {size: 1280x720}\n"
        "    |              ^^^^^^^^",
    ),
    "a choice cut short": (
        "film: {camera: {ease: sine}}\n",
        "F:1:23: film.camera.ease: expected 'auto' or 'linear' or 'sine_in_out', found 'sine'; "
        "did you mean 'sine_in_out'?\n"
        "  1 | film: {camera: {ease: sine}}\n"
        "    |                       ^^^^",
    ),
    "a choice in the singular": (
        "film: {clock: step}\n",
        "F:1:15: film.clock: expected 'auto' or 'steps' or 'epochs', found 'step'; did you "
        "mean 'steps'?\n"
        "  1 | film: {clock: step}\n"
        "    |               ^^^^",
    ),
    "a choice that is like none": (
        "film: {camera: {ease: bounce}}\n",
        "F:1:23: film.camera.ease: expected 'auto' or 'linear' or 'sine_in_out', found 'bounce'\n"
        "  1 | film: {camera: {ease: bounce}}\n"
        "    |                       ^^^^^^",
    ),
    "an empty title": (
        "title: ''\n",
        "F:1:8: title: expected 1 to 200 characters, found 0\n  1 | title: ''\n    |        ^^",
    ),
    "a key with a typo in a mapping of inputs": (
        "dataset: {x: {strat: 1}}\n",
        "F:1:15: dataset.x.strat: unknown key; did you mean 'start'? allowed: start, stop, step\n"
        "  1 | dataset: {x: {strat: 1}}\n"
        "    |               ^^^^^",
    ),
    "a keyframe's typo": (
        "film: {camera: {keyframes: [{at: 1s, elv: 3}]}}\n",
        "F:1:38: film.camera.keyframes.0.elv: unknown key; did you mean 'elev'? allowed: at, "
        "elev, azim, zoom\n"
        "  1 | film: {camera: {keyframes: [{at: 1s, elv: 3}]}}\n"
        "    |                                      ^^^",
    ),
    "a keyframe without a time": (
        "film: {camera: {keyframes: [{elev: 30}]}}\n",
        "F:1:29: film.camera.keyframes.0: missing key 'at': a time like 2.5s, 50%, step 3, "
        "epoch 10, converged or end\n"
        "  1 | film: {camera: {keyframes: [{elev: 30}]}}\n"
        "    |                             ^^^^^^^^^^",
    ),
    "a row of a layout that is too short": (
        "film:\n  layout: |\n    loss loss\n    data\n",
        "F:4:5: film.layout: row 2 has 1 cell and the first has 2: all rows need the same "
        "number\n"
        "  4 |     data\n"
        "    |     ^^^^",
    ),
    "an option of a panel": (
        "film: {layout: {rows: text, text: {word: x}}}\n",
        "F:1:36: film.layout.text.word: unknown key; did you mean 'words'? allowed: words\n"
        "  1 | film: {layout: {rows: text, text: {word: x}}}\n"
        "    |                                    ^^^^",
    ),
    "a panel without a cell": (
        "film: {layout: {rows: surface loss, los: {}}}\n",
        "F:1:37: film.layout.los: unknown key; did you mean 'loss'? allowed: rows, surface, "
        "loss\n"
        "  1 | film: {layout: {rows: surface loss, los: {}}}\n"
        "    |                                     ^^^",
    ),
    "a gif's option": (
        "outputs: [{kind: gif, lop: 3}]\n",
        "F:1:23: outputs.0.lop: unknown key; did you mean 'loop'? "
        "allowed: size, fps, loop, colours, max_mb\n"
        "  1 | outputs: [{kind: gif, lop: 3}]\n"
        "    |                       ^^^",
    ),
    "a caption's field": (
        "captions: [{at: 2s, text: 'loss {los:.2f}'}]\n",
        "F:1:33: captions.0.text: unknown field 'los'; did you mean 'loss'? there are: w, b, "
        "loss, lr, grad_w, grad_b, epoch, step, lr_max, condition, minimum, optimum_w, optimum_b\n"
        "  1 | captions: [{at: 2s, text: 'loss {los:.2f}'}]\n"
        "    |                                 ^^^^^^^^^",
    ),
    "a caption's brace": (
        "captions: [{at: 2s, text: 'w = {w'}]\n",
        "F:1:27: captions.0.text: a brace is not closed, or not opened: write {{ and }} for "
        "braces themselves\n"
        "  1 | captions: [{at: 2s, text: 'w = {w'}]\n"
        "    |                           ^^^^^^^^",
    ),
    "a caption's key": (
        "captions: [{at: 2s, txt: x, text: y}]\n",
        "F:1:21: captions.0.txt: unknown key; did you mean 'text'? "
        "allowed: at, text, for, tex, live\n"
        "  1 | captions: [{at: 2s, txt: x, text: y}]\n"
        "    |                     ^^^",
    ),
    "a time without a unit": (
        "captions: [{at: 2, text: x}]\n",
        "F:1:17: captions.0.at: expected a time like 2.5s, 50%, step 3, epoch 10, converged or "
        "end, found 2\n"
        "  1 | captions: [{at: 2, text: x}]\n"
        "    |                 ^",
    ),
    "a part of a step": (
        "captions: [{at: step 1.5, text: x}]\n",
        "F:1:17: captions.0.at: steps are whole, found 'step 1.5'\n"
        "  1 | captions: [{at: step 1.5, text: x}]\n"
        "    |                 ^^^^^^^^",
    ),
    "a key of a run": (
        "runs: {a: {}, b: {training.epoch: 1}}\n",
        "F:1:19: runs.b.training.epoch: unknown key; did you mean 'epochs'? allowed: epochs, "
        "batch_size, shuffle, noise, zero_grad, stop, device\n"
        "  1 | runs: {a: {}, b: {training.epoch: 1}}\n"
        "    |                   ^^^^^^^^^^^^^^",
    ),
    "a run that is a number": (
        "runs: {a: {}, b: 3}\n",
        "F:1:18: runs.b: expected a mapping of what differs, or {}, found 3\n"
        "  1 | runs: {a: {}, b: 3}\n"
        "    |                  ^",
    ),
    "a label without letters": (
        "runs: {'': {}, b: {}}\n",
        "F:1:8: runs.: a label is one line of 1 to 40 characters, found ''\n"
        "  1 | runs: {'': {}, b: {}}\n"
        "    |        ^^",
    ),
    "a key of a sweep": (
        "sweep: {training.epoch: [1, 2]}\n",
        "F:1:9: sweep.training.epoch.0: unknown key; did you mean 'epochs'? allowed: epochs, "
        "batch_size, shuffle, noise, zero_grad, stop, device\n"
        "  1 | sweep: {training.epoch: [1, 2]}\n"
        "    |         ^^^^^^^^^^^^^^",
    ),
    "a value of a sweep": (
        "sweep: {optimizer.lr: [fast, 0.1]}\n",
        "F:1:24: sweep.optimizer.lr.0: expected a number above 0, found 'fast'\n"
        "  1 | sweep: {optimizer.lr: [fast, 0.1]}\n"
        "    |                        ^^^^",
    ),
    "a part that every run replaces": (
        "training: 3\nruns: {a: {training: {epochs: 2}}, b: {training: {epochs: 3}}}\n",
        "F:1:11: training: expected a mapping of epochs, batch_size, shuffle, noise, "
        "zero_grad, stop, device, found 3\n"
        "  1 | training: 3\n"
        "    |           ^",
    ),
    "a kind that every run replaces": (
        "schedule: cosin\nruns: {a: {schedule: warmup}, b: {schedule: step}}\n",
        "F:1:11: schedule: unknown schedule 'cosin'; did you mean 'cosine'? there are: "
        "<learn/schedules>\n"
        "  1 | schedule: cosin\n"
        "    |           ^^^^^",
    ),
    "a file of data that isn't there": (
        "dataset: {kind: csv, path: cras.csv}\n",
        "F:1:28: dataset.path: cras.csv: no such file; did you mean 'cars.csv'?\n"
        "  1 | dataset: {kind: csv, path: cras.csv}\n"
        "    |                            ^^^^^^^^",
    ),
    "a column that isn't there": (
        "dataset: {kind: csv, path: cars.csv, x: sped, y: dist}\n",
        "F:1:41: dataset.x: cars.csv:1: no column 'sped'; did you mean 'speed'? there are: "
        "speed, dist\n"
        "  1 | dataset: {kind: csv, path: cars.csv, x: sped, y: dist}\n"
        "    |                                         ^^^^",
    ),
    "a label's column that isn't there": (
        "dataset: {kind: csv, path: cars.csv, x: speed, y: dits}\n",
        "F:1:51: dataset.y: cars.csv:1: no column 'dits'; did you mean 'dist'? there are: "
        "speed, dist\n"
        "  1 | dataset: {kind: csv, path: cars.csv, x: speed, y: dits}\n"
        "    |                                                   ^^^^",
    ),
    "a number that doesn't go with others": (
        "dataset: {scale: 0}\n",
        "F:1:18: dataset.scale: 0 would make every x the same\n"
        "  1 | dataset: {scale: 0}\n"
        "    |                  ^",
    ),
    "an unknown function": (
        "model: {kind: function, name: rosenbrok}\n",
        "F:1:31: model.name: unknown function 'rosenbrok'; did you mean 'rosenbrock'? there "
        "are: <learn/functions>\n"
        "  1 | model: {kind: function, name: rosenbrok}\n"
        "    |                               ^^^^^^^^^",
    ),
    "a name in a formula": (
        "model: {kind: function, formula: 'x1**2 + x2', start: {x1: 1}}\n",
        "F:1:43: model.formula: unknown name 'x2'; the parameters are x1, as start names them\n"
        "  1 | model: {kind: function, formula: 'x1**2 + x2', start: {x1: 1}}\n"
        "    |                                           ^^",
    ),
    "a function in a formula": (
        "model: {kind: function, formula: 2 + sn(x1), start: {x1: 1}}\n",
        "F:1:38: model.formula: calls to 'sn' are not allowed; did you mean 'sin'? allowed: "
        "sin, cos, tan, exp, log, sqrt, tanh, abs\n"
        "  1 | model: {kind: function, formula: 2 + sn(x1), start: {x1: 1}}\n"
        "    |                                      ^^",
    ),
    "a sign in a formula": (
        "model: {kind: function, formula: x1^2, start: {x1: 1}}\n",
        "F:1:36: model.formula: '^' at column 3 is not allowed; write **\n"
        "  1 | model: {kind: function, formula: x1^2, start: {x1: 1}}\n"
        "    |                                    ^",
    ),
    "a formula without its end": (
        "model: {kind: function, formula: 'x1**2 +', start: {x1: 1}}\n",
        "F:1:42: model.formula: can't be read to its end; write it like x1**2 + 3*x2**2\n"
        "  1 | model: {kind: function, formula: 'x1**2 +', start: {x1: 1}}\n"
        "    |                                          ^",
    ),
    "a formula with letters of other languages": (
        "model: {kind: function, formula: 'θ**2 + 3*φ + ψ', start: {θ: 1, φ: 2}}\n",
        "F:1:48: model.formula: unknown name 'ψ'; the parameters are θ, φ, as start names them\n"
        "  1 | model: {kind: function, formula: 'θ**2 + 3*φ + ψ', start: {θ: 1, φ: 2}}\n"
        "    |                                                ^",
    ),
    "a formula without a start": (
        "model: {kind: function, formula: x1}\n",
        "F:1:8: model.start: missing; it names the parameters of a formula, like {x1: 1, x2: 2}\n"
        "  1 | model: {kind: function, formula: x1}\n"
        "    |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "a formula that is nowhere": (
        "model: {kind: function, formula: log(x1), start: {x1: -1}}\n",
        "F:1:50: model.start: the function is nan there, expected a finite number\n"
        "  1 | model: {kind: function, formula: log(x1), start: {x1: -1}}\n"
        "    |                                                  ^^^^^^^^",
    ),
    "starts of another function": (
        "model: {kind: function, name: beale, start: [1]}\n",
        "F:1:45: model.start: beale has 2 parameters, found 1\n"
        "  1 | model: {kind: function, name: beale, start: [1]}\n"
        "    |                                             ^^^",
    ),
    "a tab after spaces": (
        "film:\n  fps: 3\n\tduration: 2\n",
        "F:3:1: a tab can't indent: use spaces\n  3 |  duration: 2\n    | ^",
    ),
    "no-break spaces that should indent": (
        "model:\n\u00a0\u00a0kind: linear\n\u00a0\u00a0weight: -8\n",
        "F:2:1: a no-break space can't indent: use spaces\n  2 |   kind: linear\n    | ^",
    ),
    "no-break spaces before items": (
        "runs:\n\u00a0 - 1\n\u00a0 - 2\n",
        "F:2:1: a no-break space can't indent: use spaces\n  2 |   - 1\n    | ^",
    ),
    "an ideographic space that should indent": (
        "film:\n  fps: 3\n \u3000size: 4\n",
        "F:3:2: the blank U+3000 can't indent: use spaces\n  3 |   size: 4\n    |  ^",
    ),
    "a no-break space after a colon": (
        "title:\u00a0foo\nseed: 1\n",
        "F:1:7: a no-break space can't follow ':': use spaces\n  1 | title: foo\n    |       ^",
    ),
    "a no-break space after a colon in braces": (
        "model: {kind:\u00a0linear}\n",
        "F:1:14: a no-break space can't follow ':': use spaces\n"
        "  1 | model: {kind: linear}\n"
        "    |              ^",
    ),
    "a no-break space after a colon and nothing else": (
        "model:\u00a0linear\n",
        "F:1:7: a no-break space can't follow ':': use spaces\n  1 | model: linear\n    |       ^",
    ),
    "a mapping that is not closed": (
        "film: {fps: 3\n",
        "F:1:7: '{' is not closed: expected ',' or '}' at the end\n"
        "  1 | film: {fps: 3\n"
        "    |       ^",
    ),
    "two keys in a line": (
        "film: fps: 3\n",
        "F:1:10: a ':' can't stand here: quote a text that contains ': ', or mend the "
        "indentation\n"
        "  1 | film: fps: 3\n"
        "    |          ^",
    ),
    "an escape that isn't one": (
        'title: "a\\qb"\n',
        "F:1:10: unknown escape in a text in double quotes: use single quotes, or \\\\ for a \\\n"
        '  1 | title: "a\\qb"\n'
        "    |          ^",
    ),
    "an empty key": (
        "null: 3\n",
        "F:1:1: a key must be a name, found null\n  1 | null: 3\n    | ^^^^",
    ),
    "a mapping for one of two choices in a list": (
        "dataset: {outliers: [{at: {x: 1}, y: 3}]}\n",
        "F:1:27: dataset.outliers.0.at: expected a whole number of at least 0 or a list of 2 "
        "whole numbers of at least 0, found a mapping\n"
        "  1 | dataset: {outliers: [{at: {x: 1}, y: 3}]}\n"
        "    |                           ^^^^^^",
    ),
    "a list for a key": (
        "? [a]\n: b\n",
        "F:1:3: a key must be a name\n  1 | ? [a]\n    |   ^",
    ),
    "a binary file": (
        b"\x89PNG\r\n\x1a\n\x00",
        "F:1:1: not UTF-8: save the file in that encoding",
    ),
}


@pytest.mark.parametrize(("text", "told"), MESSAGES.values(), ids=MESSAGES)
def test_a_slip_is_answered_word_for_word(tmp_path, text, told):
    path = write(tmp_path, text)
    (path.parent / "cars.csv").write_text(CARS)
    with pytest.raises(ConfigError) as caught:
        load(path)
    said = str(caught.value).replace(str(path), "F").replace(f"{path.parent}/", "")
    assert said == re.sub("<(.*?/.*?)>", lambda found: ", ".join(registry.names(found[1])), told)


def test_a_formula_from_an_option_is_quoted_whole(tmp_path):
    path = write(tmp_path, "model: {kind: function, formula: x1, start: {x1: 1}}\n")
    with pytest.raises(ConfigError) as caught:
        load(path, ["model.formula=x1 + y"])
    assert str(caught.value) == (
        "--set model.formula=x1 + y: model.formula: unknown name 'y'; "
        "the parameters are x1, as start names them"
    )


def test_a_part_that_runs_replace_is_told_once_among_the_others(tmp_path):
    text = "seed: x\nfilm: {fps: 0}\nruns: {a: {seed: 1}, b: {seed: 2, optimizer.lrr: 1}}\n"
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    said = [line for line in str(caught.value).splitlines() if "film.yaml:" in line]
    assert [line.split(": ")[1] for line in said] == ["seed", "film.fps", "runs.b.optimizer.lrr"]
