"""What is handed in to import goods: a sheet, or a ZIP with the sheet and the pictures that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from flask import current_app
from flask_babel import gettext as _

from app.catalog.pictures import MAX_BYTES, add_picture, name_by_content
from app.core.archives import Archive, Limits, list_names, open_archive
from app.core.errors import InputInvalid
from app.core.spreadsheets.reading import ZIP_MARK, TableRow
from console.products.sheet_columns import BETWEEN_PICTURES
from console.products.sheet_reading import read_rows, split_names

LIMITS = Limits(files=500, file_bytes=MAX_BYTES, unpacked_bytes=300 * 1024 * 1024)
MOST_BYTES = 100 * 1024 * 1024  # of the ZIP itself
SHEETS = (".xlsx", ".csv")
_OF_A_WORKBOOK = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Handed:
    """The rows, in whose cells pictures have the names they get in the shop; `sent`: their paths by these names."""

    rows: list[TableRow]
    sent: Mapping[str, str] = field(default_factory=dict)


def read_handed(path: Path) -> Handed:
    """Raises: SheetInvalid, InputInvalid."""
    if not _is_package(path):
        return Handed(read_rows(path))
    with open_archive(path, LIMITS) as archive:
        rows = _read_sheet(archive)
        by_word = _words_for(archive)
        asked = dict.fromkeys(word for row in rows for word in _words_of(row, by_word))
        names = {word: _name_of(archive, by_word[word]) for word in asked if word in by_word}
    sent = {name: by_word[word] for word, name in names.items()}
    return Handed([_with_names(row, by_word, names) for row in rows], sent)


def keep_pictures(path: Path, sent: Mapping[str, str], wanted: Iterable[str]) -> None:
    """Draw those of the wanted pictures that were sent along. Calls the store: never inside a transaction.

    Raises: InputInvalid, StorageFull, MediaUnreachable.
    """
    files = {name: sent[name] for name in wanted if name in sent}
    if not files:
        return
    with open_archive(path, LIMITS) as archive:
        for name, file in files.items():
            try:
                add_picture(archive.read(file), name=name)
            except InputInvalid as error:
                told = PurePosixPath(file).name[:60]
                raise InputInvalid(_("%(file)s：%(words)s", file=told, words=error.message)) from error


def _is_package(path: Path) -> bool:
    """A ZIP that is no workbook. Raises: InputInvalid when it is broken."""
    with path.open("rb") as file:
        is_zip = file.read(len(ZIP_MARK)) == ZIP_MARK
    return is_zip and _OF_A_WORKBOOK not in list_names(path, LIMITS)


def _read_sheet(archive: Archive) -> list[TableRow]:
    sheets = [name for name in archive.files if PurePosixPath(name).suffix.lower() in SHEETS]
    if len(sheets) != 1:
        raise InputInvalid(_("压缩包里要正好有一份表格（.xlsx 或 .csv），现在有 %(n)s 份。", n=len(sheets)))
    with TemporaryDirectory() as folder:
        path = Path(folder, "sheet")
        path.write_bytes(archive.read(sheets[0]))
        return read_rows(path)


def _words_for(archive: Archive) -> dict[str, str]:
    """How a cell may call a picture of the archive: by its path, and by its name where no other has that."""
    paths = [name for name in archive.files if PurePosixPath(name).suffix.lower() not in SHEETS]
    by_name: dict[str, list[str]] = {}
    for path in paths:
        by_name.setdefault(_fold(PurePosixPath(path).name), []).append(path)
    alone = {word: found[0] for word, found in by_name.items() if len(found) == 1}
    return alone | {_fold(path): path for path in paths}


def _words_of(row: TableRow, by_word: Mapping[str, str]) -> list[str]:
    """What the row calls its pictures; a name with blanks in it may stand alone."""
    cell = row["pictures"]
    return [_fold(cell)] if _fold(cell) in by_word else [_fold(word) for word in split_names(cell)]


def _with_names(row: TableRow, by_word: Mapping[str, str], names: Mapping[str, str]) -> TableRow:
    words = [row["pictures"]] if _fold(row["pictures"]) in by_word else split_names(row["pictures"])
    named = BETWEEN_PICTURES.join(names.get(_fold(word), word) for word in words)
    return replace(row, cells={**row.cells, "pictures": named})


def _name_of(archive: Archive, file: str) -> str:
    return name_by_content(archive.read(file), secret=current_app.config["SECRET_KEY"])


def _fold(word: str) -> str:
    return word.strip().replace("\\", "/").casefold()
