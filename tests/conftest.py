"""What holds for every test: nothing that was made before, here or elsewhere, is used again."""

import contextlib
import os
import signal

# Started in the background, a shell's children ignore Ctrl-C, and so would theirs for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)


os.environ["DESCENT_FILM_CACHE"] = ""
