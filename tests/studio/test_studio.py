"""The studio through its requests: frames, edits, files, renders, and all that it refuses."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from render.cache.store import NO_STORE
from render.config.load import load
from render.draw.plan import compose, plan_film
from render.pipeline import learn

pytest.importorskip("starlette", reason="the studio's extra is not installed")
pytest.importorskip("uvicorn", reason="the studio's extra is not installed")

from render.studio.ask import Ask
from render.studio.complete import complete
from render.studio.controls import starts
from render.studio.edit import edited
from render.studio.painter import Painter, as_jpeg
from render.studio.workspace import Workspace
from tests.studio.client import Client, folder, studio

NAME = "configs/slope.yaml"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return folder(tmp_path_factory.mktemp("studio"), "slope")


@pytest.fixture(scope="module")
def shared(home):
    with studio(home) as client:
        stranger = Client(client.server)
        client.enter()
        client.stranger = stranger
        yield client


def text_of(home: Path, name: str = NAME) -> str:
    return (home / name).read_text(encoding="utf-8")


# Frames.


def test_a_frame_is_the_films_frame(shared, home):
    """The bytes of the drawing process are those of a stage here; the JPEG is made of them."""
    text = text_of(home)
    told = shared.look(NAME, text)
    spec = load(home / NAME)
    plan = plan_film(compose(spec), learn(spec))
    stage = plan.stage()
    drawing, ask = shared.server.studio.drawing, shared.server.studio.films[told["key"]]
    for number in (0, 19, 7, 8):
        pixels = stage.picture(plan.timeline.moments[number])
        shape, data = drawing.ask("pixels", ask, frame=number).result(60)
        assert shape == (180, 320, 4)
        assert data == pixels.tobytes()
        address = f"/frame/{told['key']}/{number}.jpg"
        status, headers, picture = shared.send("GET", address)
        assert (status, picture) == (200, as_jpeg(pixels))
        assert "immutable" in headers["cache-control"]
        assert headers["content-type"] == "image/jpeg"
    from PIL import Image

    near = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), float)
    assert np.abs(near - pixels[..., :3]).mean() < 3
    assert plan.timeline.moments[7].tick != plan.timeline.moments[19].tick


def test_a_changed_film_is_drawn_as_on_a_fresh_stage(shared, home):
    """The drawing process copies what is the same: after changes in a row, and back again."""
    folder(home, "slope_bias")
    name = "configs/slope_bias.yaml"
    text, drawing = text_of(home, name), shared.server.studio.drawing
    for key, value in (("lr", 0.1), ("lr", 0.2), ("momentum", 0.5), ("lr", 0.2), ("lr", 0.1)):
        told = shared.look(name, text, edits=[{"path": ["optimizer", key], "value": value}])
        spec = load(home / name, text=told["text"])
        plan = plan_film(compose(spec), learn(spec))
        ask = shared.server.studio.films[told["key"]]
        shape, data = drawing.ask("pixels", ask, frame=13).result(60)
        assert shape == (180, 320, 4)
        assert data == plan.stage().picture(plan.timeline.moments[13]).tobytes(), (key, value)


def test_facts_are_those_of_the_plan(shared, home):
    told = shared.look(NAME, text_of(home))
    facts = shared.get(f"/facts/{told['key']}.json")
    spec = load(home / NAME)
    plan = plan_film(compose(spec), learn(spec))
    assert (facts["frames"], facts["fps"], facts["size"]) == (20, 10, [320, 180])
    assert [stop["frame"] for stop in facts["stops"]] == [stop.frame for stop in plan.stops]
    assert facts["verdicts"][0][1] == plan.runs[0].verdict.word


def test_the_same_film_has_the_same_address_and_another_film_another(shared, home):
    text = text_of(home)
    key = shared.look(NAME, text)["key"]
    assert shared.look(NAME, text + "\n# a remark\n")["key"] == key
    assert shared.look(NAME, text.replace("lr: 0.1", "lr: 0.2"))["key"] != key
    assert shared.send("GET", "/frame/unknown/0.jpg")[0] == 410


def test_a_camera_that_is_dragged_ends_where_it_was_left(shared, home):
    """The dragged picture's view is the view of the config that is written."""
    folder(home, "slope_bias")
    name = "configs/slope_bias.yaml"
    told = shared.look(name, text_of(home, name))
    status, _, turned = shared.send("GET", f"/turn/{told['key']}/10/40/300.jpg")
    edits = [{"path": ["film", "camera", "elev"], "value": 40}]
    edits += [{"path": ["film", "camera", "azim"], "value": -60}]
    after = shared.look(name, told["text"], edits=edits)
    facts = shared.get(f"/facts/{after['key']}.json")
    assert facts["cameras"] == [[40.0, -60.0]]
    assert "camera: {elev: 40, azim: -60}" in after["text"]
    assert (status, turned[:3]) == (200, b"\xff\xd8\xff")


