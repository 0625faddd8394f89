"""What the merchant's mobile app does, as a program: log in, choose, order, pay, ask. Needs Python alone.

    make demo                                        # in one terminal
    python examples/app_client.py                    # in another
    python examples/app_client.py --browser          # the same, paid by hand on the phone in a browser

WeChat's part, which on a phone its SDK plays, is played by WeChat in a box: it hands out the login code and
takes the PayReq. In an app these two are `sendAuth` and `sendReq(PayReq)`; everything else is as here.
"""

import argparse
import json
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

ADDRESS = {
    "receiver": "王小茶",
    "phone": "13800001234",
    "province": "福建省",
    "city": "厦门市",
    "district": "思明区",
    "detail": "湖滨南路 88 号",
}


class Refused(Exception):
    """The shop said no; `answer` holds code, message and reference."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(
            f"{status} {answer.get('code')}: {answer.get('message')} ({answer.get('reference')})"
        )
        self.status, self.answer = status, answer


class Shop:
    """The shop's interface for its app; refreshes its access token when that is over."""

    def __init__(self, base: str) -> None:
        self._base = f"{base.rstrip('/')}/api/v1"
        self._access = self._refresh = ""

    def log_in(self, code: str) -> None:
        """`code`: what WeChat's SDK answered to sendAuth. It works once."""
        tokens = call("POST", f"{self._base}/login", {"code": code})
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """One call as the customer. Raises: Refused."""
        try:
            return self._call(method, path, body, headers)
        except Refused as error:
            if error.status != 401:
                raise
        tokens = call("POST", f"{self._base}/refresh", {"refresh_token": self._refresh})
        self._access = tokens["access_token"]
        return self._call(method, path, body, headers)

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(method, self._base + path, body, given | {"Authorization": f"Bearer {self._access}"})


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """One request in JSON. Raises: Refused."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {}, method=method)  # noqa: S310 - addresses are ours
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return dict(json.loads(answer.read() or b"{}"))
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.loads(error.read() or b"{}")) from None


def shop_once(base: str, wechat: str, *, by_hand: bool = False) -> str:
    """Buy one piece of the first thing there is; returns the order's number."""
    person = call("GET", f"{wechat}/sim/api/followers")["followers"][0]
    shop = Shop(base)
    shop.log_in(call("POST", f"{wechat}/sim/api/followers/{person['openid']}/app_login", {})["code"])

    product = next(one for one in shop.ask("GET", "/products")["products"] if not one["is_sold_out"])
    skus = shop.ask("GET", f"/products/{product['slug']}")["skus"]
    items = [{"sku_id": next(sku["sku_id"] for sku in skus if sku["stock"]), "quantity": 1}]
    print(f"{product['title']}: from {product['lowest_fen'] / 100:.2f} yuan")

    wanted = {"items": items, "address": ADDRESS} | best_coupon(shop, items)
    total_fen = shop.ask("POST", "/quote", wanted)["total_fen"]
    terms = shop.ask("GET", "/terms")  # an app shows them, or links to them, beside the button
    wanted |= {"total_fen": total_fen, "terms": terms["terms"]}
    key = secrets.token_urlsafe(24)  # of this press of the button: sent again, it is the same order
    order = shop.ask("POST", "/orders", wanted, Idempotency_Key=key)
    again = shop.ask("POST", "/orders", wanted, Idempotency_Key=key)
    print(f"order {order['order_no']}: {order['total_fen'] / 100:.2f} yuan, asked twice: {again == order}")

    pay_req = shop.ask("POST", f"/orders/{order['order_no']}/pay")
    if by_hand:
        given = urllib.parse.urlencode({"openid": person["openid"], **pay_req})
        print(f"pay here, the password is 123456: {wechat}/?{given}", flush=True)
    else:
        pay(wechat, person["openid"], pay_req)

    payment = wait_for_payment(shop, order["order_no"], seconds=600 if by_hand else 30)
    print(f"payment: {payment['state']}, order: {shop.ask('GET', '/orders/' + order['order_no'])['state']}")
    shop.ask("POST", "/logout")
    return str(order["order_no"])


def best_coupon(shop: Shop, items: list[dict[str, int]]) -> dict[str, int]:
    """The coupon that takes most off, if the customer holds one that does."""
    choices = shop.ask("POST", "/quote", {"items": items, "address": ADDRESS})["coupons"]
    return {"coupon_id": choices[0]["coupon_id"]} if choices and choices[0]["off_fen"] else {}


def pay(wechat: str, openid: str, pay_req: dict[str, str]) -> None:
    """Hand the PayReq to WeChat and type the password."""
    checked = call("POST", f"{wechat}/sim/api/bridge/app", {"openid": openid, "params": pay_req})
    if not checked["ok"]:
        raise SystemExit(f"WeChat does not take the PayReq: {checked['err_desc']}")
    sheet = {"openid": openid, "prepay_id": pay_req["prepayid"], "password": "123456"}
    call("POST", f"{wechat}/sim/api/bridge/pay", sheet)


def wait_for_payment(shop: Shop, order_no: str, *, seconds: int) -> dict[str, Any]:
    """The SDK's word is no proof: the shop asks WeChat, which may need a moment."""
    for _ in range(seconds):
        payment = shop.ask("GET", f"/orders/{order_no}/payment")
        if payment["state"] not in ("unpaid", "unknown"):
            break
        time.sleep(1)
    return payment


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shop", default="http://127.0.0.1:8000")
    options.add_argument("--wechat", default="http://127.0.0.1:8001")
    options.add_argument("--browser", action="store_true", help="pay by hand")
    given = options.parse_args()
    try:
        shop_once(given.shop, given.wechat, by_hand=given.browser)
    except Refused as error:
        sys.exit(str(error))
