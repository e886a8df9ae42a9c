"""The page of a batch: every film, links that lead to files, and nothing foreign replaced."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from render.__main__ import main
from tests.studio.client import folder


class Read(HTMLParser):
    """The page's links and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.links += [known[name] for name in ("href", "src", "poster") if name in known]

    def handle_data(self, data):
        self.texts.append(data.strip())


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder(tmp_path, "slope")
    text = (tmp_path / "configs/slope.yaml").read_text("utf-8")
    (tmp_path / "configs/b & c.yaml").write_text(
        text.replace("Learning", "<i>Knowing</i>"), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_shows_every_film_and_is_replaced_by_the_next(home, capsys):
    command = ["configs", "--index", "--quiet", "--format", "png,csv,json", "-j", "1"]
    assert main(command) == 0
    file = home / "outputs/index.html"
    first = file.read_text("utf-8")
    read = Read(first)
    assert {"Learning the slope", "<i>Knowing</i> the slope"} <= {*read.texts}
    assert len(read.links) == 2 * 4  # a picture and three links each
    for link in read.links:
        assert (file.parent / unquote(link)).is_file(), link
    assert any(text.startswith("converging: ") for text in read.texts)
    assert "http" not in "".join(read.links)
    assert main(command) == 0  # all unchanged: the same page
    assert file.read_text("utf-8") == first
    assert main(["configs/slope.yaml", *command[1:]]) == 0
    assert "Knowing" not in file.read_text("utf-8")
    assert [path.name for path in file.parent.glob(".*")] == []


def test_a_page_that_is_not_ours_stays(home, capsys):
    page = home / "outputs/index.html"
    page.parent.mkdir()
    page.write_text("mine", "utf-8")
    assert main(["configs/slope.yaml", "--index", "--format", "csv"]) == 2
    assert page.read_text("utf-8") == "mine"
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    assert str(page.relative_to(home)) in capsys.readouterr().err


def test_a_film_named_index_is_refused_with_it(home, capsys):
    (home / "configs/slope.yaml").rename(home / "configs/Index.yaml")
    assert main(["configs/Index.yaml", "--index", "--format", "csv"]) == 2
    assert not (home / "outputs").exists()
    assert main(["configs/Index.yaml", "--quiet", "--format", "csv"]) == 0
