"""The cashier inside the phone: checking what the page asks for, the password, paying, and paying late."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.crypto import payments
from simulator.pay.coupons import money_of
from simulator.payv2 import wire
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

PASSWORD = "123456"  # noqa: S105  (shown on the pay sheet)
APP_FIELDS = ("appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign")
FIELDS = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
OK, CANCEL, FAIL = (f"get_brand_wcpay_request:{word}" for word in ("ok", "cancel", "fail"))
FAILING_AMOUNT_FEN = 131


class Cashier:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- opening the sheet

    def check_request(self, openid: str, url: str, params: dict[str, Any]) -> dict[str, Any]:
        """What the client checks before it shows the pay sheet."""
        verdicts = Verdicts()
        order, problem = self._judge(openid, url, params, verdicts)
        if problem or order is None:
            return {
                "ok": False,
                "err_msg": FAIL,
                "err_desc": problem,
                "verdicts": verdicts.rows,
                "order": None,
            }
        return {
            "ok": True,
            "err_msg": OK,
            "err_desc": "",
            "verdicts": verdicts.rows,
            "order": self._shown(order),
        }

    def check_app_request(self, params: dict[str, Any]) -> dict[str, Any]:
        """What WeChat checks when the merchant's app hands it a PayReq."""
        verdicts = Verdicts()
        order, problem = self._judge_app(params, verdicts)
        return {
            "ok": order is not None,
            "err_code": 0 if order else -1,
            "err_desc": problem,
            "verdicts": verdicts.rows,
            "order": order,
        }

    def _judge_app(self, params: dict[str, Any], verdicts: Verdicts) -> tuple[dict[str, Any] | None, str]:
        settings = self._engine.settings
        wrong = [name for name in APP_FIELDS if not (isinstance(params.get(name), str) and params[name])]
        if not verdicts.add("七个字段齐全，都是字符串", not wrong, "、".join(wrong)):
            return None, f"PayReq 缺少 {wrong[0]}"
        fixed = {
            "appid": settings.account.app_appid,
            "partnerid": settings.merchant.mchid,
            "package": "Sign=WXPay",
        }
        for name, value in fixed.items():
            if not verdicts.add(name, params[name] == value, params[name]):
                return None, f"PayReq 的 {name} 不正确"
        stamp = params["timestamp"]
        if not verdicts.add("timestamp 是秒", re.fullmatch(r"\d{10}", stamp) is not None, stamp):
            return None, "PayReq 的 timestamp 不正确"
        prepaid = self._engine.orders.find_by_prepay(params["prepayid"])
        api = prepaid.get("api") if prepaid else None
        values = (params["appid"], stamp, params["noncestr"], params["prepayid"])
        signed = self._is_signed(api, values, {name: params[name] for name in APP_FIELDS}, params["sign"])
        if not verdicts.add("sign", signed, "" if signed else "与 appid、timestamp、noncestr、prepayid 不符"):
            return None, "支付验证签名失败"
        order = self._engine.orders.find_by_prepay(params["prepayid"])
        if not verdicts.add("prepayid 是 APP 订单的", order is not None and order["trade_type"] == "APP", ""):
            return None, "PayReq 的 prepayid 不正确"
        return self.look_up(params["prepayid"])

    def _is_signed(
        self, api: dict[str, Any] | None, values: tuple[str, ...], fields: dict[str, str], signature: str
    ) -> bool:
        """By the merchant, as the interface that made the prepay_id wants it: the values, or the named fields."""
        merchant = self._engine.settings.merchant
        if api is None:
            return payments.is_signed(signature, payments.lines(*values), merchant.public_key)
        named = {name: value for name, value in fields.items() if name != "paySign"} | {"sign": signature}
        return wire.is_signed(named, merchant.apiv2_key, api["sign_type"])

    def _shown(self, order: dict[str, Any]) -> dict[str, Any]:
        return {
            "out_trade_no": order["out_trade_no"],
            "prepay_id": order["prepay_id"],
            "description": order["description"],
            "merchant": self._engine.settings.account.name,
            "amount_fen": order["amount_fen"],
        }

    def _judge(
        self, openid: str, url: str, params: dict[str, Any], verdicts: Verdicts
    ) -> tuple[dict[str, Any] | None, str]:
        """The order and an empty sentence, or what the client would say."""
        missing = [name for name in FIELDS if params.get(name) in (None, "")]
        if not verdicts.add("六个参数齐全", not missing, "、".join(missing)):
            return None, f"调用支付JSAPI缺少参数：{missing[0]}"
        crooked = [name for name in FIELDS if not isinstance(params[name], str)]
        if not verdicts.add("都是字符串", not crooked, "、".join(crooked)):
            return None, f"支付参数 {crooked[0]} 应当是字符串"
        if not verdicts.add("支付授权目录", self._is_registered(url), url):
            return None, f"当前页面的URL未注册：{url.split('?')[0]}"
        appid = params["appId"]
        if not verdicts.add("appId", appid in self._engine.settings.merchant.bound_appids, appid):
            return None, "appId 与商户号不匹配"
        prepaid = self._engine.orders.find_by_prepay(params["package"].removeprefix("prepay_id="))
        api = prepaid.get("api") if prepaid else None
        if not verdicts.add(
            "signType", params["signType"] == (api["sign_type"] if api else "RSA"), params["signType"]
        ):
            return None, "支付验证签名失败"
        stamp = params["timeStamp"]
        if not verdicts.add("timeStamp 是秒", re.fullmatch(r"\d{10}", stamp) is not None, stamp):
            return None, "支付参数 timeStamp 不正确"
        values = (appid, stamp, params["nonceStr"], params["package"])
        signed = self._is_signed(api, values, {name: params[name] for name in FIELDS}, params["paySign"])
        if not verdicts.add(
            "paySign", signed, "" if signed else "与 appId、timeStamp、nonceStr、package 不符"
        ):
            return None, "支付验证签名失败"
        return self._judge_order(openid, params["package"], verdicts)

    def _judge_order(
        self, openid: str, package: str, verdicts: Verdicts
    ) -> tuple[dict[str, Any] | None, str]:
        prepay_id = package.removeprefix("prepay_id=")
        order = self._engine.orders.find_by_prepay(prepay_id) if package != prepay_id else None
        if not verdicts.add("prepay_id", order is not None, package) or order is None:
            return None, "支付参数 package 不正确"
        if not verdicts.add("付款人是下单的 openid", order["openid"] == openid, order["openid"]):
            return None, "当前用户与下单用户不一致，无法支付"
        order["prepay_id"] = prepay_id
        problem = self.why_not_payable(order)
        verdicts.add("订单可以支付", not problem, problem)
        return (None, problem) if problem else (order, "")

    def why_not_payable(self, order: dict[str, Any]) -> str:
        if order["state"] == "SUCCESS":
            return "该订单已支付"
        if order["state"] == "CLOSED":
            return "该订单已关闭"
        if order.get("prepay_expired"):
            return "prepay_id 已过期，请重新下单"
        if order["expires_at"] <= self._engine.clock.now():
            return "订单已过支付有效期"
        return ""

    def _is_registered(self, url: str) -> bool:
        """Payment directories: host only lets every path through, a directory only its own pages."""
        directories = self._engine.settings.pay_directories
        if not directories:
            return self._engine.settings.is_allowed_host(url)
        page, parts = url.split("?")[0].split("#")[0], urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}/"
        return any(entry == origin or page.rpartition("/")[0] + "/" == entry for entry in directories)

    # -- a code, an outside browser

    def look_up(self, prepay_id: str) -> tuple[dict[str, Any] | None, str]:
        """The order behind a QR code or an H5 address as the client shows it, or why it cannot be paid."""
        order = self._engine.orders.find_by_prepay(prepay_id)
        if order is None:
            return None, "二维码无效"
        problem = self.why_not_payable(order)
        return (None, problem) if problem else (self._shown({**order, "prepay_id": prepay_id}), "")

    # -- the sheet's buttons

    def act(self, openid: str, prepay_id: str, *, action: str, password: str = "") -> dict[str, Any]:
        """pay, cancel or fail; a wrong password keeps the sheet open."""
        order = self._engine.orders.find_by_prepay(prepay_id)
        if order is None or (order["trade_type"] == "JSAPI" and order["openid"] != openid):
            return {"err_msg": FAIL, "err_desc": "支付参数 package 不正确"}
        if action == "cancel":
            return {"err_msg": CANCEL}
        if action == "fail":
            return {"err_msg": FAIL, "err_desc": "支付失败，请更换银行卡"}
        if password != PASSWORD:
            return {"err_msg": "", "retry": True, "error": "支付密码错误，请重试"}
        problem = self.why_not_payable(order)
        late = order["state"] == "CLOSED" and self._engine.faults.strikes("pay_late")
        if problem and not late:
            return {"err_msg": FAIL, "err_desc": problem}
        if order["amount_fen"] == FAILING_AMOUNT_FEN and self._engine.faults.peek("pay_by_amount") == "on":
            return {"err_msg": FAIL, "err_desc": "支付失败，请更换银行卡"}
        early = self._engine.faults.peek("notify_early") == "browser"
        if early:
            self._engine.faults.take("notify_early")
        paid = self.pay_now(order["out_trade_no"], openid, wait_for_notification=early)
        return {"err_msg": OK} if paid else {"err_msg": FAIL, "err_desc": "该订单已支付"}

    def pay_now(
        self, out_trade_no: str, openid: str = "", *, wait_for_notification: bool = False
    ) -> dict[str, Any] | None:
        """The money moves: order paid, card in the chat, notification on its way. None when paid already."""
        order = self._engine.orders.pay(out_trade_no, openid)
        if order is None:
            return None
        self._engine.chats.add(
            order["openid"],
            "out",
            "payment",
            via="pay",
            text=f"微信支付凭证：{order['description']}",
            amount_fen=money_of(order),
            description=order["description"],
            merchant=self._engine.settings.account.name,
            transaction_id=order["transaction_id"],
            out_trade_no=out_trade_no,
            paid_at=order["success_time"],
        )
        if wait_for_notification:
            sender = threading.Thread(target=self._engine.notifier.send_early, args=(order,), daemon=True)
            sender.start()
            sender.join()
        else:
            self._engine.notifier.schedule(order)
        return order