def test_a_click_places_the_start(shared, home):
    name = "configs/slope_bias.yaml"
    folder(home, "slope_bias")
    told = shared.look(name, text_of(home, name))
    edits = [{"path": ["film", "size"], "value": [854, 480]}]
    told = shared.look(name, told["text"], edits=edits)
    (panel,) = [
        one for one in shared.get(f"/facts/{told['key']}.json")["panels"] if one["kind"] == "start"
    ]
    assert panel["axes"] == ["w", "b"]
    after = shared.look(name, told["text"], start={"run": 0, "values": {"w": 2.5, "b": -1}})
    assert "{kind: linear, weight: 2.5, bias: -1}" in after["text"]
    assert load(home / name, text=after["text"]).model.weight.value == 2.5


def test_a_click_on_the_curve_of_a_bias_moves_the_bias(tmp_path):
    """The axes are the one trained parameter, of whichever name, and the loss."""
    text = (
        "dataset: {kind: line}\nmodel: {kind: linear, weight: {value: 1, frozen: true}, bias: -9}\n"
        "optimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 2}\n"
        "film: {size: [480, 270], fps: 5, duration: 1, layout: {wide: cost}}\n"
    )
    painter = Painter(NO_STORE)
    told = painter.answer("facts", Ask("k", tmp_path / "a.yaml", text), {}, lambda *_: None)
    (panel,) = told["panels"]
    assert (panel["axes"], panel["starts"]) == (["b"], [[0, -9.0]])
    assert panel["x"][0] < -9 < panel["x"][1]


def test_a_function_without_a_start_is_given_one(tmp_path):
    text = "model: {kind: function, name: himmelblau}\n"
    for name, keys in starts(text, load(tmp_path / "a.yaml", text=text)).items():
        text = edited(text, keys, {"x1": 2, "x2": -1.5}[name])
    placed = load(tmp_path / "a.yaml", text=text).model.parameters()
    assert {name: one.value for name, one in placed.items()} == {"x1": 2, "x2": -1.5}


def test_a_killed_drawing_process_comes_back(shared, home):
    told = shared.look(NAME, text_of(home))
    address = f"/frame/{told['key']}/3.jpg"
    before = shared.send("GET", address)[2]
    drawing = shared.server.studio.drawing
    first = drawing.pid
    os.kill(first, signal.SIGKILL)
    assert shared.send("GET", address)[2] == before
    assert drawing.pid != first


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_many_events_end_at_the_last_value_with_bounded_memory(shared, home, count):
    """Of many changes in a row few are drawn, the last one is, and nothing piles up."""
    text, studio_ = text_of(home), shared.server.studio
    told: dict[str, object] = {}
    for number in range(count):
        edits = [{"path": ["optimizer", "lr"], "value": round(0.05 + number / 5000, 4)}]
        told = shared.look(NAME, text, edits=edits)
        ask = studio_.films[told["key"]]
        studio_.drawing.ask("frame", ask, "test", frame=5)
    assert f"lr: {round(0.05 + (count - 1) / 5000, 4)}" in told["text"]
    assert len(studio_.films) <= 64
    assert studio_.drawing.waiting <= 2
    spec = load(home / NAME, text=told["text"])
    plan = plan_film(compose(spec), learn(spec))
    expected = as_jpeg(plan.stage().picture(plan.timeline.moments[5]))
    assert shared.send("GET", f"/frame/{told['key']}/5.jpg")[2] == expected


