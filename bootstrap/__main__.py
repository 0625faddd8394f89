"""`python3 -m bootstrap COMMAND`: checks the Python version, then hands over to `bootstrap.commands`."""

import sys

from bootstrap.python_version import find_problem


def main() -> int:
    problem = find_problem(sys.version_info[:2])
    if problem:
        sys.stderr.write(problem + "\n")
        return 1
    from bootstrap.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
