"""Complaints 2.0: list, detail, history, replies, pictures, the address for notifications.

https://pay.weixin.qq.com/doc/v3/merchant/4012467250
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import request

from simulator.clock import iso
from simulator.pay.complaint_checks import check_text
from simulator.pay.complaints import PROCESSED, PROCESSING, as_complaint, as_line
from simulator.pay.errors import PayError, param_error
from simulator.pay.transport import Body, PayCall, pay_route

BASE = r"/v3/merchant-service"
ONE = rf"{BASE}/complaints-v2/(?P<complaint_id>[^/]+)"
MOST_DAYS, MOST_BYTES = 30, 2 * 2**20
MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"BM")
URL_KIND = "complaint_url"


@pay_route("GET", rf"{BASE}/complaints-v2", "查询投诉单列表")
def list_complaints(call: PayCall) -> tuple[int, Body]:
    _play_faults(call)
    query = _query(call)
    first, last = (_day(query, name) for name in ("begin_date", "end_date"))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise _wrong("end_date", str(last), f"at most {MOST_DAYS} days, not before begin_date")
    limit, offset = _number(query, "limit", 10, 1, 50), _number(query, "offset", 0, 0, 10**6)
    days = (str(first), str(last))
    found = [
        row for row in call.engine.complaints.list() if days[0] <= iso(row["created_at"])[:10] <= days[1]
    ]
    rows = [as_complaint(call.engine, row, is_whole=False) for row in found[offset : offset + limit]]
    return 200, {"data": rows, "limit": limit, "offset": offset, "total_count": len(found)}


@pay_route("GET", ONE, "查询投诉单详情")
def show(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    return 200, as_complaint(call.engine, complaint_of(call, complaint_id), is_whole=True)


@pay_route("GET", rf"{ONE}/negotiation-historys", "查询投诉单协商历史")
def history(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    complaint, query = complaint_of(call, complaint_id), _query(call)
    limit, offset = _number(query, "limit", 100, 1, 300), _number(query, "offset", 0, 0, 10**6)
    lines = [as_line(call.engine, line) for line in complaint["history"][offset : offset + limit]]
    total = len(complaint["history"])
    return 200, {"data": lines, "limit": limit, "offset": offset, "total_count": total}


@pay_route("POST", rf"{ONE}/complete", "反馈处理完成")
def complete(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    complaint = complaint_of(call, complaint_id)
    body_of_ours(call)
    if complaint["state"] == PROCESSED:
        if call.engine.faults.take("complaint_again") == "400":
            raise PayError(400, "INVALID_REQUEST", "投诉单已处理完成")
        return 204, None
    call.engine.complaints.answer(
        complaint_id, "MERCHANT_CONFIRM_COMPLETE", "商户已处理完成", pictures=[], state=PROCESSED
    )
    return 204, None


@pay_route("POST", rf"{ONE}/update-refund-progress", "更新退款审批结果")
def decide(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    complaint, body = complaint_of(call, complaint_id), call.json()
    if complaint["problem_type"] != "REFUND" or complaint["state"] == PROCESSED:
        raise PayError(400, "INVALID_REQUEST", "当前投诉单不能更新退款审批结果")
    if body.get("action") == "APPROVE":
        days = body.get("launch_refund_day")
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise param_error("/launch_refund_day", days, "is required, 0 or more")
        kind, words = "MERCHANT_APPROVE_REFUND", body.get("remark") or "同意退款"
        changes: dict[str, Any] = {"state": PROCESSING, "approved": True}
    elif body.get("action") == "REJECT":
        words = body.get("reject_reason")
        check_text(call, "/reject_reason", words)
        kind, changes = "MERCHANT_REFUSE_RERUND", {"state": PROCESSED}
    else:
        raise param_error("/action", body.get("action"), "APPROVE or REJECT")
    call.engine.complaints.answer(complaint_id, kind, str(words), pictures=[], **changes)
    return 204, None


@pay_route("POST", rf"{BASE}/images/upload", "上传投诉图片")
def upload(call: PayCall) -> tuple[int, Body]:
    """The meta part was signed, see `transport`."""
    file = request.files.get("file")
    try:
        meta = json.loads(request.form.get("meta", ""))
    except ValueError as error:
        raise param_error("/meta", "", "is not JSON") from error
    data = file.read() if file else b""
    if not isinstance(meta, dict) or not str(meta.get("filename", "")).lower().endswith(
        (".jpg", ".jpeg", ".png", ".bmp")
    ):
        raise param_error("/filename", "", "needs a name that ends in jpg, png or bmp")
    if hashlib.sha256(data).hexdigest() != meta.get("sha256"):
        raise param_error("/sha256", meta.get("sha256"), "is not that of the file")
    if not data.startswith(MAGIC) or len(data) > MOST_BYTES:
        raise param_error("/file", len(data), "must be a jpg, png or bmp of at most 2 MB")
    call.verdicts.add("图片与摘要相符", True)
    return 200, {"media_id": call.engine.complaints.keep_picture(data, file.mimetype if file else "")}


@pay_route("GET", rf"{BASE}/images/(?P<media_id>[^/]+)", "下载投诉图片")
def download(call: PayCall, media_id: str) -> tuple[int, Body]:
    """Unsigned, like a bill."""
    data = call.engine.complaints.find_picture(media_id)
    if data is None or call.engine.faults.strikes("complaint_no_picture"):
        raise PayError(404, "RESOURCE_NOT_EXISTS", "图片不存在")
    return 200, data


@pay_route("GET", rf"{BASE}/complaint-notifications", "查询投诉通知回调地址")
def show_url(call: PayCall) -> tuple[int, Body]:
    known = call.engine.store.find(URL_KIND, "url")
    if known is None:
        raise _missing(call)
    return 200, _as_url(call, known["url"])


@pay_route("POST", rf"{BASE}/complaint-notifications", "创建投诉通知回调地址")
def create_url(call: PayCall) -> tuple[int, Body]:
    if call.engine.store.find(URL_KIND, "url") is not None:
        raise PayError(400, "INVALID_REQUEST", "回调地址已存在，请使用更新接口")
    return _keep_url(call)


@pay_route("PUT", rf"{BASE}/complaint-notifications", "更新投诉通知回调地址")
def change_url(call: PayCall) -> tuple[int, Body]:
    if call.engine.store.find(URL_KIND, "url") is None:
        raise _missing(call)
    return _keep_url(call)


@pay_route("DELETE", rf"{BASE}/complaint-notifications", "删除投诉通知回调地址")
def remove_url(call: PayCall) -> tuple[int, Body]:
    if call.engine.store.find(URL_KIND, "url") is None:
        raise _missing(call)
    call.engine.store.remove(URL_KIND, "url")
    return 204, None


def _keep_url(call: PayCall) -> tuple[int, Body]:
    url = call.json().get("url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or parts.query or len(str(url)) > 255:
        raise param_error("/url", url, "must be an https address without a query, at most 255 characters")
    if parts.scheme == "http":
        call.verdicts.add("https", None, "真实服务只收 https")
    call.engine.store.put(URL_KIND, "url", {"url": url})
    return 200, _as_url(call, str(url))


def _as_url(call: PayCall, url: str) -> dict[str, Any]:
    return {"mchid": call.engine.settings.merchant.mchid, "url": url}


def complaint_of(call: PayCall, complaint_id: str) -> dict[str, Any]:
    _play_faults(call)
    complaint = call.engine.complaints.find(complaint_id)
    if complaint is None:
        raise _missing(call)
    return complaint


def _play_faults(call: PayCall) -> None:
    if call.engine.faults.strikes("complaint_no_auth"):
        raise PayError(403, "NO_AUTH", "商户没有投诉接口的权限")


def _missing(call: PayCall) -> PayError:
    return PayError(404, call.engine.faults.take("complaint_missing"), "记录不存在")


def body_of_ours(call: PayCall) -> dict[str, Any]:
    body = call.json()
    if body.get("complainted_mchid") != call.engine.settings.merchant.mchid:
        raise param_error("/complainted_mchid", body.get("complainted_mchid"), "is not yours")
    return body


def _query(call: PayCall) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(call.target).query).items()}


def _day(query: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError as error:
        raise _wrong(name, query.get(name, ""), "must be YYYY-MM-DD") from error


def _number(query: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise _wrong(name, text, f"{least} to {most}")
    return int(text)


def _wrong(name: str, value: str, issue: str) -> PayError:
    return param_error(name, value, issue, location="query")
