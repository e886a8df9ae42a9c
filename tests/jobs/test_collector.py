"""Python's collector of cycles, which rests until something is made."""

from __future__ import annotations

import gc

import pytest

from render.jobs.collector import resting_collector, wake, waking


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    gc.unfreeze()
    gc.enable()


def test_it_rests_until_the_first_picture():
    progress = waking(lambda stage, done, total: None)
    with resting_collector():
        progress("frames", 0, 9)
        assert not gc.isenabled()
        progress("frames", 1, 9)
        assert gc.isenabled()
        gc.disable()  # somebody else's doing
        progress("frames", 2, 9)
        assert not gc.isenabled()


def test_it_works_after_the_block_and_wakes_nobody_elsewhere():
    with resting_collector():
        pass
    assert gc.isenabled()
    gc.disable()
    wake()
    assert not gc.isenabled()
    with resting_collector():
        wake()
        assert not gc.isenabled()  # it was off before


def test_a_block_within_a_block_ends_alone():
    with resting_collector():
        wake()
        with resting_collector():
            assert not gc.isenabled()
        assert gc.isenabled()
