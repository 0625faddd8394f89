"""`python -m demo`: starts the demo on a machine that `python3 -m bootstrap setup` has made ready."""

import sys

from bootstrap.commands import run

if __name__ == "__main__":
    sys.exit(run(["demo", *sys.argv[1:]]))
