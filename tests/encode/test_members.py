import subprocess
import sys

import pytest

from render import registry
from render.encode.base import Format

PICTURES = ("apng", "gif", "jpg", "mp4", "pdf", "png", "pptx", "svg", "webm", "webp")


@pytest.mark.parametrize("name", [*PICTURES, "csv", "json", "frames"])
def test_a_format_is_found_by_its_name_and_describes_itself(name):
    cls = registry.member("encode/formats", name)
    assert issubclass(cls, Format)
    assert cls().suffix == ("_frames" if name == "frames" else f".{name}")
    assert cls.__doc__.splitlines()[0].endswith((".", "."))
    assert cls.draws is (name not in {"csv", "json"})


def test_no_two_formats_share_a_suffix():
    """`-o film.png` is the poster, so animated PNG has a suffix of its own."""
    formats = [registry.member("encode/formats", n) for n in registry.names("encode/formats")]
    suffixes = [cls.suffix for cls in formats]
    assert len(set(suffixes)) == len(suffixes)


def test_reading_options_loads_nothing_heavy():
    code = (
        "import sys; from render import registry\n"
        "for n in registry.names('encode/formats'): registry.member('encode/formats', n)\n"
        "print([m for m in ('torch', 'matplotlib', 'imageio', 'imageio_ffmpeg', 'PIL',"
        " 'pptx', 'lxml') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_a_handout_has_a_name_that_latex_can_read():
    handout = registry.member("encode/formats", "handout")
    assert handout.file_name("lr 50% #1 & so") == "lr 50- -1 - so-handout.pdf"
