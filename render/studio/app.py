"""What the studio answers: the page, configs, frames, edits, renders."""

from __future__ import annotations

import asyncio
import difflib
import json
import math
import shlex
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from render import registry
from render.cache.store import default_store
from render.config.load import load
from render.config.node import Node
from render.config.problems import as_typed, shown, unplaced
from render.config.schema.described import first_line
from render.config.spec import Spec
from render.config.targets import targets
from render.config.yaml import Unreadable, parse
from render.errors import ConfigError, RenderError
from render.studio.ask import Ask
from render.studio.complete import complete
from render.studio.controls import controls, starts
from render.studio.drawing import AHEAD, BACKGROUND, SHOWN, Drawing, Superseded
from render.studio.edit import Uneditable, edited, without
from render.studio.rendering import Queue
from render.studio.workspace import Changed, Opened, Refused, Workspace

PAGE = Path(__file__).parent / "page"
FORMATS = "encode/formats"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
FOREVER = {"cache-control": "private, max-age=31536000, immutable"}
MAX_FILMS = 64  # whose frames can be asked for
MAX_TABS = 32
MAX_EDITS = 20  # of one gesture
PRIORITIES = {"shown": SHOWN, "ahead": AHEAD}
# The name of an installed config, and of the copy → its text, and what it needs beside it.
Template = Callable[[str, str], tuple[str, Mapping[Path, Path]]]


