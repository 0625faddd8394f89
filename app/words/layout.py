"""From plain text to paragraphs: `## ` begins a heading, `- ` a line of a list, an empty line ends a paragraph.

Nothing else means anything, so that no text can become markup.
"""

from dataclasses import dataclass

HEADING, LIST, WORDS = "heading", "list", "words"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph with one line of text, or a list with several."""

    kind: str
    lines: tuple[str, ...]


def lay_out(body: str) -> list[Block]:
    """The blocks of a page from top to bottom."""
    blocks: list[Block] = []
    is_open = False  # whether the next line still belongs to the last block
    for line in (each.strip() for each in body.splitlines()):
        kind, text = _read(line)
        if text and is_open and kind == blocks[-1].kind != HEADING:
            blocks[-1] = Block(kind, (*blocks[-1].lines, text))
        elif text:
            blocks.append(Block(kind, (text,)))
        is_open = bool(text)
    return blocks


def _read(line: str) -> tuple[str, str]:
    if line.startswith("## "):
        return HEADING, line[3:].strip()
    if line.startswith("- "):
        return LIST, line[2:].strip()
    return WORDS, line
