"""Settings of every test: no cached result of another run or another test is used."""

import contextlib
import os
import signal

# Children of a shell in the background ignore Ctrl-C and Ctrl-\, and so would the processes of
# the tests.
with contextlib.suppress(ValueError, AttributeError):  # not in the main thread; not on Windows
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)


# Two of pytest's processes share two cores, where threads that wait for one another cost a fifth.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Programs that tests start are compiled once, also where the environment forbids to keep that.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["DESCENT_FILM_CACHE"] = ""
