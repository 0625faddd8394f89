"""The measure: wechatpy's echo in Flask. It verifies, decrypts, parses, answers and encrypts, and keeps nothing."""

from flask import Flask, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from tests.pushes import AES_KEY, APPID, TOKEN

app = Flask(__name__)


@app.post("/wechat")
def echo() -> str:
    """Say what was said."""
    query = request.args
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    if "msg_signature" not in query:
        message = parse_message(request.data)
        return str(create_reply(message.content, message).render())
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    message = parse_message(
        crypto.decrypt_message(request.data, query["msg_signature"], query["timestamp"], query["nonce"])
    )
    reply = create_reply(message.content, message).render()
    return str(crypto.encrypt_message(reply, query["nonce"], query["timestamp"]))
