import errno
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from render.encode import atomic, part_names, swap
from render.encode.atomic import Parts, final_name, remove_abandoned_parts
from render.encode.part_names import ABANDONED_S, SKEW_S, host_id, token
from render.errors import RenderError

TOKEN = token("c0ffee")


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_all_files_appear_together_at_the_end(tmp_path):
    with Parts() as parts:
        for name in ("film.mp4", "film.gif"):
            parts.beside(tmp_path / "new" / "folder" / name).write_text(name)
        assert all(n.startswith(".film.") for n in names(tmp_path / "new" / "folder"))
    assert names(tmp_path / "new" / "folder") == ["film.gif", "film.mp4"]


def our(name, pid):
    return f".{name}.{host_id()}-{pid}-{TOKEN}.part"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_after_an_exception_only_the_old_file_is_there(tmp_path, error):
    (tmp_path / "film.mp4").write_text("old")

    def fail():
        with Parts() as parts:
            parts.beside(tmp_path / "film.mp4").write_text("new")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == ["film.mp4"]
    assert (tmp_path / "film.mp4").read_text() == "old"


def test_an_empty_file_is_no_result(tmp_path):
    (tmp_path / "a").write_text("old")

    def write_one_of_two():
        with Parts() as parts:
            parts.beside(tmp_path / "a").write_text("new")
            parts.beside(tmp_path / "b")

    with pytest.raises(RenderError, match="b: nothing was written"):
        write_one_of_two()
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_the_part_file_carries_name_machine_process_and_writer(tmp_path):
    with Parts() as parts:
        part = parts.beside(tmp_path / "film.mp4")
        writer = rf"{host_id()}-{os.getpid()}-[0-9a-f]{{12}}"
        assert re.fullmatch(rf"\.film\.mp4\.{writer}\.part", part.name)
        assert final_name(part) == "film.mp4"
        part.write_text("x")


def test_threads_that_save_the_same_name_do_not_share_a_part(tmp_path):
    barrier, contents = threading.Barrier(8), [str(i) * 1000 for i in range(8)]

    def save(text):
        with Parts() as parts:
            files = [parts.beside(tmp_path / name) for name in ("film.mp4", "film.gif")]
            for file in files:
                file.write_text(text[:500])
            barrier.wait()
            for file in files:
                with file.open("a") as part:
                    part.write(text[500:])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, contents))
    assert names(tmp_path) == ["film.gif", "film.mp4"]
    film, picture = ((tmp_path / name).read_text() for name in names(tmp_path))
    assert film == picture
    assert film in contents


@pytest.mark.parametrize("name", ["n" * 251, "ü" * 125 + "x"])
def test_long_names_work_and_stay_apart(tmp_path, name):
    with Parts() as parts:
        both = [parts.beside(tmp_path / f"{name}.{end}") for end in ("mp4", "gif")]
        assert len({*both}) == 2
        for one in both:
            assert part_names.NAME.fullmatch(one.name)
            one.write_text("x")
    assert names(tmp_path) == [f"{name}.gif", f"{name}.mp4"]


def test_a_name_that_no_file_can_have_is_an_error_at_once(tmp_path):
    with pytest.raises(RenderError, match=os.strerror(errno.ENAMETOOLONG)), Parts() as parts:
        parts.beside(tmp_path / ("n" * 256))


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "out").write_text("a file")
    for target in (tmp_path / "out" / "film.mp4", tmp_path / "out" / "deep" / "film.mp4"):
        with pytest.raises(RenderError, match=r"out is not a folder"), Parts() as parts:
            parts.beside(target)


def test_a_folder_where_the_file_should_be_is_named(tmp_path):
    (tmp_path / "film.mp4").mkdir()
    with pytest.raises(RenderError, match="there is a folder of that name"), Parts() as parts:
        parts.beside(tmp_path / "film.mp4")


def test_a_folder_that_can_not_be_written_to_is_an_error_at_once(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "none", str(folder)]
    mounted = (
        os.access(folder, os.W_OK)
        and not subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode
    )
    if os.access(folder, os.W_OK) and not mounted:
        pytest.skip("this user can write everywhere")
    try:
        refused = "|".join(map(os.strerror, (errno.EROFS, errno.EACCES)))
        with pytest.raises(RenderError, match=refused), Parts() as parts:
            parts.beside(folder / "film.mp4")
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_linked_folder_is_followed_and_a_linked_file_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "outputs").symlink_to("real")
    (tmp_path / "precious").write_text("old")
    (tmp_path / "real" / "film.mp4").symlink_to(tmp_path / "precious")
    with Parts() as parts:
        parts.beside(tmp_path / "outputs" / "film.mp4").write_text("new")
    assert (tmp_path / "real" / "film.mp4").read_text() == "new"
    assert (tmp_path / "precious").read_text() == "old"
    assert (tmp_path / "outputs").is_symlink()


