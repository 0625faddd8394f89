"""Every background task, one thin function each, and the TIMETABLE.

Each may run twice, and at the same time as another: all that matters is guarded in the slices.
"""

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select

from app import tasks_payments as money
from app.alerts.service import raise_alert
from app.catalog.pictures import PREFIX, sweep_pictures
from app.conversations import kf_desk
from app.conversations.idle import check_wechat_sessions, give_back_idle
from app.conversations.kf_records import import_records
from app.conversations.pictures import FOLDER as PICTURES
from app.conversations.pictures import delete_orphans, fetch_picture
from app.conversations.recordings import fetch_recording
from app.conversations.retention import tidy_messages
from app.conversations.sending import send_message
from app.conversations.settling import retry, settle_due
from app.core import clock, outbox
from app.core.db import db
from app.core.live_settings import read_live
from app.core.long_jobs import files as job_files
from app.core.long_jobs.running import run_long_job
from app.core.outbox import OutboxJob
from app.core.rates import forget_old_windows
from app.core.timetable import Entry, keep
from app.figures import keeping as figures
from app.figures import messages as figure_messages
from app.figures import visits as figure_visits
from app.followers.app_customers import forget_ended_sessions
from app.golive.expiry import warn_of_certificates
from app.materials.covers import get_cover_id
from app.materials.service import sweep_files
from app.materials.uploading import get_media_id, upload_material
from app.notices.service import send_notice
from app.orders.listing import list_pictures
from app.tasks_alerts import ALERT_HANDLERS
from app.tasks_bills import ask_about_differences, prove_days, reconcile_bills
from app.tasks_broadcasts import (
    BROADCAST_HANDLERS,
    clear_up_broadcasts,
    gather_broadcasts,
    keep_broadcasts,
    run_automatic,
    send_mass,
    watch_quotas,
)
from app.tasks_complaints import COMPLAINT_HANDLERS, sweep_complaints, tidy_complaints
from app.tasks_followers import FOLLOWER_HANDLERS, apply_auto_tags
from app.tasks_payments import PAYMENT_HANDLERS
from app.wechat.account import get_account
from app.wechat.menus.looking import find_drift, name_drift, observe
from app.wechat.menus.personal import withdraw
from app.wechat.menus.versions import find_shown, get_default
from app.wechat.replies import MediaReply, MusicReply, Reply
from app.words.face import sweep_logos

logger = logging.getLogger(__name__)

OUTBOX_KEPT = timedelta(days=30)
FIGURES_SECONDS = 2  # of one turn: what is left comes with the next


def _send_notice(order_id: int, notice: str, parcel_id: int = 0) -> None:
    base_url = current_app.config["BASE_URL"]
    client = get_account().client
    send_notice(client, order_id=order_id, kind=notice, base_url=base_url, parcel_id=parcel_id)


def _settle_message(message_id: int) -> None:
    retry(message_id)


def _send_message(message_id: int) -> None:
    send_message(get_account().client, message_id, make_ready=_make_ready)


def _make_ready(reply: Reply) -> Reply:
    """The reply with the media_id of what WeChat must have first; it may be another than yesterday's."""
    client = get_account().client
    if isinstance(reply, MediaReply):
        cover = get_cover_id(client) if reply.kind == "video" else ""
        return replace(reply, media_id=get_media_id(client, reply.material_id), thumb_media_id=cover)
    if isinstance(reply, MusicReply):
        return replace(reply, thumb_media_id=get_media_id(client, reply.material_id))
    return reply


def _fetch_picture(message_id: int) -> None:
    fetch_picture(get_account().client, message_id, folder=_picture_folder())


def _fetch_recording(message_id: int) -> None:
    seams = (current_app.config["WECHAT_API_BASE"], current_app.config["WECHAT_MP_BASE"])
    fetch_recording(get_account().client, message_id, folder=_picture_folder(), seams=seams)


def _picture_folder() -> Path:
    return Path(current_app.config["DATA_DIR"], PICTURES)


def _upload_material(material_id: int) -> None:
    upload_material(get_account().client, material_id)


def _withdraw_menu(version_id: int) -> None:
    withdraw(get_account().client, version_id)


HANDLERS: dict[str, outbox.Handler] = {
    **ALERT_HANDLERS,
    **BROADCAST_HANDLERS,
    **COMPLAINT_HANDLERS,
    **FOLLOWER_HANDLERS,
    **PAYMENT_HANDLERS,
    "withdraw_menu": _withdraw_menu,
    "settle_message": _settle_message,
    "send_message": _send_message,
    "fetch_picture": _fetch_picture,
    "fetch_recording": _fetch_recording,
    "send_notice": _send_notice,
    "upload_material": _upload_material,
}


def _run_long_job(job_id: int) -> None:
    run_long_job(job_id, folder=_job_folder())


def _job_folder() -> Path:
    return Path(current_app.config["DATA_DIR"], job_files.FOLDER)


