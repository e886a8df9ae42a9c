"""Whatever is read, with something wrong in it: a few lines say so, and nothing is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
import yaml
from PIL import Image

from render.registry import PACKAGE
from tests.hostile.home import Home
from tests.jobs.commands import ROOT, TINY, configs, environment

SEED = int(os.environ.get("FUZZ_SEED", "13"))
ROUNDS = 60
TABLE = "x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(30))
FOREIGN = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n\n", b"'", b'"', b"{", b"[", b"&a "),
    *(b"*a", b"!!python/object:os.system ", b": ", b"\t", b"9" * 400, b"1e999", b"nan", b"-", b","),
    *("\u202e".encode(), "🎬".encode(), b"x" * 3000, b"../", b"/dev/zero", b"None", b"null", b"{}"),
)


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Home:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("render.jobs.cores.cores", lambda: 1)
    return Home(tmp_path, capsys)


def mutants(data: bytes, seed: int) -> list[bytes]:
    """The bytes with a few places changed, cut out, doubled or replaced by foreign ones."""
    dice, made = random.Random(seed), []
    for _ in range(ROUNDS):
        mutant = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(mutant) + 1)
            end = min(len(mutant), at + dice.randint(0, 30))
            match dice.randrange(4):
                case 0:
                    mutant[at:at] = dice.choice(FOREIGN)
                case 1:
                    del mutant[at:end]
                case 2:
                    mutant[at:at] = mutant[at:end]
                case 3:
                    mutant[at:end] = dice.randbytes(end - at)
        made.append(bytes(mutant))
    return made


def answered(home: Home, *words: str) -> int:
    """The exit code of a command that says only what can be printed, and no fault of ours."""
    code, told = home.run(*words)
    what = f"{words}: {told}"
    assert code in (0, 1, 2), what
    assert "Traceback" not in told, what
    assert "internal error" not in told, what
    assert all(letter.isprintable() for letter in told.replace("\n", "")), what
    assert told.count("\n") < 80, what
    return code


@pytest.mark.slow
def test_tables(home):
    home.config("dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n")
    codes = []
    for mutant in mutants(TABLE.encode(), SEED):
        home.put("data.csv", mutant)
        codes.append(answered(home, "configs/film.yaml", "--format", "csv", "--quiet", "--force"))
    assert {0, 1} <= {*codes}


MANIFESTS = 25  # of each kind: every one is a film to be made twice
SMALL = "training: {epochs: 2}\nlandscape: {grid: 41}\n"
HOW_MANY = [pytest.param(2, id="a few"), pytest.param(ROUNDS, id="many", marks=pytest.mark.slow)]


@pytest.mark.slow
def test_manifests(home):
    """Of a film, which `verify` reads, and of a folder of frames, by which it is replaced."""
    film = ["configs/film.yaml", "--format", "frames,csv,json", "--quiet"]
    home.config(film="film: {size: [160, 90], fps: 4, duration: 0.5}\ntraining: {epochs: 2}\n")
    assert answered(home, *film) == 0
    before = {name: data for name, data in home.files().items() if name.startswith("outputs")}
    own = {f"outputs/film_frames/{name}": b"the user's own" for name in ("slides.tex", "12.png")}
    manifests = [name for name in before if name.endswith(".json")]
    assert len(manifests) == 2
    codes = []
    for seed, name in enumerate(manifests):
        for mutant in mutants(before[name], SEED + seed)[:MANIFESTS]:
            for path, data in (before | own | {name: mutant}).items():
                home.put(path, data)
            codes.append(answered(home, "verify", name, "--quiet"))
            answered(home, *film)
            assert {path: home.files()[path] for path in own} == own
    assert {1, 2} & {*codes}


@pytest.mark.parametrize("rounds", HOW_MANY)
def test_themes(home, rounds):
    home.config(film="film: {size: [640, 360], duration: 1, theme: look.yaml}\n" + SMALL)
    text = (PACKAGE / "draw" / "themes" / "night.yaml").read_bytes()
    dice, codes = random.Random(SEED), []
    tree = yaml.safe_load(text)
    values = [*tree.values(), "magma", 0.5, 1.5, "#12345678", "#00000000"]
    for mutant in mutants(text, SEED)[:rounds]:
        if dice.random() < 0.6:  # values of other keys: some are possible
            changed = {dice.choice([*tree]): dice.choice(values) for _ in range(dice.randint(1, 2))}
            mutant = yaml.safe_dump(tree | changed).encode()
        home.put("configs/look.yaml", mutant)
        codes.append(answered(home, "check", "configs/film.yaml", "--quiet"))
        if codes[-1] == 0:
            still = ["configs/film.yaml", "--still", "end", "-o", "a.png", "--quiet"]
            assert answered(home, *still) == 0
    assert 2 in codes
    assert 0 in codes or rounds < ROUNDS


LETTERS = "HSDCLU"  # of panels


def mosaics(dice: random.Random) -> tuple[str, ...]:
    """Rows of letters that fill rectangles, and sometimes anything."""
    made = []
    for _ in range(dice.randint(1, 3)):
        letters, rows = [*LETTERS], []
        dice.shuffle(letters)
        while letters:
            left, right = letters.pop(), letters.pop() if letters and dice.random() < 0.6 else "."
            wide = dice.randint(1, 4) if right != "." or dice.random() < 0.2 else 4
            rows += [left * wide + right * (4 - wide)] * dice.randint(1, 3)
        if dice.random() < 0.1:
            rows.append("".join(dice.choice(f"{LETTERS}X. ") for _ in range(4)))
        made.append(" ".join(rows))
    return tuple(made)


@pytest.mark.parametrize("rounds", HOW_MANY)
def test_scenes(home, rounds):
    """Text with something wrong in it, and arrangements that may be possible."""
    home.config("scene: mine\n", film="film: {size: [640, 360], duration: 1}\n" + SMALL)
    text = (ROOT / "scenes" / "slope_bias.py").read_text()
    dice, made = random.Random(SEED), mutants(text.encode(), SEED)
    for _ in range(ROUNDS):
        families = "".join(f"{name} = {mosaics(dice)}\n" for name in ("WIDE", "TALL", "SQUARE"))
        made.append(text.replace("\n\n\ndef compose", f"\n{families}\n\ndef compose").encode())
    codes = []
    for mutant in (*made[:rounds], *made[ROUNDS : ROUNDS + rounds]):
        home.put("scenes/mine.py", mutant)
        codes.append(answered(home, "check", "configs/film.yaml", "--quiet"))
        if codes[-1] == 0:
            still = ["configs/film.yaml", "--still", "end", "-o", "a.png", "--quiet"]
            assert answered(home, *still) == 0
    assert 2 in codes
    assert codes.count(0) > 10 or rounds < ROUNDS


@pytest.mark.parametrize("rounds", HOW_MANY)
def test_sizes(home, rounds):
    """As they are typed, and with pictures of those that are sizes."""
    dice, codes = random.Random(SEED), []
    names = sorted((ROOT / "configs").glob("*.yaml"))
    for mutant in mutants(b"640x360", SEED)[:rounds]:
        home.config()
        typed = os.fsdecode(mutant).replace("\0", "")
        codes.append(answered(home, "check", "configs/film.yaml", f"--size={typed}", "--quiet"))
    assert 2 in codes
    for _ in range(rounds if rounds == ROUNDS else 1):
        wide, high = (2 * round(low * (4096 / low) ** dice.random() / 2) for low in (160, 90))
        if wide * high > 600_000:  # larger ones take long, and have room
            wide, high = (160, high) if dice.random() < 0.5 else (wide, 90)
        still = [str(dice.choice(names)), "--size", f"{wide}x{high}", "--still", "end"]
        assert answered(home, *still, "-o", "a.png", "--quiet") == 0
        with Image.open("a.png") as picture:
            assert picture.size == (wide, high)


NAMES = (
    *("", ".", "..", "/", "//", "-", "--", "-x", "nowhere", "no/where", "/dev/null", "/dev/zero"),
    *("a\nb", "\x1b[2J", "\u202ex", os.fsdecode(b"\xff"), "x" * 300, "x/" * 3000, "~", "*"),
    *("film.yaml/x", "film", "FILM.YAML", "film.yaml ", "configs", "configs/", "circle", "pipe"),
    *("https://example.org/film.yaml", "C:\\film.yaml", "{stem}", "%s", "$(id)", "`id`", "'", '"'),
)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "list", "new", "verify"])
def test_names_of_files_for_every_command(home, command, monkeypatch):
    configs(home.folder, film="film: {fps: 1}\n")
    (home.folder / "circle").symlink_to("circle")
    os.mkfifo("pipe")
    before = sorted(os.listdir())
    for name in NAMES:
        if command == "new" and name == "film":
            continue
        answered(home, command, "--quiet", "--", name)
    left = sorted(os.listdir())
    assert [name for name in before if name not in left] == []


ENVIRONMENTS = {
    "backend": {"MPLBACKEND": "bogus"},
    "settings that are none": {"MATPLOTLIBRC": "rc"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(tmp_path, name):
    configs(tmp_path, film=TINY.replace("mp4", "png"))
    (tmp_path / "rc").write_bytes(b"font.size: \xff\n")
    command = [sys.executable, "-m", "render", "configs", "--quiet"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment() | ENVIRONMENTS[name],
        capture_output=True,
        timeout=300,
        check=False,
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "Traceback" not in told
    assert sorted(path.name for path in (tmp_path / "outputs").iterdir()) == [
        "film.csv",
        "film.png",
    ]


def test_settings_in_the_current_folder_that_can_not_be_read_are_named(tmp_path):
    """Matplotlib looks there first, whatever it is told."""
    configs(tmp_path, film=TINY.replace("mp4", "png"))
    (tmp_path / "matplotlibrc").write_bytes(b"font.size: \xff\n")
    done = subprocess.run(
        [sys.executable, "-m", "render", "configs", "--quiet"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"film: {tmp_path / 'matplotlibrc'}: is not UTF-8, and Matplotlib reads its settings from"
        " it: rename it\n"
    )
    assert not list(tmp_path.glob("outputs/*"))
