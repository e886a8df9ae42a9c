"""All files of a film are fed at once, and all of their encoders stop when one fails."""

import numpy as np
import pytest
import xxhash

from render.encode.base import Encoder, Reduced
from render.encode.film import Encoders
from render.errors import EncodeError
from tests.encode.films import info, pictures


class Recorder(Encoder):
    """Notes what happens to it; one of its calls may fail."""

    def __init__(self, fails_to=""):
        self.frames, self.calls, self._fails_to = [], [], fails_to

    def open(self, path, info):  # a format and its encoder in one
        self._note("open")
        return self

    def write(self, frame):
        self._note("write")
        self.frames.append((frame.index, frame.time_s, frame.rgba.copy()))

    def close(self):
        self._note("close")

    def abort(self):
        self.calls.append("abort")

    def _note(self, call):
        if call == self._fails_to:
            raise EncodeError(f"can't {call}")
        self.calls.append(call)


def feed(*recorders, film):
    with Encoders(film, [(recorder, str(i)) for i, recorder in enumerate(recorders)]) as encoders:
        for frame in pictures(film):
            encoders.write(frame.rgba)
    return encoders


def test_every_frame_goes_to_every_encoder_in_order(tmp_path):
    film, one, other = info(4, fps=10), Recorder(), Recorder()
    encoders = feed(one, other, film=film)
    expected = [frame.rgba.copy() for frame in pictures(film)]
    for recorder in (one, other):
        assert recorder.calls == ["open", *["write"] * 4, "close"]
        assert [frame[:2] for frame in recorder.frames] == [(i, i / 10) for i in range(4)]
        assert all(map(np.array_equal, [frame[2] for frame in recorder.frames], expected))
    raw = b"".join(pixels.tobytes() for pixels in expected)
    assert encoders.frames_hash == xxhash.xxh3_128(raw).hexdigest()
    assert encoders.reduced == {}


@pytest.mark.parametrize("call", ["open", "write", "close"])
def test_when_one_fails_all_that_were_opened_are_stopped(call):
    first, second = Recorder(), Recorder(fails_to=call)
    with pytest.raises(EncodeError, match=f"can't {call}"):
        feed(first, second, film=info(2))
    assert first.calls[-1] == "abort"
    assert call == "open" or second.calls[-1] == "abort"


def test_when_drawing_fails_all_are_stopped():
    recorder = Recorder()

    def break_off():
        with Encoders(info(2), [(recorder, "a")]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert recorder.calls == ["open", "abort"]


def test_files_with_less_than_was_asked_for_are_known_at_the_end():
    recorder, reduced = Recorder(), Reduced("64 colours instead of 255", {})
    recorder.reduced = reduced
    assert feed(Recorder(), recorder, film=info(1)).reduced == {"1": reduced}
