"""Background tasks about complaints, one thin function each; `app/tasks.py` takes them over."""

from pathlib import Path

from flask import current_app

from app.complaints import pictures
from app.complaints.acting import carry_out
from app.complaints.notifications import delete_old_refused
from app.complaints.service import CARRY_OUT
from app.complaints.sweep import sweep, sync_due, warn_of_deadlines
from app.complaints.sync import FETCH_PICTURE, SYNC, sync
from app.core.errors import GatewayRefused
from app.core.outbox import Handler
from app.payments.gateways import get_complaint_desk


def _sync(complaint_id: str) -> None:
    try:
        sync(complaint_id, get_complaint_desk())
    except GatewayRefused:  # asking again helps nobody: there is no such complaint, or we may not see it
        return


def _fetch_picture(picture_id: int) -> None:
    pictures.fetch_picture(get_complaint_desk(), picture_id, folder=_folder())


def _carry_out(act_id: int) -> None:
    carry_out(act_id, get_complaint_desk(), folder=_folder())


COMPLAINT_HANDLERS: dict[str, Handler] = {
    SYNC: _sync,
    FETCH_PICTURE: _fetch_picture,
    CARRY_OUT: _carry_out,
}


def sweep_complaints() -> None:
    """Warn of deadlines, keep the inbox bounded, find what no notification has told of, read again what is open."""
    warn_of_deadlines()
    delete_old_refused()
    desk = get_complaint_desk()
    sweep(desk)
    sync_due(desk)


def tidy_complaints() -> None:
    """Delete pictures nothing names."""
    pictures.delete_orphans(_folder())


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"], pictures.FOLDER)
