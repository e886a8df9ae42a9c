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


os.environ["DESCENT_FILM_CACHE"] = ""