def test_sweeping_takes_the_parts_of_dead_processes_only(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    kept = [
        our("film.mp4", os.getpid()),
        our("film.mp4", os.getppid()),
        our("film.mp4", 1),
        our("film.mp4", "x"),
        our("film.mp4", dead)[1:],
        our("film.mp4", dead) + "s",
        f".film.mp4.{dead}.part",
        f".film.mp4.{host_id()}-{dead}.part",
        our("film.mp4", dead).replace(TOKEN, "c0ffee"),
        our("film.mp4", dead).replace(TOKEN, "c0ffeec0ffee"),  # only looks like one of ours
        "film.mp4",
    ]
    swept = [our("film.mp4", dead), our("film.mp4", "9" * 30)]
    for name in (*kept, *swept):
        (tmp_path / name).write_text("x")
    assert [p.name for p in remove_abandoned_parts(tmp_path)] == sorted(swept)
    assert names(tmp_path) == sorted(kept)


def test_what_a_process_of_another_machine_writes_is_left_alone(tmp_path, monkeypatch):
    """Its number says nothing here: 9999999 may well be alive there."""
    monkeypatch.setattr(part_names, "host_id", lambda: "0123abcd")
    with Parts() as parts:
        theirs = parts.beside(tmp_path / "film.mp4")
        theirs.write_text("x")
        monkeypatch.setattr(part_names, "host_id", lambda: "fedc9876")
        assert remove_abandoned_parts(tmp_path) == []
        os.utime(theirs, (time.time() - 2 * ABANDONED_S,) * 2)
        assert remove_abandoned_parts(tmp_path) == [theirs]
        theirs.write_text("x")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes don't tell their age")
def test_a_number_that_was_given_to_a_younger_process_is_no_owner(tmp_path):
    later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        left = tmp_path / our("film.mp4", later.pid)
        left.write_text("x")
        assert remove_abandoned_parts(tmp_path) == []
        os.utime(left, (time.time() - 2 * SKEW_S,) * 2)
        assert remove_abandoned_parts(tmp_path) == [left]
    finally:
        later.communicate(b"\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes don't tell their state")
def test_a_process_that_ended_but_is_still_listed_is_no_owner(tmp_path):
    """As in a container whose first process doesn't care for orphans."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    left = tmp_path / our("film.mp4", dead.pid)
    left.write_text("x")
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the table
    assert remove_abandoned_parts(tmp_path) == [left]
    dead.wait()


def test_a_process_that_must_end_takes_its_parts_along(tmp_path):
    code = (
        "import sys, pathlib, os\n"
        "from render.encode.atomic import Parts, remove_own_parts\n"
        "with Parts() as parts:\n"
        "    parts.beside(pathlib.Path(sys.argv[1]) / 'film.mp4').write_text('half')\n"
        "    remove_own_parts()\n"
        "    os._exit(5)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == 5
    assert names(tmp_path) == []


def test_ending_waits_for_the_second_of_two_files_when_the_first_is_in_place(tmp_path, monkeypatch):
    moved, ending, replace = [], [], swap._replace

    def slow(target, *rest):
        if not moved:
            ending.append(threading.Thread(target=atomic.remove_own_parts))
            ending[0].start()
            time.sleep(0.05)
        moved.append(target)
        replace(target, *rest)

    monkeypatch.setattr(swap, "_replace", slow)
    monkeypatch.setattr(atomic, "_swapping", threading.Lock())
    with Parts() as parts:
        for name in "ab":
            parts.beside(tmp_path / name).write_text(name)
    ending[0].join()
    assert names(tmp_path) == ["a", "b"]


def test_a_part_from_before_our_start_is_not_ours(tmp_path):
    ours = tmp_path / our("film.mp4", os.getpid())
    ours.write_text("x")
    os.utime(ours, (part_names._STARTED_S - 60,) * 2)
    assert remove_abandoned_parts(tmp_path) == [ours]


def test_a_part_not_written_to_for_a_day_is_swept_whoever_has_its_number(tmp_path):
    old = tmp_path / our("film.mp4", os.getppid())
    old.write_text("x")
    os.utime(old, (time.time() - 2 * ABANDONED_S,) * 2)
    assert remove_abandoned_parts(tmp_path) == [old]


def test_sweeping_a_folder_that_is_not_there_is_nothing(tmp_path):
    assert remove_abandoned_parts(tmp_path / "nowhere") == []
