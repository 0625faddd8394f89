"""WeChat Pay's error answers."""

from __future__ import annotations

from typing import Any


class PayError(Exception):
    """`{"code", "message", "detail"}` with its HTTP status."""

    def __init__(self, status: int, code: str, message: str, **detail: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.detail = status, code, message, detail

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return {**body, "detail": self.detail} if self.detail else body


def param_error(pointer: str, value: Any, issue: str, location: str = "body") -> PayError:
    return PayError(
        400, "PARAM_ERROR", "参数错误", field=pointer, value=value, issue=issue, location=location
    )
