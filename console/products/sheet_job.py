"""The worker's part of a sheet of goods: product by product, each wholly or not at all, with a report."""

from collections.abc import Iterator
from pathlib import Path

from flask_babel import gettext as _

from app.catalog.importing import ProductWish, import_product
from app.core.errors import ShopError
from app.core.long_jobs import files
from app.core.long_jobs.running import Run, register
from app.core.spreadsheets.writing import Row, write_xlsx
from console.products.sheet_judging import LEFT, Judged, judge, judge_rows, load_known, refuse
from console.products.sheet_package import keep_pictures, read_handed
from console.products.sheet_reading import find_product
from console.products.sheet_skus import CellInvalid

KIND = "products_import"
WIDTHS = (10, 10, 80)


@register(KIND)
def import_products(run: Run) -> None:
    """Do what the sheet says; begun again after a crash it goes on after the last product that was kept."""
    path = files.find_path(Path(run.folder), str(run.args["file"]))
    handed = read_handed(path)
    may_move, done = bool(run.args["may_move"]), int(run.place or 0)
    judged = judge_rows(handed.rows, may_move=may_move, sent=handed.sent)
    work = _Import(run, may_move, len(judged), done, run.told() if done else [])
    for each in judged[done:]:
        try:
            if each.wish is not None and each.tone != LEFT:
                keep_pictures(path, handed.sent, each.wish.draft.pictures)
        except ShopError as error:
            work.refuse(each, CellInvalid(each.rows[0], "pictures", error.message))
        else:
            work.do(each)
    write_xlsx(run.new_file(".xlsx"), work.report_rows(), widths=WIDTHS)


class _Import:
    """How far it is, and the lines about what was done."""

    def __init__(self, run: Run, may_move: bool, total: int, done: int, report: list[dict[str, str]]) -> None:
        self._run, self._may_move, self._total = run, may_move, total
        self._done, self._report = done, report

    def do(self, judged: Judged) -> None:
        """One product; what it says about it is kept together with it."""
        known = load_known(judged.rows)
        outcome = judged

        def want() -> ProductWish | None:
            """Judged again: others go on editing and buying meanwhile."""
            nonlocal outcome
            product = find_product(judged.rows, known)
            outcome = judge(judged.rows, product, known, may_move=self._may_move)
            return outcome.wish.wanted if outcome.wish else None

        if judged.wish is None:
            self._keep(judged)
            return
        try:
            import_product(want, actor=self._run.owner, note=lambda: self._keep(outcome))
        except CellInvalid as error:
            self.refuse(judged, error)
        except ShopError as error:
            self.refuse(judged, CellInvalid(judged.rows[0], "title", error.message))

    def refuse(self, judged: Judged, error: CellInvalid) -> None:
        """Nothing of it is done, and this is why."""
        self._keep(refuse(judged.rows, error))

    def report_rows(self) -> Iterator[Row]:
        """The report as a sheet."""
        yield [_("位置"), _("结果"), _("说明")]
        for line in self._report:
            yield [line["place"], line["result"], line["words"]]

    def _keep(self, outcome: Judged) -> None:
        longer = [*self._report, *(dict(line.report) for line in outcome.lines)]
        self._run.keep(self._done + 1, self._total, place=str(self._done + 1), report=longer)
        self._done, self._report = self._done + 1, longer