# Texts.


def test_problems_are_those_of_the_command_line(shared, home, monkeypatch):
    monkeypatch.chdir(home)
    text = text_of(home).replace("lr: 0.1", "lr: fast").replace("epochs: 4", "epoch: 4")
    told = shared.look(NAME, text)
    from render.errors import ConfigError

    with pytest.raises(ConfigError) as error:
        load(Path(NAME), text=text)
    assert told["key"] is None
    assert told["message"] == str(error.value)
    assert told["problems"] == list(error.value.problems)
    assert len(told["problems"]) == 2


def test_a_fault_that_shows_when_the_film_is_made_is_told(shared, home):
    text = text_of(home).replace("weight: -10", "weight: 1e308")
    told = shared.look(NAME, text)
    status, _, content = shared.send("GET", f"/frame/{told['key']}/0.jpg")
    assert status == 422
    assert json.loads(content)["problems"][0]["message"]


def test_what_fits_is_offered(shared):
    text = "optimizer: {kind: adam, be"
    found = shared.post("/complete", text=text, offset=len(text))
    assert [item["text"] for item in found["items"]] == ["betas"]
    assert found["from"] == len(text) - 2
    # In a run and in a sweep a key says what it says in the film, of the kind that is given.
    film = complete("optimizer: {kind: sgd, mo", 25)["items"]
    for text in (
        "runs:\n  a: {optimizer: {kind: sgd, mo",
        "runs:\n  a:\n    optimizer:\n      kind: sgd\n      mo",
    ):
        assert complete(text, len(text))["items"] == film
    (swept,) = complete("sweep: {optimizer.momentum_d", 28)["items"]
    assert swept["about"]
    assert all(item["about"] for item in complete("o", 1)["items"])
    text = "film:\n  theme: "
    found = shared.post("/complete", text=text, offset=len(text))
    assert {"night", "paper"} <= {item["text"] for item in found["items"]}


def test_a_change_as_a_command_line(shared, home):
    text = text_of(home).replace("lr: 0.1", "lr: 0.2").replace("theme: night", "theme: paper")
    command = shared.post("/command", name=NAME, text=text)["command"]
    assert command.endswith("--set optimizer.lr=0.2 --set 'film.theme=\"paper\"'")
    without = text_of(home).replace("loss: mse\n", "loss: mae\n").replace("seed: 1\n", "")
    assert shared.send("POST", "/command", {"name": NAME, "text": without})[0] == 200
    gone = text_of(home).replace("epochs: 4", "batch_size: full")
    assert shared.send("POST", "/command", {"name": NAME, "text": gone})[0] == 400


