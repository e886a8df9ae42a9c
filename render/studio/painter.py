"""What the drawing process does: keeps the last films set up, and draws any frame of them."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import import_module
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from render.api.warm import MAX_WARM
from render.cache.store import MemoryStore, Store, default_store
from render.config.load import load
from render.draw.matplotlib_import import import_matplotlib
from render.draw.plan import FilmPlan, compose, plan_film
from render.errors import RenderError
from render.jobs.collector import wake
from render.learn.lean_torch import complete_torch, import_lean_torch
from render.pipeline import Progress, learn
from render.recording import Pixels, own_errstate
from render.studio.ask import SET_UP, Ask

if TYPE_CHECKING:
    from render.draw.prints import Prints
    from render.draw.stage import Stage

OPAQUE = 255
JPEG = {"quality": 92, "subsampling": 0}
QUICK_JPEG = {"quality": 80, "subsampling": 2}  # as long as the camera is dragged
STILL_PX = 640  # the width of a picture in the gallery
STORE_BYTES = 256_000_000  # of results that are remembered beside the disk's
MAX_LEARNT = 12  # films whose runs are remembered
MAX_LITTER = 4  # films that are no longer kept, and still in memory
# Objects after which Python searches for garbage by itself. A film has less, and a search takes up
# to 100 ms: it has its time when a picture has been sent.
SEARCHED_AFTER = 500_000
TURN_ELEV = (5.0, 75.0)  # degrees, as film.camera.elev allows
MAX_LISTED = 2_000  # steps whose times are told


class Forgetful(dict[tuple[str, str], bytes]):
    """Entries of a store; the oldest go when they become too large."""

    def __setitem__(self, key: tuple[str, str], value: bytes) -> None:
        super().pop(key, None)
        super().__setitem__(key, value)
        size = sum(map(len, self.values()))
        while size > STORE_BYTES and len(self) > 1:
            size -= len(self.pop(next(iter(self))))


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class LateStore(MemoryStore):
    """A memory beside the disk, to which entries go when there is time for it."""

    late: list[tuple[str, str]] = field(default_factory=list, compare=False)
    missed: Callable[[], None] = field(default=_nothing, compare=False)  # before one is made

    def read(self, stage: str, key: str) -> bytes | None:
        found = super().read(stage, key)
        if found is None:
            self.missed()
        return found

    @classmethod
    def late_beside(cls, disk: Store) -> LateStore:
        """An empty memory, whose oldest entries go, beside a store."""
        kept = Forgetful()
        return cls(disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk, kept)

    def write(self, stage: str, key: str, body: bytes) -> None:
        self.entries[stage, key] = body
        self.late.append((stage, key))

    def write_one(self) -> None:
        """Write the newest of those that wait; those that memory has dropped are lost."""
        stage, key = self.late.pop()
        body = self.entries.get((stage, key))
        if body is not None:
            self.disk.write(stage, key, body)


@dataclass
class Drawable:
    """A film whose runs are known."""

    plan: FilmPlan
    prints: Prints | None = None  # of the films before
    turning: dict[int, Any] = field(default_factory=dict)  # stages for a camera that is dragged

    @cached_property
    def stage(self) -> Stage:
        """Its panels."""
        return self.plan.stage(self.prints)

    def set_up(self) -> Stage:
        """Set it up, if it isn't yet."""
        return self.stage

    def frame(self, number: int) -> Pixels:
        """A frame of the film's files, RGBA (height, width, 4)."""
        return self.stage.picture(self.plan.timeline.moments[number])

    def turned(self, number: int, elev: float, azim: float) -> Pixels:
        """The same frame from elsewhere, as long as the camera is dragged."""
        from render.draw.stage import Stage

        import_matplotlib()
        moment, plan = self.plan.timeline.moments[number], self.plan
        if not self.turning:
            poses = plan.whole_film.cameras
            if len(poses) == 1:  # then nothing is set up to turn
                poses = (*poses, replace(poses[0], azim=poses[0].azim + 1e-3))
            size = plan.spec.film.size
            self.turning[0] = Stage(plan.context, plan.scene, size, poses)
        camera = replace(moment.camera, elev=min(max(elev, TURN_ELEV[0]), TURN_ELEV[1]), azim=azim)
        picture: Pixels = self.turning[0].picture(replace(moment, camera=camera))
        return picture


