"""Taking the ledger away: what is exported, by whom, stands in the audit log."""

from collections.abc import Iterator
from dataclasses import asdict

from app.core import audit
from app.ledger.listing import Entry, every_entry
from app.ledger.wanted import Moment, Wanted


def export_entries(wanted: Wanted, *, actor: str) -> Iterator[Entry]:
    """Every order that is wanted, the newest first; writes down who takes them. Opens a transaction."""
    plain = (None, "", Moment.PLACED)
    narrowing = {name: value for name, value in asdict(wanted).items() if value not in plain}
    filters = {name: str(value) for name, value in narrowing.items() if name != "search"}
    if wanted.days is not None:
        filters["days"] = f"{wanted.days.first} – {wanted.days.last}"
    audit.record(actor=actor, action="orders.exported", subject="orders", after=filters)
    return every_entry(wanted)