def test_a_file_that_changed_on_disk_is_not_overwritten(shared, home):
    name = "configs/mine.yaml"
    path = home / name
    path.write_bytes(b"\xef\xbb\xbftitle: one\r\nseed: 1\r\n")
    opened = shared.post("/open", name=name)
    assert opened["text"] == "title: one\nseed: 1\n"
    asked = {"name": name, "text": "title: two\nseed: 1\n", "disk": opened["disk"]}
    saved = shared.post("/save", **asked)
    assert path.read_bytes() == b"\xef\xbb\xbftitle: two\r\nseed: 1\r\n"
    path.write_text("title: other\n", "utf-8")
    assert shared.send("POST", "/save", asked | {"disk": saved["disk"]})[0] == 409
    assert path.read_text("utf-8") == "title: other\n"
    diff = shared.post("/diff", name=name, text="title: here\n")["lines"]
    assert diff[-2:] == ["-title: other", "+title: here"]
    shared.post("/save", **asked, replace=True)
    assert path.read_text("utf-8") == "title: two\nseed: 1\n"
    path.unlink()


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_each_line_keeps_its_end(tmp_path, end):
    """Also where a file's lines end in different ways, or the last one in none."""
    before = f"\ufeff# mine{end}seed: 1\r\ntitle: x{end}{end}fps: 2"
    (tmp_path / "a.yaml").write_bytes(before.encode())
    folder_ = Workspace(tmp_path)
    opened = folder_.open("a.yaml")
    text = opened.text.replace("seed: 1", "seed: 7")
    folder_.save("a.yaml", text + "\nloss: mse", opened.disk)
    after = (tmp_path / "a.yaml").read_bytes().decode()
    assert after.startswith(before.replace("seed: 1", "seed: 7"))
    assert after.split()[-2:] == ["loss:", "mse"]


def test_a_new_config_is_not_written_before_it_is_saved(shared, home):
    assert {"", "race_of_none"} & set(shared.get("/templates")) == {""}
    made = shared.post("/new", name="configs/race.yaml", like="optimizer_race")
    assert made["text"].splitlines()[1] == "title: Race" or "title: Race" in made["text"]
    assert not (home / "configs/race.yaml").exists()
    saved = shared.post("/save", name=made["name"], text=made["text"], disk=made["disk"])
    assert saved["disk"]
    assert shared.send("POST", "/new", {"name": "configs/race.yaml", "like": ""})[0] == 400
    (home / "configs/race.yaml").unlink()


