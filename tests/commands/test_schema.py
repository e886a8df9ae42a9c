"""`schema`: what it prints is the schema."""

from render.__main__ import main
from render.config.schema.document import written
from tests.test_boundaries import loaded


def test_it_prints_the_schema_and_nothing_else(capsys):
    assert main(["schema"]) == 0
    assert capsys.readouterr() == (written(), "")


def test_it_imports_neither_torch_nor_matplotlib():
    code = "from render.__main__ import main\nassert main(['schema']) == 0"
    assert not loaded(code) & {"torch", "matplotlib", "rich"}
