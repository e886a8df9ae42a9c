"""What holds for every test: nothing that was made before, here or elsewhere, is used again."""

import os

os.environ["DESCENT_FILM_CACHE"] = ""
