"""What is packed comes back exactly, and nothing else ever does."""

import io
import math

import numpy as np
import pytest

from render.cache.pack import Packed, PackError, pack
from render.recording import Dataset, Points
from tests.learn.labs import learnt


def back(value):
    return Packed.from_bytes(pack(value).to_bytes()).value()


@pytest.mark.parametrize(
    "value",
    [1, -0.0, 0.1 + 0.2, 5e-324, 10**30, True, None, "ŷ = −3·x\n", (1, (2.5, None)), {"w": 1.0}],
    ids=repr,
)
def test_plain_facts_come_back(value):
    assert back(value) == value
    assert type(back(value)) is type(value)


def test_what_is_no_finite_number_comes_back():
    first, second, third = back((math.inf, -math.inf, math.nan))
    assert (first, second) == (math.inf, -math.inf)
    assert math.isnan(third)


def test_arrays_come_back_to_the_last_bit_and_as_rows():
    table = np.random.default_rng(1).normal(size=(7, 5))
    for array in (table, table.T, table[::2, 1:3], np.array(2.5), np.zeros((0, 3)), table > 0):
        found = back({"a": array})["a"]
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)
        assert found.shape == array.shape
        assert found.flags.c_contiguous


def test_the_order_of_names_is_kept():
    assert list(back({"z": 1, "a": 2})) == ["z", "a"]


def test_a_dataset_and_a_landscape_come_back():
    unseen = Points(np.arange(2.0), np.arange(2.0))
    dataset, recording, landscape = learnt("slope_bias")
    for whole in (Dataset(*[np.arange(3.0)] * 2, validation=unseen), dataset, landscape):
        found = back(whole)
        assert type(found) is type(whole)
        for name, value in vars(whole).items():
            assert repr(getattr(found, name)) == repr(value), name
    assert repr(recording.params) == repr(back(recording.params))


def test_what_is_fresh_is_like_what_was_kept():
    strided = np.random.default_rng(1).normal(size=(1000, 6))[:, 1:3]
    packed = pack({"a": strided, "b": np.float64(0.1)})
    fresh, kept = packed.value(), Packed.from_bytes(packed.to_bytes()).value()
    assert fresh["a"].strides == kept["a"].strides
    assert type(fresh["b"]) is type(kept["b"]) is float


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, lambda: 0, np.array([object()])],
    ids=["object", "set", "function", "objects"],
)
def test_what_can_not_be_kept_is_refused(value):
    with pytest.raises(PackError):
        pack({"a": value})


def archive(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive",
        b"PK\x03\x04 nor this",
        archive(a0=np.zeros(3)),
        archive(facts=np.zeros(3), other=np.zeros(3)),
        archive(facts=np.frombuffer(b"{", np.uint8)),
        archive(facts=np.frombuffer(b'{"array": 3}', np.uint8)),
        archive(facts=np.frombuffer(b'{"Spec": {}}', np.uint8)),
        archive(facts=np.frombuffer(b'{"Dataset": {"x": 1}}', np.uint8)),
        archive(facts=np.frombuffer(b'{"tuple": 1, "array": 2}', np.uint8)),
    ],
    ids=range(10),
)
def test_what_nobody_packed_is_refused(data):
    with pytest.raises(PackError):
        Packed.from_bytes(data).value()


def test_a_pickle_in_an_entry_is_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    data = archive(facts=np.array([Trap()], dtype=object))
    with pytest.raises(PackError):
        Packed.from_bytes(data).value()
    assert not (tmp_path / "sprung").exists()
