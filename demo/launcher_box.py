"""The box of addresses that the demo prints when everything runs."""

from __future__ import annotations

import unicodedata

from bootstrap.places import describe
from demo.launcher_settings import DemoSettings


def draw_box(settings: DemoSettings, *, account: str, seconds: float) -> str:
    """Return the box; `account` says how to sign in to the console."""
    lines = [
        f"小铺 Xiaopu is running ({seconds:.0f} s)",
        "",
        f"Phone and lab   {settings.phone_url}   write 茶 to the shop",
        f"Shop console    {settings.shop_url}/console",
        f"                {account}",
        f"Logs            {describe(settings.logs)}/",
        "",
        "Ctrl-C stops everything.",
    ]
    width = max(map(count_columns, lines))
    body = [f"│  {line}{' ' * (width - count_columns(line))}  │" for line in lines]
    edge = "─" * (width + 4)
    return "\n".join(["", f"╭{edge}╮", *body, f"╰{edge}╯", ""])


def count_columns(text: str) -> int:
    """Return how wide a terminal shows `text`: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
