"""`python -m render CONFIG...`"""

import sys

from render.cli import main

if __name__ == "__main__":
    sys.exit(main())