# What takes longer than others should wait for: done in a thread of its own.
LONG_HANDLERS: dict[str, outbox.Handler] = {"run_long_job": _run_long_job}


def _sweep_outbox() -> None:
    outbox.run_due(HANDLERS, lease=_lease())


def _lease() -> timedelta:
    return timedelta(seconds=current_app.config["OUTBOX_LEASE_SECONDS"])


def _settle_messages() -> None:
    settle_due()


def _report_given_up() -> None:
    query = select(OutboxJob.id, OutboxJob.kind).where(OutboxJob.given_up_at.is_not(None))
    for job_id, kind in db.session.execute(query).all():
        raise_alert("job_given_up", str(job_id), detail=kind)


def _follow_wechat_desk() -> None:
    """While the merchant uses WeChat's own desk: what was said there, and which talks are over."""
    client = get_account().client
    if kf_desk.load_kf_desk().is_on:
        import_records(client)
        check_wechat_sessions(lambda openid: kf_desk.find_session(client, openid))


def _tidy_messages() -> None:
    config = current_app.config
    days = {name: read_live(name, config) for name in ("MESSAGE_PAYLOAD_DAYS", "MESSAGE_DAYS")}
    tidy_messages(payload_days=days["MESSAGE_PAYLOAD_DAYS"], message_days=days["MESSAGE_DAYS"])
    delete_orphans(_picture_folder())


def _tidy_up() -> None:
    outbox.delete_done(before=clock.now() - OUTBOX_KEPT)
    sweep_files()
    job_files.sweep(_job_folder())
    sweep_pictures(list_pictures(PREFIX))
    sweep_logos()


def _keep_figures() -> None:
    figures.work_off(FIGURES_SECONDS)
    figure_messages.work_off(FIGURES_SECONDS)
    figure_visits.work_off()


def _check_menus() -> None:
    if find_shown(get_default().id) is None:
        return
    seen = observe(get_account().client)
    if places := find_drift(seen).places:
        raise_alert("menu_drift", name_drift(seen), detail=str(places))


def _tidy_app_logins() -> None:
    """Forget logins that are over, and who asked how often."""
    forget_ended_sessions()
    forget_old_windows()


TIMETABLE = (
    Entry("messages", timedelta(seconds=1), _settle_messages),
    Entry("outbox", timedelta(seconds=5), _sweep_outbox),
    Entry("payments", timedelta(seconds=5), money.sweep_payments),
    Entry("refunds", timedelta(seconds=5), money.sweep_refunds),
    Entry("expiry", timedelta(seconds=10), money.expire_orders),
    Entry("broadcasts", timedelta(seconds=2), gather_broadcasts),
    Entry("automatic", timedelta(minutes=1), run_automatic),
    Entry("mass", timedelta(seconds=2), send_mass),
    Entry("unclear", timedelta(minutes=1), clear_up_broadcasts),
    Entry("kept_broadcasts", timedelta(minutes=1), keep_broadcasts),
    Entry("figures", timedelta(seconds=15), _keep_figures),
    Entry("refused", timedelta(minutes=1), money.forget_refused),
    Entry("idle", timedelta(minutes=1), give_back_idle),
    Entry("wechat_desk", timedelta(minutes=10), _follow_wechat_desk),
    Entry("given_up", timedelta(minutes=5), _report_given_up),
    Entry("bills", timedelta(minutes=5), reconcile_bills),
    Entry("differences", timedelta(minutes=5), ask_about_differences),
    Entry("complaints", timedelta(minutes=10), sweep_complaints),
    Entry("proof", timedelta(hours=24), prove_days),
    Entry("quotas", timedelta(hours=1), watch_quotas),
    Entry("auto_tags", timedelta(hours=1), apply_auto_tags),
    Entry("app_logins", timedelta(hours=1), _tidy_app_logins),
    Entry("certificates", timedelta(hours=12), money.refresh_certificates),
    Entry("certificate_ends", timedelta(hours=24), warn_of_certificates),
    Entry("tidy_messages", timedelta(hours=24), _tidy_messages),
    Entry("tidy_complaints", timedelta(hours=24), tidy_complaints),
    Entry("menus", timedelta(hours=24), _check_menus),
    Entry("tidy_up", timedelta(hours=24), _tidy_up),
)


def run_outbox(app: Flask) -> None:
    """What the worker does when the bell rings."""
    with app.app_context():
        _sweep_outbox()


def run_long_jobs(app: Flask, stop: threading.Event) -> None:
    """Do what people have started and wait for, one after the other, until told to stop."""
    while not stop.wait(1):
        with app.app_context():
            try:
                if outbox.is_due(LONG_HANDLERS):
                    outbox.run_due(LONG_HANDLERS, lease=_lease(), limit=1)
            except Exception:
                db.session.rollback()
                logger.exception("long jobs stand still")


def run_timetable(app: Flask, stop: threading.Event) -> None:
    """Keep the timetable until told to stop."""
    keep(app, stop, TIMETABLE)