class Painter:
    """Draws frames of films that are named by their keys."""

    def __init__(self, store: Store | None = None, alone: bool = False) -> None:
        """`alone`: nobody else uses torch in this process."""
        disk = default_store() if store is None else store
        self.store, self.alone = LateStore.late_beside(disk), alone
        self.films: OrderedDict[str, Drawable] = OrderedDict()
        self.plans: OrderedDict[str, FilmPlan] = OrderedDict()
        self.littered = 0  # films that were dropped since the last search for garbage

    @staticmethod
    def imports() -> list[Callable[[], object]]:
        """What imports what films need, until one is asked for: a second of torch, and the rest."""

        def stage() -> None:
            with suppress(RenderError):  # it is told with the first picture
                import_matplotlib()
                import_module("render.draw.stage")

        def keep() -> None:
            wake()
            gc.set_threshold(SEARCHED_AFTER)

        modules = ("PIL.JpegImagePlugin", "render.learn.loop", "render.learn.landscape")
        jpeg, *loop = (partial(import_module, name) for name in modules)
        return [stage, jpeg, import_lean_torch, *loop, keep]

    @cached_property
    def prints(self) -> Prints:
        """What the stages have drawn that a newer one may copy."""
        import_matplotlib()
        from render.draw.prints import Prints

        return Prints()

    @property
    def late(self) -> bool:
        """Whether there is something that can wait."""
        return bool(self.littered or self.store.late)

    @property
    def full(self) -> bool:
        """Whether there is so much that it can't wait for long."""
        return self.littered >= MAX_LITTER

    def rest(self) -> None:
        """Do a part of what can wait."""
        if self.littered:
            gc.collect()
            self.littered = 0
        else:
            self.store.write_one()

    def film(self, ask: Ask, progress: Progress) -> Drawable:
        """The film, learnt and planned if it isn't yet. Raises RenderError."""
        there = self.films.pop(ask.key, None)
        if there is None:
            there = Drawable(self._plan(ask, progress), self.prints)
        self.films[ask.key] = there
        while len(self.films) > MAX_WARM:
            self.films.popitem(last=False)
            self.littered += 1
        return there

    def _plan(self, ask: Ask, progress: Progress) -> FilmPlan:
        plan = self.plans.pop(ask.key, None)
        if plan is None:
            spec = load(ask.path, text=ask.text)
            network = spec.each[0].model.network
            missed = complete_torch if network else import_lean_torch
            store = replace(self.store, missed=missed) if self.alone else self.store
            plan = plan_film(compose(spec), learn(spec, store, progress))
            progress(SET_UP, 0, 1)
        self.plans[ask.key] = plan
        while len(self.plans) > MAX_LEARNT:
            self.plans.popitem(last=False)
        return plan

    @own_errstate()
    def answer(self, kind: str, ask: Ask, options: dict[str, Any], progress: Progress) -> Any:
        """What is asked: `facts` of a film, or a picture as JPEG, or its `pixels`.

        Raises RenderError.
        """
        if kind == "still":
            return self._still(ask, progress)
        film = self.film(ask, progress)
        if kind == "facts":
            return facts(film)
        number = min(max(options["frame"], 0), len(film.plan.timeline) - 1)
        if kind == "turn":
            return as_jpeg(film.turned(number, options["elev"], options["azim"]), QUICK_JPEG)
        film.set_up()
        progress(SET_UP, 1, 1)
        pixels = film.frame(number)
        if kind == "pixels":
            return pixels.shape, pixels.tobytes()
        return as_jpeg(pixels)

    def _still(self, ask: Ask, progress: Progress) -> bytes:
        """A small picture of the film's end; its stage is not kept."""
        from PIL import Image

        known = self.films.get(ask.key)
        film = known or Drawable(self._plan(ask, progress))
        picture = Image.fromarray(film.frame(len(film.plan.timeline) - 1)[..., :3])
        share = min(1.0, STILL_PX / picture.width)
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        return _saved(picture.resize(size, Image.Resampling.LANCZOS))


