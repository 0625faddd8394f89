"""Logs: one line per event with its ids, and nothing in them that could harm a person or open a door."""

import logging
import re
import sys

_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_HIDDEN = (
    (re.compile(r"\b(o[\w-]{3})[\w-]{20}([\w-]{4})\b"), r"\1…\2"),  # openid, 28 characters
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),  # mobile number
    (
        re.compile(
            r"(?i)((?:access_token|refresh_token|ticket|secret|appsecret|code|signature|paySign)=)[^&\s\"']+"
        ),
        r"\1***",
    ),
)


def redact(text: str) -> str:
    """Shorten openids, mask phones, drop tokens, codes and signatures from query strings."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


class LineFormatter(logging.Formatter):
    """`time level logger event key=value …`; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {k}={v}" for k, v in vars(record).items() if k not in _PLAIN)
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}{extra}"
        text = line.replace("\n", " ").replace("\r", " ")
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return redact(text)


def set_up_logs(level: str) -> None:
    """Send every log of this process to standard error in our format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("huey").setLevel(max(logging.INFO, logging.root.level))
    logging.getLogger("urllib3").setLevel(logging.WARNING)
