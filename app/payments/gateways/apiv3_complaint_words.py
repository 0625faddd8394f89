"""What we say to a buyer, as WeChat's interface for complaints wants it written.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012467250 (2026-11-30)
"""

from typing import Any

from app.payments.gateways.complaints import Jump, Words


def reply_body(mchid: str, words: Words) -> dict[str, Any]:
    """The body of a reply."""
    body: dict[str, Any] = {"complainted_mchid": mchid, "response_content": words.text}
    if words.media_ids:
        body["response_images"] = [*words.media_ids]
    if (jump := words.jump) is not None:
        body |= (
            {"jump_url": jump.url, "jump_url_text": jump.text}
            if jump.url
            else {"mini_program_jump_info": _mini_program(jump)}
        )
    return body


def message_body(mchid: str, words: Words, once: str) -> dict[str, Any]:
    """The body of a message of the immediate service: a person's words, pictures below, the button at the end."""
    blocks: list[dict[str, Any]] = [{"type": "TEXT", "text": {"text": words.text, "color": "DEFAULT"}}]
    blocks += [
        {"type": "IMAGE", "image": {"media_id": each, "image_style_type": "IMAGE_STYLE_TYPE_WIDE"}}
        for each in words.media_ids
    ]
    if words.jump is not None:
        blocks.append({"type": "BUTTON", "button": _button(words.jump)})
    message = {"blocks": blocks, "sender_identity": "MANUAL"}
    return {"complainted_mchid": mchid, "idempotent_id": once, "message": message}


def _button(jump: Jump) -> dict[str, Any]:
    if jump.url:
        return {"text": jump.text, "action": {"action_type": "ACTION_TYPE_JUMP_URL", "jump_url": jump.url}}
    action = {
        "action_type": "ACTION_TYPE_JUMP_MINI_PROGRAM",
        "mini_program_jump_info": _mini_program(jump),
    }
    return {"text": jump.text, "action": action}


def _mini_program(jump: Jump) -> dict[str, str]:
    return {"appid": jump.appid, "path": jump.path, "text": jump.text}
