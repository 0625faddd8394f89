"""Files by which WeChat checks that a domain is ours: `MP_verify_….txt`, served at the root of the host.

One line of plain text each, by a name of exactly that form: nothing else can be put at the root.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.db import transaction
from app.core.errors import InputInvalid, NotFound
from app.core.preferences import find_preference, keep_preference

PREFERENCE = "proof_files"
NAME = re.compile(r"MP_verify_[A-Za-z0-9]{16}\.txt")
_CONTENT = re.compile(r"[A-Za-z0-9]{1,64}")
MOST = 10


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file as WeChat gave it."""

    name: str
    content: str


def list_proof_files() -> Sequence[ProofFile]:
    """All there are, by name."""
    kept = find_preference(PREFERENCE) or {}
    return [ProofFile(name, content) for name, content in sorted(kept.items())]


def get_proof_file(name: str) -> ProofFile:
    """Raises: NotFound."""
    found = next((file for file in list_proof_files() if file.name == name), None)
    if found is None:
        raise NotFound(_("没有这个文件"))
    return found


def keep_proof_file(name: str, content: str, *, actor: str) -> None:
    """Put a file there, in place of one of the same name. Opens a transaction. Raises: InputInvalid."""
    name, content = name.strip(), content.strip()
    if not NAME.fullmatch(name):
        raise InputInvalid(_("文件名应像 MP_verify_ 加 16 个字母或数字再加 .txt，请不要改名"))
    if not _CONTENT.fullmatch(content):
        raise InputInvalid(_("文件内容应是一串字母和数字，请直接上传公众平台给的文件"))
    with transaction():
        kept = find_preference(PREFERENCE) or {}
        if len(kept.keys() | {name}) > MOST:
            raise InputInvalid(_("校验文件最多 %(n)s 个，请先删掉不用的", n=MOST))
        keep_preference(PREFERENCE, kept | {name: content}, actor=actor)


def remove_proof_file(name: str, *, actor: str) -> None:
    """Take a file away; a repeat changes nothing. Opens a transaction."""
    with transaction():
        kept = find_preference(PREFERENCE) or {}
        if kept.pop(name, None) is not None:
            keep_preference(PREFERENCE, kept, actor=actor)