def as_jpeg(pixels: Pixels, how: Mapping[str, int] = JPEG) -> bytes:
    """A frame as JPEG with all of its colours; what is clear in it becomes white."""
    from PIL import Image

    if int(pixels[..., 3].min()) == OPAQUE:
        height, width = pixels.shape[:2]
        return _saved(Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1), how)
    picture = Image.fromarray(pixels)
    ground = Image.new("RGBA", picture.size, "white")
    return _saved(Image.alpha_composite(ground, picture).convert("RGB"), how)


def _saved(picture: Any, how: Mapping[str, int] = JPEG) -> bytes:
    data = BytesIO()
    picture.save(data, "JPEG", **how)
    return data.getvalue()


def facts(film: Drawable) -> dict[str, Any]:
    """What the page shows around a film's frames: times, stops, captions, verdicts, plots."""
    plan = film.plan
    spec, moments, stops = plan.spec, plan.timeline.moments, plan.stops
    clock = plan.timing.clock
    ticks = np.array([*(moment.tick for moment in moments), clock.ticks])
    *done, end = clock.progress(ticks).round(3).tolist()
    cameras = [(m.camera.elev, m.camera.azim) for m in moments]
    return {
        "frames": len(moments),
        "fps": spec.film.fps,
        "size": list(spec.film.size),
        "title": spec.plain_title,
        "unit": clock.unit if clock.per_unit == 1 else "step",
        "done": done,
        "end": end,
        "reached": _reached(plan),
        "phases": list(_phases(plan)),
        "captions": list(_captions(plan)),
        "stops": [{**stop.facts, "numbers": stop.numbers} for stop in stops],
        "verdicts": [[run.label, run.verdict.word, run.verdict.sentence] for run in plan.runs],
        "remarks": list(plan.remarks),
        "cameras": cameras if len({*cameras}) > 1 else cameras[:1],
        "panels": list(_panels(film)),
    }


def _reached(plan: FilmPlan) -> list[float]:
    """When each step is complete, in seconds without holds; of many steps none."""
    reached = plan.timing.pacing.reached_s
    held = plan.stop_plan.held_s
    return [] if len(reached) > MAX_LISTED else [held(float(time_s)) for time_s in reached]


def _phases(plan: FilmPlan) -> Iterator[dict[str, Any]]:
    """Each phase of the narrated steps: its name, its first and last frame."""
    numbered = enumerate(plan.timeline.moments)
    for name, group in groupby(numbered, lambda pair: pair[1].phase):
        frames = [number for number, _ in group]
        if name is not None:
            yield {"name": name, "first": frames[0], "last": frames[-1]}


def _captions(plan: FilmPlan) -> Iterator[dict[str, Any]]:
    held = plan.stop_plan.held_s
    for line in plan.timing.captions:
        yield {"text": line.text, "start": held(line.start_s), "end": held(line.end_s)}


def _panels(film: Drawable) -> Iterator[dict[str, Any]]:
    """Each panel that can be dragged or clicked: its rectangle and what is along its axes."""
    stage, runs = film.stage, film.plan.runs
    rectangles = [*stage.rectangles().values()]
    height = stage.size_px[1]
    for panel, kind, run, box in zip(
        stage.panels, stage.kinds, stage.runs, rectangles, strict=True
    ):
        if kind == "surface":
            yield {"kind": "surface", "box": box, "run": run or 0}
            continue
        chart: Any = getattr(panel, "chart", lambda: None)()
        landscape = runs[run or 0].landscape
        if chart is None or chart.shows not in ("parameters", "cost"):
            continue
        if landscape.plane.columns is None or landscape.basis is not None:
            continue
        area, axes = chart.plot.area, chart.plot.axes
        of_one = chart.shows == "cost"  # its other axis is the loss
        names = runs[run or 0].recording.names[:1] if of_one else landscape.axes
        shown = range(len(runs)) if run is None else [run]
        firsts = [(number, runs[number].recording.at(0).values) for number in shown]
        yield {
            "kind": "start",
            "box": [area.left, height - area.top, area.right, height - area.bottom],
            "x": list(map(float, axes.get_xlim())),
            "y": list(map(float, axes.get_ylim())),
            "axes": list(names),
            "starts": [[number, *(values[name] for name in names)] for number, values in firsts],
        }
