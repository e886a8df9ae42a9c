"""What is timed: each function takes one sample of one thing; here they have their names."""

from __future__ import annotations

from tests.benchmark.measures import clip, cold, drawing, long, warm
from tests.benchmark.sample import Measure

# In this order, so that the sides of a ratio are taken right after one another.
MEASURES = (
    Measure("film", warm.film),
    Measure("alone", warm.alone),
    Measure("encoder", warm.encoder),
    Measure("drawing", drawing.still, rounds=2),
    Measure("naive", warm.naive),
    Measure("three", warm.three, rounds=2),
    Measure("naive_gif", warm.naive_gif, rounds=2),
    Measure("large", warm.large, rounds=2),
    Measure("naive_large", warm.naive_large, rounds=2),
    Measure("orbit", warm.orbit, rounds=2),
    Measure("naive_orbit", warm.naive_orbit, rounds=2),
    Measure("race", warm.race, rounds=2),
    Measure("lone", warm.lone, rounds=2),
    Measure("gif", clip.gif, rounds=2),
    Measure("short", long.short, rounds=2),
    Measure("deep", long.deep, rounds=1),
    Measure("long", long.long, rounds=1),
    Measure("cold", cold.film, rounds=2),
    Measure("cold_naive", cold.naive, rounds=2),
    Measure("cold_naive_gif", cold.naive_gif, rounds=2),
    Measure("imports", cold.imports, rounds=2),
    Measure("process", cold.process, rounds=2),
    Measure("still", cold.still, rounds=2),
    Measure("help", cold.usage),
    Measure("check", cold.check),
)