@dataclass
class Studio:
    """What is open, and what works for it."""

    workspace: Workspace
    home: str  # the folder of the gallery, relative to the workspace
    first: str | None  # the config that is opened at the beginning
    templates: Callable[[], Mapping[str, str]]  # the installed configs: names and titles
    template: Template
    out: Path
    drawing: Drawing = field(default_factory=Drawing)
    queue: Queue = field(default_factory=Queue)
    films: OrderedDict[str, Ask] = field(default_factory=OrderedDict)
    progress: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # by tab
    begun: OrderedDict[tuple[str, int], Future[Any]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.drawing._reported = self._report

    def _report(self, tab: str, stage: str, done: int, total: int) -> None:
        if len(self.progress) > MAX_TABS:
            self.progress.clear()
        self.progress[tab] = stage, done, total

    def close(self) -> None:
        """End the processes."""
        self.queue.close()
        self.drawing.close()

    def prepare(self) -> None:
        """Begin to draw what the page shows first, before the browser has asked."""
        if self.first is not None:
            with suppress(ConfigError, Refused):
                text = self.workspace.open(self.first).text
                spec = load(self.workspace.shown(self.first), text=text)
                if not self.workspace.unasked(spec):
                    key = self.remember(spec, text)
                    last = spec.film.frame_count - 1
                    self.drawing.ask("frame", self.films[key], frame=last)
                    self.drawing.ask("facts", self.films[key])

    def remember(self, spec: Spec, text: str) -> str:
        """The key of a film, whose frames can be asked for now."""
        key = self.workspace.key(spec)
        self.films.pop(key, None)
        self.films[key] = Ask(key, spec.path, text)
        while len(self.films) > MAX_FILMS:
            self.films.popitem(last=False)
        return key

    def look(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A text with the edits of a gesture, its problems, and the film that it makes."""
        name, text, tab = _text(asked, "name"), _text(asked, "text"), _text(asked, "tab")
        path = self.workspace.shown(name)
        refused = ""
        try:
            text = _edited(text, asked.get("edits", ()))
            text = self._started(path, text, asked.get("start"))
        except Uneditable as fault:
            refused = str(fault)
        told: dict[str, Any] = {"text": text, "refused": refused, "problems": [], "key": None}
        try:
            spec = load(path, text=text)
            self.workspace.agree(spec, asked.get("agree") or ())
            told["asks"] = self.workspace.unasked(spec)
        except ConfigError as error:
            return {**told, **_problems(error, path)}
        if told["asks"]:
            return told
        key = self.remember(spec, text)
        self.drawing.supersede(tab, key)
        self.progress.pop(tab, None)
        if at := asked.get("at"):
            self._begin(key, tab, _place(at, spec.film.frame_count))
        told["controls"] = [one.facts for one in controls(text, spec)]
        return {**told, "key": key, "film": _film(spec)}

    def _begin(self, key: str, tab: str, frame: int) -> None:
        """Begin to draw the frame that the page will ask for next."""
        future = self.drawing.ask("frame", self.films[key], tab, frame=frame)
        self.begun[key, frame] = future
        while len(self.begun) > MAX_TABS:
            self.begun.popitem(last=False)

    def drawn(self, kind: str, ask: Ask, tab: str, priority: int, **options: Any) -> Future[Any]:
        """The answer of the drawing process, which may be at it already."""
        begun = self.begun.pop((ask.key, options["frame"]), None) if kind == "frame" else None
        return begun or self.drawing.ask(kind, ask, tab, priority, **options)

    def _started(self, path: Path, text: str, start: Any) -> str:
        """The text with other values from which a run starts."""
        if not start:
            return text
        spec = load(path, text=text)
        paths = starts(text, spec, int(start["run"]))
        values = dict(start["values"])
        if not all(map(_is_number, values.values())):
            raise Refused("a start is a number")
        if not values.keys() & paths.keys():  # one that is frozen stays where it is
            names = " and ".join(values)
            raise Uneditable(f"the start of {names} is no number of this config's text")
        for name in (one for one in values if one in paths):
            text = edited(text, paths[name], values[name])
        return text

    def job(self, asked: Mapping[str, Any]) -> int:
        """The number of a film that is to be made. Raises ConfigError, Refused."""
        from render.jobs.plan import OutputRequest, plan

        name, text = _text(asked, "name"), _text(asked, "text")
        target = asked.get("target") or None
        formats = asked.get("formats") or ()
        if not all(isinstance(one, str) for one in formats):
            raise Refused("formats are names")
        options = {"for": str(target)} if target else {}
        spec = load(self.workspace.shown(name), (), options, text)
        if self.workspace.unasked(spec):
            raise Refused("this config runs code that nobody has agreed to yet")
        request = OutputRequest(
            out=self.out, formats=tuple(formats), store=default_store(), target=target
        )
        (job,) = plan([spec], request)
        return self.queue.add(job).number

    def command(self, asked: Mapping[str, Any]) -> str:
        """The text as a command line that changes the file with --set. Raises Refused."""
        name, text = _text(asked, "name"), _text(asked, "text")
        path = self.workspace.shown(name)
        if not self.workspace.file(name).exists():
            raise Refused("save it first: there is no such file yet")
        try:
            before, after = parse(self.workspace.open(name).text)[0], parse(text)[0]
        except Unreadable as stop:
            raise Refused(stop.message) from None
        sets = [f"{'.'.join(keys)}={json.dumps(v, ensure_ascii=False)}" for keys, v in
                _differences(before, after)]  # fmt: skip
        words = ["python", "-m", "render", str(path)]
        for one in sets:
            words += as_typed("set", one).split(" ", 1)
        try:
            same = load(path, sets) == load(path, text=text)
        except ConfigError as error:
            raise Refused(str(error).partition("\n")[0]) from None
        if not same:
            raise Refused("this change can't be said on a command line: save the file")
        return shlex.join(words)

    def gallery(self) -> list[dict[str, Any]]:
        """The configs of the folder, with the keys of their stills."""
        return [self._card(name) for name in self.workspace.names(self.home)]

    def _card(self, name: str) -> dict[str, Any]:
        card: dict[str, Any] = {"name": name, "title": Path(name).stem, "key": None, "note": ""}
        try:
            text = self.workspace.open(name).text
            spec = load(self.workspace.shown(name), text=text)
        except ConfigError as error:
            return {**card, "note": _first(error)}
        except Refused as error:
            return {**card, "note": str(error)}
        card["title"] = spec.plain_title
        try:
            if self.workspace.unasked(spec):
                return {**card, "note": "runs code of its own: open it to be asked"}
        except Refused as error:
            return {**card, "note": str(error)}
        return {**card, "key": self.remember_still(spec, text)}

    def remember_still(self, spec: Spec, text: str) -> str:
        """The key of a film in the gallery, which is not forgotten for others."""
        key = self.workspace.key(spec)
        self.stills[key] = Ask(key, spec.path, text)
        return key

    stills: dict[str, Ask] = field(default_factory=dict)


def _edited(text: str, edits: Any) -> str:
    if not isinstance(edits, list | tuple) or len(edits) > MAX_EDITS:
        raise Refused("a gesture is a few edits")
    for edit in edits:
        path, value = [str(key) for key in edit["path"]], edit["value"]
        if value is None:
            text = without(text, path)
        elif path and (isinstance(value, str) or all(map(_is_number, _listed(value)))):
            text = edited(text, path, value)
        else:
            raise Refused("an edit is of a number, a name or a list")
    return text


def _place(at: Any, frames: int) -> int:
    """The frame of another film at the place [frame, of so many], as the page computes it."""
    frame, count = at
    if count == frames:
        return int(frame)
    share = frame / (count - 1) if count > 1 else 1.0
    return math.floor(share * (frames - 1) + 0.5)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    """Whether it is one that YAML and JSON can write."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)


def _first(error: ConfigError) -> str:
    """What is wrong first, without the path, which stands beside it."""
    if not error.problems:
        return str(error).partition("\n")[0]
    one = error.problems[0]
    parts = [one["message"]]
    if one.get("key"):
        parts.insert(0, f"{one['key']}:")
    if one.get("line"):
        parts.insert(0, f"{one['line']}:{one['column']}")
    return " ".join(parts)


def _problems(error: ConfigError, path: Path) -> dict[str, Any]:
    listed = error.problems or [unplaced(str(error), str(path))]
    return {"problems": list(listed), "message": str(error)}


def _film(spec: Spec) -> dict[str, Any]:
    film = spec.film
    kinds = [registry.name_of(type(output)) for output in spec.outputs]
    return {
        "size": list(film.size),
        "fps": film.fps,
        "frames": film.frame_count,
        "theme": film.theme,
        "outputs": kinds,
        "target": spec.target,
        "keyframes": bool(film.camera.keyframes),
    }


def _differences(
    before: Node, after: Node, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], Any]]:
    """The values that another tree has, by their keys; of a list all of it."""
    if isinstance(before.value, dict) and isinstance(after.value, dict):
        found: list[tuple[tuple[str, ...], Any]] = []
        for key, node in after.entries.items():
            there = before.entries.get(key)
            if there is None:
                found.append(((*path, key), node.data))
            else:
                found += _differences(there, node, (*path, key))
        return found
    return [] if before.data == after.data else [(path, after.data)]


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key, "")
    if not isinstance(value, str):
        raise Refused(f"{key}: expected a text")
    return value


