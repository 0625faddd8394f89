"""What a merchant says to a buyer who complains: replies, and messages of the immediate service.

https://pay.weixin.qq.com/doc/v3/merchant/4012467250
"""

from __future__ import annotations

from typing import Any

from simulator.pay.complaint_calls import ONE, body_of_ours, complaint_of
from simulator.pay.complaint_checks import check_pictures, check_text, mini_button, page_button
from simulator.pay.complaints import PENDING, PROCESSED, PROCESSING
from simulator.pay.errors import PayError, param_error
from simulator.pay.transport import Body, PayCall, pay_route

MOST_ONCE = 128
SENDERS = ("UNKNOWN", "MANUAL", "MACHINE")


@pay_route("POST", rf"{ONE}/response", "回复用户")
def reply(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    complaint, body = complaint_of(call, complaint_id), body_of_ours(call)
    text, pictures = body.get("response_content"), body.get("response_images") or []
    check_text(call, "/response_content", text)
    check_pictures(call, "/response_images", pictures)
    button: dict[str, str] = {}
    if "jump_url" in body:
        button = page_button(call, "/jump_url", body["jump_url"], body.get("jump_url_text"))
    elif "mini_program_jump_info" in body:
        button = mini_button("/mini_program_jump_info", body["mini_program_jump_info"])
    _say(call, complaint, str(text), pictures, button=button)
    return 204, None


@pay_route("POST", rf"{ONE}/response-immediate-service", "回复需要即时服务的用户")
def answer_at_once(call: PayCall, complaint_id: str) -> tuple[int, Body]:
    complaint, body = complaint_of(call, complaint_id), body_of_ours(call)
    if not complaint.get("at_once") or complaint["state"] == PROCESSED:
        raise PayError(400, "INVALID_REQUEST", "当前投诉单不需要即时服务")
    once = body.get("idempotent_id")
    if not isinstance(once, str) or not 1 <= len(once) <= MOST_ONCE:
        raise param_error("/idempotent_id", once, f"needs 1 to {MOST_ONCE} characters")
    known = next((line for line in complaint["history"] if line.get("once") == once), None)
    call.verdicts.add("idempotent_id", True, "重复，没有再说一遍" if known else "第一次")
    if known is None:
        text, pictures, button = _read_message(call, body.get("message"))
        known = _say(call, complaint, text, pictures, button=button, once=once)
    return 200, {"log_id": known["log_id"]}


def _read_message(call: PayCall, message: Any) -> tuple[str, list[str], dict[str, str]]:
    given = message if isinstance(message, dict) else {}
    if given.get("sender_identity") not in SENDERS:
        raise param_error("/message/sender_identity", given.get("sender_identity"), "is unknown")
    blocks = given.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        raise param_error("/message/blocks", "", "is required")
    texts, pictures, button = [], [], {}
    for number, block in enumerate(blocks):
        pointer, kind = f"/message/blocks/{number}", block.get("type")
        part = block.get(str(kind).lower())
        if not isinstance(part, dict):
            raise param_error(pointer, kind, "has no part of its type")
        match kind:
            case "TEXT":
                check_text(call, f"{pointer}/text", part.get("text"))
                texts.append(str(part["text"]))
            case "IMAGE":
                check_pictures(call, f"{pointer}/image", [part.get("media_id")])
                pictures.append(str(part["media_id"]))
            case "BUTTON" | "LINK":
                button = _read_action(call, pointer, part)
            case _:
                raise param_error(f"{pointer}/type", kind, "is not played here")
    return "\n".join(texts), pictures, button


def _read_action(call: PayCall, pointer: str, part: dict[str, Any]) -> dict[str, str]:
    action = part.get("action")
    given = action if isinstance(action, dict) else {}
    match given.get("action_type"):
        case "ACTION_TYPE_JUMP_URL":
            return page_button(call, f"{pointer}/jump_url", given.get("jump_url"), part.get("text"))
        case "ACTION_TYPE_JUMP_MINI_PROGRAM":
            return mini_button(f"{pointer}/mini_program_jump_info", given.get("mini_program_jump_info"))
    raise param_error(f"{pointer}/action/action_type", given.get("action_type"), "is not played here")


def _say(
    call: PayCall, complaint: dict[str, Any], text: str, pictures: list[str], **more: Any
) -> dict[str, Any]:
    """Say it, once the complaint is no longer new; answers the line of the history."""
    number = complaint["complaint_id"]
    state = PROCESSING if complaint["state"] == PENDING else complaint["state"]
    complaints = call.engine.complaints
    complaints.answer(number, "MERCHANT_RESPONSE", text, pictures=pictures, line=more, state=state)
    line: dict[str, Any] = complaints.find(number)["history"][-1]
    return line
