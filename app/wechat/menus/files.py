"""Menus in files: `.toml` or `.json` in WeChat's own words, paths of the shop relative."""

import json
import tomllib
from pathlib import Path
from typing import Any


class FileUnreadable(Exception):
    """The file holds no menu; `why` is a parser's word or empty."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


def read_file(file: Path) -> dict[str, Any]:
    """The menu in the file, unchecked. Raises: FileUnreadable."""
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:  # also what is no UTF-8
        raise FileUnreadable(file.name, str(error)) from error
    if not isinstance(found, dict):
        raise FileUnreadable(file.name, "no object at the top")
    return found
