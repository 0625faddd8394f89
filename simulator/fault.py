"""What a switch of the simulator's misbehaviour is, and the groups they stand in."""

from dataclasses import dataclass

SWITCH = ("off", "on")


@dataclass(frozen=True, slots=True)
class Fault:
    """A switch. The first of its choices means: behave well."""

    name: str
    group: str
    title: str
    help: str
    choices: tuple[str, ...] = SWITCH

    @property
    def takes_number(self) -> bool:
        return all(choice.isdigit() for choice in self.choices[1:])


NOTIFY, PAY, BILL, REFUND, API = "支付通知", "支付接口", "账单", "退款", "公众号接口"
COMPLAINT, COUPON = "投诉", "代金券"
PUSH, LOGIN, ALIPAY = "消息推送", "网页与登录", "支付宝"
MASS = "群发与通知"
