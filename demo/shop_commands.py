"""Runs several commands of the shop in one process, because starting it takes longer than most of them.

python -m demo.shop_commands "db upgrade" "shop seed demo"
"""

import shlex
import sys

from flask.cli import FlaskGroup

from wsgi import app


def run(command: str) -> int:
    """Run one command as `flask …` would; return its exit code."""
    print(f"$ flask {command}", flush=True)
    try:
        FlaskGroup(create_app=lambda: app).main(shlex.split(command), prog_name="flask")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


def run_until_one_fails(commands: list[str]) -> int:
    """Run the commands in order; return the exit code of the first that fails, or 0."""
    return next((code for code in map(run, commands) if code), 0)


if __name__ == "__main__":
    sys.exit(run_until_one_fails(sys.argv[1:]))