# Requests.


async def _json(request: Request) -> dict[str, Any]:
    """The body as a mapping. Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused("expected JSON")
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused("expected JSON") from None
    if not isinstance(asked, dict):
        raise Refused("expected JSON")
    return asked


Handler = Callable[[Studio, dict[str, Any]], Any]


def _posted(studio: Studio, handler: Handler) -> Callable[[Request], Any]:
    """An endpoint that takes and gives JSON; a refusal is a sentence."""

    async def endpoint(request: Request) -> Response:
        try:
            asked = await _json(request)
            return JSONResponse(await run_in_threadpool(handler, studio, asked))
        except Refused as refused:
            return JSONResponse({"message": str(refused)}, 400)
        except Changed:
            return JSONResponse({"changed": True, "message": "the file has changed on disk"}, 409)
        except ConfigError as error:
            return JSONResponse({"message": str(error), "problems": list(error.problems)}, 400)
        except RenderError as error:
            return JSONResponse({"message": str(error)}, 400)
        except (KeyError, TypeError, ValueError, AttributeError):
            return JSONResponse({"message": "this request has not what it needs"}, 400)

    return endpoint


def _got(studio: Studio, handler: Callable[[Studio], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(handler, studio))
        except Refused as refused:
            return JSONResponse({"message": str(refused)}, 400)

    return endpoint


def _begin(studio: Studio) -> dict[str, Any]:
    return {"first": studio.first, "folder": str(studio.workspace.root / studio.home)}


def _kinds(studio: Studio) -> dict[str, Any]:
    """The formats and the targets of films, each with what it is."""
    formats = [registry.member(FORMATS, name) for name in registry.names(FORMATS)]
    return {
        "formats": [[registry.name_of(one), first_line(one)] for one in formats],
        "targets": [
            [one.name, one.about, [output["kind"] for output in one.outputs]]
            for one in targets().values()
        ],
    }


def _open(studio: Studio, asked: dict[str, Any]) -> dict[str, Any]:
    return vars(studio.workspace.open(_text(asked, "name")))


def _save(studio: Studio, asked: dict[str, Any]) -> dict[str, Any]:
    name, text = _text(asked, "name"), _text(asked, "text")
    replace = asked.get("replace") is True
    return {"disk": studio.workspace.save(name, text, _text(asked, "disk"), replace)}


def _new(studio: Studio, asked: dict[str, Any]) -> dict[str, Any]:
    name = _text(asked, "name")
    there = studio.workspace.file(name)
    if there.exists():
        raise Refused(f"{shown(name)}: exists already")
    text, needed = studio.template(_text(asked, "like"), there.stem)
    copied = studio.workspace.put_beside(name, needed)
    return {**vars(Opened(name, text, "")), "copied": copied}


def _diff(studio: Studio, asked: dict[str, Any]) -> dict[str, Any]:
    name = _text(asked, "name")
    exists = studio.workspace.file(name).exists()
    before = studio.workspace.open(name).text if exists else ""
    lines = difflib.unified_diff(
        before.splitlines(), _text(asked, "text").splitlines(), "on disk", "here", lineterm="", n=2
    )
    return {"lines": list(lines)}


def _complete(studio: Studio, asked: dict[str, Any]) -> dict[str, Any]:
    return complete(_text(asked, "text"), int(asked["offset"]))


def _jobs(studio: Studio) -> list[dict[str, Any]]:
    return [one.facts for one in studio.queue.all]


def _cancel(studio: Studio, asked: dict[str, Any]) -> list[dict[str, Any]]:
    studio.queue.cancel(int(asked["id"]))
    return _jobs(studio)


async def _answer(request: Request, studio: Studio, future: Future[Any]) -> Any:
    """What the drawing process answers; the request is dropped when its reader goes."""
    waiting = asyncio.ensure_future(asyncio.wrap_future(future))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            studio.drawing.cancel(future)
        return await waiting
    finally:
        gone.cancel()


async def _gone(request: Request) -> None:
    with suppress(ClientDisconnect):
        while not await request.is_disconnected():
            await asyncio.sleep(0.2)


def _drawn(studio: Studio, kind: str) -> Callable[[Request], Any]:
    """An endpoint for something that the drawing process makes."""

    async def endpoint(request: Request) -> Response:
        key, params = request.path_params["key"], request.path_params
        known: Mapping[str, Ask] = studio.stills if kind == "still" else studio.films
        ask = known.get(key)
        if ask is None:
            return PlainTextResponse("this film was closed", 410)
        tab = request.headers.get("x-studio-tab", "")[:40]
        urgency = PRIORITIES.get(request.headers.get("x-studio-for", ""), SHOWN)
        priority = BACKGROUND if kind == "still" else urgency
        options = {name: params[name] for name in ("frame", "elev", "azim") if name in params}
        future = studio.drawn(kind, ask, tab, priority, **options)
        try:
            answer = await _answer(request, studio, future)
        except Superseded:
            return PlainTextResponse("a newer one was asked for", 409)
        except ConfigError as error:
            return JSONResponse(_problems(error, ask.path), 422)
        except RenderError as error:
            return JSONResponse(_problems(ConfigError(str(error)), ask.path), 422)
        if kind == "facts":
            return JSONResponse(answer, headers=FOREVER)
        return Response(answer, media_type="image/jpeg", headers=FOREVER)

    return endpoint


def _progress(studio: Studio) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        tab = request.query_params.get("tab", "")
        stage, done, total = studio.progress.get(tab, ("", 0, 0))
        return JSONResponse({"stage": stage, "done": done, "total": total})

    return endpoint


def _result(studio: Studio) -> Callable[[Request], Any]:
    """A file of a film that was rendered here."""

    async def endpoint(request: Request) -> Response:
        one = studio.queue.get(request.path_params["number"])
        index = request.path_params["index"]
        if one is None or not 0 <= index < len(one.files) or not one.files[index].is_file():
            return PlainTextResponse("this file is not there any more", 404)
        path = one.files[index]
        plain = path.suffix in (".csv", ".json", ".txt", ".vtt", ".md")
        kind = "text/plain" if plain else None
        attached = path.suffix in (".html", ".svg", ".pptx")  # not run as a page of the studio's
        disposition = "attachment" if attached else "inline"
        return FileResponse(
            path, filename=path.name, media_type=kind, content_disposition_type=disposition
        )

    return endpoint


def _page(name: str) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        path = PAGE / (request.path_params.get("file", name))
        if path.name != (request.path_params.get("file", name)) or path.suffix not in KINDS:
            return PlainTextResponse("there is no such page", 404)
        if not path.is_file():
            return PlainTextResponse("there is no such page", 404)
        return Response(path.read_bytes(), media_type=KINDS[path.suffix])

    return endpoint


@cache
def _face(name: str) -> bytes | None:
    """The file of a typeface of the film's."""
    from render.draw.style import MONO, SANS, typefaces

    folder = typefaces()[{"sans": SANS, "mono": MONO}[name]]
    files = sorted(folder.glob("*.ttf")) if folder else []
    path = next((file for file in files if "Italic" not in file.name), None)
    return None if path is None else path.read_bytes()


