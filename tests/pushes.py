"""WeChat's side of the callback: builds pushes, signs and encrypts them with wechatpy, reads the answers."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner
from werkzeug.test import TestResponse

from app.wechat.callback.flat_xml import parse

APPID = "wx5a1b2c3d4e5f6a7b"
TOKEN = "shopbot2026"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
ACCOUNT_ID = "gh_1a2b3c4d5e6f"
OPENID = "oTeaShop_0000000000000000001"
OTHER_OPENID = "oTeaShop_0000000000000000002"
TIMESTAMP, NONCE = "1795219200", "1320562132"


def write_message(kind: str = "text", *, msg_id: int = 25140096871234567, **fields: object) -> str:
    """A message's XML; `fields` are the elements of its kind."""
    return _write(kind, {"openid": OPENID, "MsgId": msg_id} | fields)


def write_text(content: str, *, msg_id: int = 25140096871234567, **fields: object) -> str:
    """A text message's XML."""
    return write_message("text", msg_id=msg_id, Content=content, **fields)


def write_event(event: str, **fields: object) -> str:
    """An event's XML."""
    return _write("event", {"openid": OPENID, "Event": event, "EventKey": ""} | fields)


def _write(kind: str, fields: dict[str, object]) -> str:
    openid, created = fields.pop("openid"), fields.pop("CreateTime", 1795219260)
    inner = "".join(_element(name, value) for name, value in fields.items())
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT_ID}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    )


def _element(name: str, value: object) -> str:
    return f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"


def sign(*parts: str) -> str:
    """The signature of these parts, by wechatpy."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return signer.signature


def plain_query(token: str = TOKEN) -> dict[str, str]:
    """The query every push carries."""
    return {"signature": sign(token, TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE}


@dataclass(frozen=True)
class Wire:
    """A push as it goes over the wire."""

    query: dict[str, str]
    body: bytes


def wrap(xml: str, mode: str = "safe", *, appid: str = APPID, aes_key: str = AES_KEY) -> Wire:
    """The push in one of the three modes."""
    if mode == "plain":
        return Wire(plain_query(), xml.encode())
    envelope = parse(WeChatCrypto(TOKEN, aes_key, appid).encrypt_message(xml, NONCE, TIMESTAMP).encode())
    encrypted, signature = envelope["Encrypt"][0], envelope["MsgSignature"][0]
    query = plain_query() | {"encrypt_type": "aes", "msg_signature": signature}
    added = f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    if mode == "compatible":
        return Wire(query, xml.replace("</xml>", added).encode())
    return Wire(query, f"<xml><ToUserName><![CDATA[{ACCOUNT_ID}]]></ToUserName>{added}".encode())


def post(client: FlaskClient, wire: Wire) -> TestResponse:
    """Push it."""
    return client.post("/wechat", query_string=wire.query, data=wire.body, content_type="text/xml")


def push(client: FlaskClient, xml: str, mode: str = "safe") -> TestResponse:
    """Wrap and push a message or event."""
    return post(client, wrap(xml, mode))


def read_answer(response: TestResponse) -> str:
    """The answer's XML as the phone's side reads it, decrypted where it is encrypted."""
    text = response.get_data(as_text=True)
    if "<Encrypt>" not in text:
        return text
    fields = parse(text.encode())
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    decrypted: str = crypto.decrypt_message(
        text, fields["MsgSignature"][0], fields["TimeStamp"][0], fields["Nonce"][0]
    )
    return decrypted


def read_fields(response: TestResponse) -> dict[str, str]:
    """The answer's fields; of a repeated one the first."""
    return {name: texts[0] for name, texts in parse(read_answer(response).encode()).items()}