def test_a_new_config_brings_its_data(shared, home, tmp_path, monkeypatch):
    """The copy is drawn at once; what has the same name and other data is left alone."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/far.csv").write_bytes(b"x,y\r\n1,2\r\n2,3\r\n")
    own = "dataset: {kind: csv, path: far.csv}\nfilm: {size: [320, 180], duration: 1}\n"
    (tmp_path / "configs/far_like.yaml").write_text(own, "utf-8")
    monkeypatch.chdir(tmp_path)
    made = shared.post("/new", name="configs/near.yaml", like="far_like")
    copy = home / "configs/far.csv"
    assert (made["copied"], copy.read_bytes()) == (
        ["configs/far.csv"],
        b"x,y\r\n1,2\r\n2,3\r\n",
    )
    assert shared.look("configs/near.yaml", made["text"])["problems"] == []
    copy.write_text("x,y\n5,6\n7,8\n", "utf-8")
    asked = {"name": "configs/near.yaml", "like": "far_like"}
    assert shared.send("POST", "/new", asked)[0] == 400
    assert copy.read_text("utf-8") == "x,y\n5,6\n7,8\n"
    copy.unlink()


def test_the_gallery_has_the_folders_configs(shared, home):
    (home / "configs/broken.yaml").write_text("titel: x\n", "utf-8")
    cards = {card["name"]: card for card in shared.get("/gallery")}
    (home / "configs/broken.yaml").unlink()
    assert cards["configs/broken.yaml"]["key"] is None
    assert "titel" in cards["configs/broken.yaml"]["note"]
    status, _, picture = shared.send("GET", f"/still/{cards[NAME]['key']}.jpg")
    assert (status, picture[:3]) == (200, b"\xff\xd8\xff")


# Renders.


def ended(shared, number: int) -> dict[str, object]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job = next(one for one in shared.get("/jobs") if one["id"] == number)
        if job["state"] not in ("waiting", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError("it never ended")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["training", "frames"])
def test_a_cancelled_film_ends_at_once_and_leaves_no_file(shared, home, stage):
    """Also while it is trained, which reports no progress for long."""
    text = text_of(home).replace("duration: 2", "duration: 60")
    if stage == "training":
        text = text.replace("training: {epochs: 4}", "training: {epochs: 100000}")
    assert text != text_of(home)
    number = shared.post("/render", name=NAME, text=text, formats=["mp4", "webp"])["id"]
    until = time.monotonic() + 60
    done = 0 if stage == "training" else 1
    while not (one := next(one for one in shared.get("/jobs") if one["id"] == number))["stage"]:
        assert one["state"] in ("waiting", "running")
        assert time.monotonic() < until
        time.sleep(0.02)
    while one["done"] < done or one["stage"] != stage:
        assert one["state"] == "running", one
        assert time.monotonic() < until
        one = next(one for one in shared.get("/jobs") if one["id"] == number)
    began = time.monotonic()
    shared.post("/cancel", id=number)
    assert ended(shared, number)["state"] == "cancelled"
    assert time.monotonic() - began < 3
    out = home / "outputs"
    assert not [path for path in out.iterdir() if "slope." in path.name] if out.exists() else True


def test_a_render_is_the_command_lines(shared, home, tmp_path):
    """Its files have the bytes of those that the command makes; a cancelled one leaves none."""
    from render.__main__ import main

    text = text_of(home)
    first = shared.post("/render", name=NAME, text=text, formats=["gif", "csv"])["id"]
    second = shared.post("/render", name=NAME, text=text, formats=["webp"])["id"]
    shared.post("/cancel", id=second)
    assert ended(shared, second)["state"] == "cancelled"
    made = ended(shared, first)
    assert (made["state"], made["files"]) == ("made", ["slope.gif", "slope.csv"])
    assert main(["--quiet", "--out", str(tmp_path), "--format", "gif,csv", str(home / NAME)]) == 0
    for index, name in enumerate(made["files"]):
        status, headers, data = shared.send("GET", f"/result/{first}/{index}")
        assert (status, data) == (200, (tmp_path / name).read_bytes())
    assert headers["content-type"].startswith("text/plain")
    assert not list((home / "outputs").glob("*.webp"))


# What is refused.


def test_nothing_is_answered_without_the_cookie(shared):
    paths = (
        "/",
        "/page/studio.js",
        "/begin",
        "/jobs",
        "/font/sans.ttf",
        "/frame/a/1.jpg",
        "/?token=x",
    )
    for path in paths:
        status, headers, content = shared.stranger.send("GET", path)
        assert status == 403, path
        assert len(content) < 200
        assert "set-cookie" not in headers
    assert shared.stranger.send("POST", "/open", {"name": NAME})[0] == 403
    wrong = shared.cookie[:-1] + ("a" if shared.cookie[-1] != "a" else "b")
    assert shared.send("GET", "/begin", Cookie=wrong)[0] == 403
    other = shared.cookie.replace(str(shared.port), str(shared.port + 1))
    assert shared.send("GET", "/begin", Cookie=other)[0] == 403


def test_the_token_is_good_once_and_gives_a_strict_cookie(home):
    with studio(home) as client:
        token = client.server.guard.token
        status, headers, _ = client.send("GET", f"/?token={token}")
        assert status == 303
        assert headers["location"] == "/"
        parts = {part.strip() for part in headers["set-cookie"].split(";")}
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= parts
        assert headers["set-cookie"].startswith(f"descent-film-{client.port}=")
        assert client.send("GET", f"/?token={token}")[0] == 403
        assert client.send("GET", "/?token=")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1"])
def test_another_host_is_refused(shared, host):
    assert shared.send("GET", "/begin", Host=host.replace("PORT", str(shared.port)))[0] == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:PORT", None])
def test_another_origin_is_refused(shared, origin):
    origin = origin and origin.replace("PORT", str(shared.port))
    assert shared.send("POST", "/jobs", {}, Origin=origin)[0] == 403
    assert shared.send("POST", "/open", {"name": NAME}, Origin=origin)[0] == 403
    if origin:
        assert shared.send("GET", "/begin", Origin=origin)[0] == 403


@pytest.mark.parametrize(
    "name",
    ["../x.yaml", "/etc/passwd", "configs/../../x.yaml", "configs", "configs/x.txt", "", "a\0.yaml",
     "..\\x.yaml", "link.yaml", "out/x.yaml"],
)  # fmt: skip
def test_files_elsewhere_are_refused(shared, home, name, tmp_path):
    (tmp_path / "x.yaml").write_text("title: secret\n", "utf-8")
    for link, to in (("link.yaml", tmp_path / "x.yaml"), ("out", tmp_path)):
        if not (home / link).is_symlink():
            (home / link).symlink_to(to)
    try:
        for path in ("/open", "/save", "/look", "/diff", "/command", "/render", "/new"):
            body = {"name": name, "text": "title: x\n", "disk": "", "replace": True, "like": ""}
            status, _, content = shared.send("POST", path, body)
            assert status == 400, path
            assert b"secret" not in content
        assert (tmp_path / "x.yaml").read_text("utf-8") == "title: secret\n"
    finally:
        (home / "link.yaml").unlink()
        (home / "out").unlink()


@pytest.mark.parametrize(
    "path", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page/app.py"]
)
def test_no_other_file_is_a_page(shared, path):
    assert shared.send("GET", path)[0] in (404, 403)


def test_large_and_odd_requests_are_refused(shared):
    assert shared.send("POST", "/open", b" " * 3_000_000)[0] == 413
    assert shared.send("POST", "/open", b"[1]")[0] == 400
    assert shared.send("POST", "/open", b"{", Content_Type="text/plain")[0] == 400
    assert shared.send("POST", "/look", {"name": NAME, "text": 3})[0] == 400
    assert shared.send("POST", "/look", {"name": NAME, "text": "", "edits": [{}]})[0] == 400
    assert shared.send("GET", "/begin?" + "x" * 4000)[0] == 414
    assert shared.send("GET", "/frame/x/99999999999999999999.jpg")[0] == 410


def test_code_runs_after_one_question(shared, home):
    """A scene of one's own is code: nothing of it runs before its reader agrees, and none runs
    from outside of the folder."""
    (home / "scenes").mkdir(exist_ok=True)
    ran = home / "ran"
    scene = (
        "from pathlib import Path\nfrom render.scene import Panel, Scene\n"
        f"Path({str(ran)!r}).touch()\n"
        "def compose(spec):\n    return Scene(panels={'L': Panel('loss')}, wide=('L',),"
        " tall=('L',), square=('L',), essential=('L',))\n"
    )
    (home / "scenes/own.py").write_text(scene, "utf-8")
    text = text_of(home).replace("scene: slope", "scene: own")
    told = shared.look(NAME, text)
    assert (told["asks"], told["key"]) == (["scenes/own.py"], None)
    assert (
        shared.send("POST", "/render", {"name": NAME, "text": text, "formats": ["csv"]})[0] == 400
    )
    assert shared.look(NAME, text, agree=["scenes/slope.py"])["asks"] == ["scenes/own.py"]
    assert not ran.exists()
    key = shared.look(NAME, text, agree=["scenes/own.py"])["key"]
    assert shared.send("GET", f"/frame/{key}/0.jpg")[0] == 200
    assert ran.exists()
    assert shared.look(NAME, text)["key"] == key
    (home / "scenes/own.py").write_text(scene + "# another\n", "utf-8")
    assert shared.look(NAME, text)["asks"] == ["scenes/own.py"]


def test_asks_are_small(home):
    """What goes to the drawing process can be pickled."""
    import pickle

    ask = Ask("k", home / NAME, "title: x")
    assert pickle.loads(pickle.dumps(ask)) == ask
