"""Settings of every test: no cached result of another run or another test is used."""

import contextlib
import os
import signal

# Children of a shell in the background ignore Ctrl-C, and so would the processes of the tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)


os.environ["DESCENT_FILM_CACHE"] = ""
