"""A tiny shop of our own that speaks to the simulator as a real one does: one page with every JS-SDK call."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask, Response, request

PAGE = Path(__file__).with_name("sample_page.html")
TAG = """<wx-open-subscribe id="tag" template="{templates}"><script type="text/wxtag-template">
<style>b { font-size: 16px; } @media (prefers-color-scheme: dark) { b { color: rgb(1, 2, 3); } }</style>
<b>到货提醒</b></script></wx-open-subscribe>"""
WITH_TAGS = "; style-src 'self' 'unsafe-inline'; frame-src https://*.qq.com webcompt:"
STRICT = "default-src 'self'; script-src 'self'; frame-ancestors 'none'"


@dataclass
class SampleShop:
    """What the tests ask of the shop afterwards; `env` is filled once the simulator runs."""

    env: dict[str, str] = field(default_factory=dict)
    pushes: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    notifications: int = 0
    tags: list[str] = field(default_factory=lambda: ["wx-open-subscribe"])
    lets_frames_in: bool = True

    def ticket(self) -> str:
        return self.call("GET", "/cgi-bin/ticket/getticket", type="jsapi")["ticket"]

    def publish_menu(self, buttons: list[dict[str, Any]]) -> None:
        self.call("POST", "/cgi-bin/menu/create", {"button": buttons})

    def scene_code(self, scene: str) -> str:
        """Return what the picture of a new scene code says."""
        wanted = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        return self.call("POST", "/cgi-bin/qrcode/create", wanted)["url"]

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, **query: str
    ) -> dict[str, Any]:
        given = {
            "grant_type": "client_credential",
            "appid": self.env["WECHAT_APPID"],
            "secret": self.env["WECHAT_APPSECRET"],
        }
        base = self.env["WECHAT_API_BASE"]
        token = requests.post(f"{base}/cgi-bin/stable_token", json=given, timeout=5).json()["access_token"]
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        parameters = {"access_token": token, **query}
        answer = requests.request(method, base + path, params=parameters, data=data, timeout=5).json()
        assert answer.get("errcode", 0) == 0, answer
        return answer

    def config(self, url: str) -> dict[str, Any]:
        stamp, nonce = int(time.time()), secrets.token_hex(8)
        text = f"jsapi_ticket={self.ticket()}&noncestr={nonce}&timestamp={stamp}&url={url}"
        names = ["openAddress", "scanQRCode", "chooseWXPay", "hideMenuItems", "updateAppMessageShareData"]
        return {
            "appId": self.env["WECHAT_APPID"],
            "timestamp": stamp,
            "nonceStr": nonce,
            "signature": hashlib.sha1(text.encode()).hexdigest(),
            "jsApiList": names,
            "openTagList": self.tags,
        }

    def order(self, openid: str) -> dict[str, str]:
        """Order 88.00 yuan of tea at WeChat Pay and return what the page hands to the bridge."""
        return self._bridge_parameters(
            self._prepay("jsapi", appid=self.env["WECHAT_APPID"], payer={"openid": openid})
        )

    def app_order(self) -> dict[str, str]:
        """The same in the merchant's own app: what it hands to WeChat's SDK."""
        appid, stamp, nonce = self.env["WXPAY_APP_APPID"], str(int(time.time())), secrets.token_hex(16)
        prepay_id = self._prepay("app", appid=appid)
        return {
            "appid": appid,
            "partnerid": self.env["WXPAY_MCHID"],
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": nonce,
            "timestamp": stamp,
            "sign": self._sign(f"{appid}\n{stamp}\n{nonce}\n{prepay_id}\n"),
        }

    def _prepay(self, way: str, **more: Any) -> str:
        body = json.dumps(
            {
                "mchid": self.env["WXPAY_MCHID"],
                "description": "安溪铁观音 250g",
                "out_trade_no": f"S{secrets.token_hex(12)}",
                "notify_url": f"{self.env['BASE_URL']}/pay/notify",
                "amount": {"total": 8800, "currency": "CNY"},
                **more,
            }
        )
        path, stamp, nonce = f"/v3/pay/transactions/{way}", str(int(time.time())), secrets.token_hex(16)
        signature = self._sign(f"POST\n{path}\n{stamp}\n{nonce}\n{body}\n")
        token = (
            f'mchid="{self.env["WXPAY_MCHID"]}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{stamp}",serial_no="{self.env["WXPAY_CERT_SERIAL"]}"'
        )
        headers = {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "sample-shop",
        }
        url = self.env["WXPAY_API_BASE"] + path
        answer = requests.post(url, data=body.encode(), headers=headers, timeout=5).json()
        return str(answer["prepay_id"])

    def _bridge_parameters(self, prepay_id: str) -> dict[str, str]:
        appid, stamp, nonce = self.env["WECHAT_APPID"], str(int(time.time())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": appid,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._sign(f"{appid}\n{stamp}\n{nonce}\n{package}\n"),
        }

    def _sign(self, text: str) -> str:
        key = load_pem_private_key(Path(self.env["WXPAY_PRIVATE_KEY_FILE"]).read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


def create_sample_shop(shop: SampleShop) -> Flask:
    app = Flask(__name__)

    @app.get("/shop/<name>")
    def page(name: str) -> Response:
        shop.agents.append(request.headers["User-Agent"])
        config = shop.config(request.url)
        pay = shop.order(request.args["openid"]) if "openid" in request.args else None
        facts = json.dumps({"config": config, "pay": pay}).replace("<", "\\u003c")
        html = PAGE.read_text("utf-8").replace("{facts}", facts).replace("{name}", name)
        templates = request.args.get("templates")
        html = html.replace("{tag}", TAG.replace("{templates}", escape(templates)) if templates else "")
        policy = STRICT + WITH_TAGS if templates and shop.lets_frames_in else STRICT
        headers = {"Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
        return Response(html, mimetype="text/html", headers=headers)

    @app.get("/static/<name>")
    def static_part(name: str) -> Response:
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(PAGE.with_name(Path(name).name).read_text("utf-8"), mimetype=kind)

    @app.route("/wechat", methods=["GET", "POST"])
    def callback() -> str:
        shop.pushes.append(request.get_data(as_text=True))
        return "success"

    @app.post("/pay/notify")
    def notified() -> Response:
        shop.notifications += 1
        return Response(status=204)

    return app
