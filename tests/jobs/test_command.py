"""The options of a batch on the command line."""

import sys

import pytest

from render.__main__ import main
from tests.config.home import write
from tests.jobs.fake import Studio, install


@pytest.fixture
def studio(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    studio = Studio()
    install(monkeypatch, studio)
    write(tmp_path, "outputs: [csv]", "a.yaml")
    write(tmp_path, "outputs: [csv]", "b.yaml")
    return studio


@pytest.mark.parametrize("count", ["0", "-1", "two", "1.5", "1000"])
def test_a_number_of_films_at_once_that_cannot_be_is_refused(studio, capsys, count):
    assert main(["configs", f"-j={count}"]) == 2
    told = f"-j {count}: expected a number of films from 1 to 256\n"
    assert capsys.readouterr().err == told


def test_one_film_at_once_is_made_in_this_process(studio):
    assert main(["configs", "-j", "1", "--quiet"]) == 0
    assert [spec.name for spec, _ in studio.made] == ["a", "b"]


def test_a_single_film_needs_no_other_process(studio):
    assert main(["configs/a.yaml", "-j", "8", "--quiet"]) == 0
    assert [spec.name for spec, _ in studio.made] == ["a"]


def test_fail_fast_makes_nothing_after_the_first_failure(studio, capsys):
    studio.faults["a"] = ValueError("no")
    assert main(["configs", "--fail-fast", "--quiet"]) == 1
    assert studio.made == []


def test_a_batch_that_would_write_one_file_twice_is_refused_before_anything(studio, tmp_path):
    write(tmp_path, "outputs: [csv]", "A.yaml")
    assert main(["configs", "-j", "2", "--quiet"]) == 2
    assert studio.made == []


def test_a_cluster_needs_what_the_extra_brings(studio, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["configs", "--scheduler", "tcp://nowhere:1"]) == 2
    assert capsys.readouterr().err == (
        "scheduler 'tcp://nowhere:1': needs dask's distributed: "
        "pip install 'descent-film[cluster]'\n"
    )


@pytest.mark.parametrize("address", ["nowhere", "", "tcp://nowhere", "tcp://nowhere:x", "a b:1"])
def test_an_address_that_is_none_is_refused(studio, capsys, address):
    assert main(["configs", "--scheduler", address]) == 2
    told = f"scheduler '{address}': expected an address like tcp://127.0.0.1:8786\n"
    assert capsys.readouterr().err == told


def test_a_cluster_says_itself_how_many_films_it_makes_at_once(studio, capsys):
    assert main(["configs", "--scheduler", "tcp://nowhere:1", "-j", "2"]) == 2
    told = "-j: is for this machine; with --scheduler the workers there count\n"
    assert capsys.readouterr().err == told