async def _font(request: Request) -> Response:
    name = request.path_params["name"]
    data = await run_in_threadpool(_face, name) if name in ("sans", "mono") else None
    if data is None:
        return PlainTextResponse("there is no such typeface", 404)
    return Response(
        data, media_type="font/ttf", headers={"cache-control": "private, max-age=86400"}
    )


def app(studio: Studio) -> Starlette:
    """All that is answered, behind the guard."""
    post, get = partial(_posted, studio), partial(_got, studio)
    posts: dict[str, Handler] = {
        "/look": Studio.look,
        "/open": _open,
        "/save": _save,
        "/new": _new,
        "/diff": _diff,
        "/complete": _complete,
        "/command": lambda s, asked: {"command": s.command(asked)},
        "/render": lambda s, asked: {"id": s.job(asked)},
        "/cancel": _cancel,
    }
    gets: dict[str, Callable[[Studio], Any]] = {
        "/begin": _begin,
        "/kinds": _kinds,
        "/jobs": _jobs,
        "/gallery": Studio.gallery,
        "/templates": lambda s: dict(s.templates()),
    }
    return Starlette(
        routes=[
            Route("/", _page("studio.html")),
            Route("/page/{file}", _page("")),
            Route("/font/{name}.ttf", _font),
            *(Route(path, post(handler), methods=["POST"]) for path, handler in posts.items()),
            *(Route(path, get(handler)) for path, handler in gets.items()),
            Route("/frame/{key}/{frame:int}.jpg", _drawn(studio, "frame")),
            Route("/turn/{key}/{frame:int}/{elev:int}/{azim:int}.jpg", _drawn(studio, "turn")),
            Route("/still/{key}.jpg", _drawn(studio, "still")),
            Route("/facts/{key}.json", _drawn(studio, "facts")),
            Route("/progress", _progress(studio)),
            Route("/result/{number:int}/{index:int}", _result(studio)),
        ]
    )
