"""Takes single fields from a push."""

import re

from app.wechat.callback.flat_xml import Fields


class PushRefused(ValueError):
    """The push lacks a field, has one twice, or holds something WeChat does not write there."""


class Reader:
    """The fields of one push; a path such as `ScanCodeInfo/ScanType` reaches inside."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def optional(self, name: str) -> str:
        """The field's text, or an empty one when it is not there."""
        texts = self.fields.get(name)
        if texts is None:
            return ""
        if len(texts) != 1:
            raise PushRefused(f"{name} is there twice")
        return texts[0]

    def first(self, *names: str) -> str:
        """The text of the first of these fields that is there; some samples spell a name in another case."""
        return next((self.optional(name) for name in names if name in self.fields), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every text of a field that may repeat."""
        return self.fields.get(name, ())

    def number(self, name: str) -> int:
        """A count; 0 when it is missing or no number."""
        text = self.optional(name).strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """The field's text, which must look like `pattern`."""
        text = self.optional(name)
        if pattern.fullmatch(text):
            return text
        text = text.strip()
        if not pattern.fullmatch(text):
            raise PushRefused(f"{name} is missing or malformed")
        return text
