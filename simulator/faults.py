"""All the ways the simulator can misbehave on demand: one table, each switch for once or for always."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.events import Events
from simulator.store import Store

SWITCH = ("off", "on")


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    group: str
    title: str
    help: str
    choices: tuple[str, ...] = SWITCH  # the first one means: behave well

    @property
    def takes_number(self) -> bool:
        return all(choice.isdigit() for choice in self.choices[1:])


NOTIFY, PAY, BILL, REFUND, API = "支付通知", "支付接口", "账单", "退款", "公众号接口"
COMPLAINT, COUPON = "投诉", "代金券"
PUSH, LOGIN, ALIPAY = "消息推送", "网页与登录", "支付宝"
MASS = "群发与通知"

TABLE = (
    Fault("notify_late", NOTIFY, "通知迟到", "支付通知晚这么多秒才发出", ("off", "5", "30", "120", "600")),
    Fault("notify_lost", NOTIFY, "通知丢失", "这笔支付的通知永远不发，只能靠商户查单"),
    Fault("notify_twice", NOTIFY, "通知重复", "收到成功应答后又发一次同样的通知"),
    Fault("notify_twin", NOTIFY, "同时两次", "两份同样的通知在同一瞬间到达"),
    Fault(
        "notify_early",
        NOTIFY,
        "通知抢先",
        "order：下单应答之前就已支付并通知；browser：付款页返回之前通知已送达",
        ("off", "order", "browser"),
    ),
    Fault("notify_forged", NOTIFY, "签名伪造", "用别人的私钥签名，序列号照旧"),
    Fault("notify_probe", NOTIFY, "签名探测", "签名以 WECHATPAY/SIGNTEST/ 开头，商户应当拒绝"),
    Fault("notify_old", NOTIFY, "旧时间戳", "签名正确，但时间戳是两小时前的（重放）"),
    Fault("notify_wrong_amount", NOTIFY, "金额不符", "通知里的金额比订单多一分"),
    Fault("notify_wrong_mchid", NOTIFY, "商户号不符", "通知里是别的商户号"),
    Fault("notify_wrong_appid", NOTIFY, "appid 不符", "通知里是别的公众号"),
    Fault("notify_wrong_openid", NOTIFY, "付款人不符", "通知里是别的 openid"),
    Fault("notify_unknown_serial", NOTIFY, "序列号未知", "Wechatpay-Serial 不是商户配置过的"),
    Fault("notify_wrong_key", NOTIFY, "密钥不符", "用错误的 APIv3 密钥加密，签名正确"),
    Fault("notify_no_type", NOTIFY, "缺签名类型", "没有 Wechatpay-Signature-Type 头"),
    Fault(
        "pay_500", PAY, "500 错误", "before：未执行就出错；after：已执行才出错", ("off", "before", "after")
    ),
    Fault("pay_timeout", PAY, "超时", "一直不应答，直到商户放弃等待", ("off", "before", "after")),
    Fault("pay_reset", PAY, "连接中断", "不应答，直接断开 TCP 连接", ("off", "before", "after")),
    Fault("pay_429", PAY, "频率超限", "429 FREQUENCY_LIMITED"),
    Fault("pay_no_certificate", PAY, "没有商户证书", "APIv2 的退款答 CERT_ERROR，好像没有带证书"),
    Fault("scan_twice", PAY, "扫码回调两次", "扫商品静态码时，同一瞬间问商户两次"),
    Fault("pay_unsigned", PAY, "应答无签名", "200 应答不带任何签名头，商户应当视为伪造"),
    Fault("pay_probe", PAY, "应答签名探测", "应答签名以 WECHATPAY/SIGNTEST/ 开头"),
    Fault(
        "pay_paid_code",
        PAY,
        "已支付的错误码",
        "对已支付订单再下单或关单时的错误码（官方文档未写明）",
        ("ORDERPAID", "INVALID_REQUEST"),
    ),
    Fault("pay_close_unknown", PAY, "关闭未知单号", "关闭从未下过的单号时的应答", ("204", "404")),
    Fault(
        "pay_certificates",
        PAY,
        "平台证书",
        "404：只有微信支付公钥的商户；list：平台证书模式；switching：切换期，通知改用证书签名",
        ("404", "list", "switching"),
    ),
    Fault("pay_late", PAY, "关单后付款", "买家已在输密码页：订单关闭之后仍能付款成功"),
    Fault(
        "pay_by_amount",
        PAY,
        "按金额演练",
        "1.30 元不通知，1.31 元支付失败，1.32 元通知两次，1.33 元签名伪造，1.34 元密钥不符",
    ),
    Fault("pay_coupon", COUPON, "用了代金券", "这笔支付由免充值代金券抵这么多分", ("off", "100", "500")),
    Fault("bill_late", BILL, "账单迟到", "答 STATEMENT_CREATING，过一会儿再来"),
    Fault("bill_none", BILL, "没有账单", "答 NO_STATEMENT_EXIST，好像那天没有交易"),
    Fault("bill_wrong_hash", BILL, "摘要不符", "文件与应答里的 SHA-1 对不上"),
    Fault("bill_cut", BILL, "文件截断", "只传来一半"),
    Fault("bill_other_host", BILL, "别处的地址", "下载地址指向别的域名，商户不应访问"),
    Fault("bill_columns", BILL, "换列", "列的顺序倒过来，还多一列"),
    Fault("bill_wrong_totals", BILL, "汇总不符", "汇总行的笔数与明细对不上"),
    Fault("bill_missing_there", BILL, "账单少一笔", "那天最后一笔付款不在账单里"),
    Fault("bill_missing_here", BILL, "商户少一笔", "一笔未付款的单子付了钱，没有通知"),
    Fault("bill_paid_after_close", BILL, "关单后付款", "一笔已关闭的单子付了钱，没有通知"),
    Fault("bill_duplicate_attempt", BILL, "付了两次", "付过款的买家又付了他的另一笔单子，没有通知"),
    Fault("bill_wrong_amount", BILL, "金额不符", "第一笔付款多一分"),
    Fault("bill_wrong_status", BILL, "状态不符", "第一笔付款写成 REVOKED"),
    Fault("bill_wrong_fee", BILL, "手续费不符", "第一笔付款多收一元手续费"),
    Fault("bill_twice", BILL, "重复一行", "第一笔付款写了两行"),
    Fault("bill_unknown_order", BILL, "陌生单号", "多一笔商户从未下过的单"),
    Fault("bill_refund_missing", BILL, "账单少退款", "那天最后一笔退款不在账单里"),
    Fault("bill_refund_extra", BILL, "账单多退款", "有人在商户平台手工退了一元，没有通知"),
    Fault("bill_midnight", BILL, "跨零点", "23:30 以后的一笔付款记进了第二天的账单"),
    Fault("funds_missing", BILL, "没有进账", "那天最后一笔付款不在资金账单里"),
    Fault("funds_wrong_amount", BILL, "进账金额不符", "资金账单里第一笔付款多一分"),
    Fault("funds_wrong_fee", BILL, "扣的手续费不符", "资金账单里第一笔付款多扣一元手续费"),
    Fault("funds_extra", BILL, "账户多一笔", "资金账单里多一笔交易账单没有的进账"),
    Fault("funds_withdrawal", BILL, "提现", "那天结束时余额全部提现"),
    Fault(
        "refund_outcome",
        REFUND,
        "退款的结局",
        "processing：一直处理中；closed：退款关闭；abnormal：退款异常，买家的卡收不了",
        ("off", "processing", "closed", "abnormal"),
    ),
    Fault("refund_late", REFUND, "到账慢", "受理之后过这么多秒才有结果", ("off", "30", "600", "86400")),
    Fault("refund_not_enough", REFUND, "余额不足", "申请退款答 403 NOT_ENOUGH"),
    Fault("refund_account", REFUND, "用户账户注销", "申请退款答 403 USER_ACCOUNT_ABNORMAL"),
    Fault("refund_no_auth", REFUND, "没有退款权限", "申请退款答 403 NO_AUTH"),
    Fault(
        "refund_notify",
        REFUND,
        "退款通知",
        "丢失、重复、同时两次，或第一次是坏的；坏的之后会按时重发好的",
        (
            "off",
            "lost",
            "twice",
            "twin",
            "forged",
            "probe",
            "old",
            "wrong_amount",
            "wrong_mchid",
            "wrong_key",
        ),
    ),
    Fault(
        "alipay_500",
        ALIPAY,
        "500 错误",
        "before：未执行就出错；after：已执行才出错",
        ("off", "before", "after"),
    ),
    Fault("alipay_timeout", ALIPAY, "超时", "一直不应答，直到商户放弃等待", ("off", "before", "after")),
    Fault("alipay_reset", ALIPAY, "连接中断", "不应答，直接断开 TCP 连接", ("off", "before", "after")),
    Fault("alipay_busy", ALIPAY, "系统错误", "答 40004 ACQ.SYSTEM_ERROR，应当用同样的参数重试"),
    Fault("alipay_unsigned", ALIPAY, "应答验签不过", "应答的签名是别的内容的，商户应当视为伪造"),
    Fault(
        "alipay_notify",
        ALIPAY,
        "通知",
        "丢失、重复，或第一次是坏的；坏的之后会按时重发好的",
        ("off", "lost", "twice", "forged", "wrong_amount", "wrong_app", "wrong_seller"),
    ),
    Fault(
        "alipay_bill",
        ALIPAY,
        "账单",
        "没有、截断、别处的地址、换列、汇总不符，或账单和商户对不上的各种差异",
        (
            *("off", "none", "cut", "other_host", "columns", "wrong_totals"),
            *("missing_there", "missing_here", "paid_after_close", "wrong_amount", "wrong_status"),
            *("wrong_fee", "twice", "unknown_order", "refund_missing", "refund_extra", "midnight"),
        ),
    ),
    Fault("alipay_late", ALIPAY, "关单后付款", "买家已在输密码页：交易关闭之后仍能付款成功"),
    Fault(
        "complaint_notify",
        COMPLAINT,
        "投诉通知",
        "丢失、重复、同时两次，或第一次是坏的；坏的之后会按时重发好的",
        ("off", "lost", "twice", "twin", "forged", "probe", "old", "unknown_serial", "wrong_key"),
    ),
    Fault(
        "complaint_missing",
        COMPLAINT,
        "没有这起投诉",
        "投诉单或通知地址不存在时的错误码（官方文档未写明）",
        ("RESOURCE_NOT_EXISTS", "NOT_FOUND"),
    ),
    Fault(
        "complaint_continued",
        COMPLAINT,
        "继续投诉",
        "买家继续投诉之后的状态（官方文档未写明）",
        ("PROCESSING", "PENDING"),
    ),
    Fault("complaint_again", COMPLAINT, "再次完成", "对已完成的投诉再点完成时的应答", ("400", "204")),
    Fault("complaint_media", COMPLAINT, "图片的写法", "协商历史里的图片是对象还是数组", ("object", "array")),
    Fault("complaint_no_picture", COMPLAINT, "图片不在", "下载投诉图片答 404"),
    Fault("complaint_no_auth", COMPLAINT, "没有权限", "投诉的列表、详情和回复答 403 NO_AUTH"),
    Fault("api_40001", API, "40001", "业务接口答 access_token 无效"),
    Fault("api_42001", API, "42001", "业务接口答 access_token 过期"),
    Fault("api_40164", API, "40164", "取 token 时来源 IP 不在白名单"),
    Fault("api_45009", API, "45009", "业务接口答当日调用次数用尽"),
    Fault("api_48001", API, "48001", "业务接口答没有权限"),
    Fault(
        "api_error",
        API,
        "任意错误码",
        "业务接口答这个错误码，如 65400、48004；可只对某个路径",
        ("off", "65400", "65306"),
    ),
    Fault("api_busy", API, "系统繁忙 -1", "业务接口答 -1，稍后再试"),
    Fault(
        "api_500", API, "500 错误", "before：未执行就出错；after：已执行才出错", ("off", "before", "after")
    ),
    Fault("api_timeout", API, "超时", "一直不应答，直到对方放弃等待", ("off", "before", "after")),
    Fault("api_reset", API, "连接中断", "不应答，直接断开 TCP 连接", ("off", "before", "after")),
    Fault("mass_confirm", MASS, "管理员确认", "群发接受之后等管理员在手机上确认，半小时内不答就算失败"),
    Fault("mass_quota", MASS, "没有群发次数", "群发答 45028"),
    Fault(
        "mass_result",
        MASS,
        "群发的结局",
        "接受之后没有发出，完成事件带着这个状态；err(30003) 只在 send_ignore_reprint 为 0 时",
        ("off", "send fail", "err(10001)", "err(20013)", "err(21000)", "err(30003)"),
    ),
    Fault(
        "mass_errors",
        MASS,
        "部分发送失败",
        "每一百位里这么多位收不到，记在 ErrorCount",
        ("off", "1", "10", "50"),
    ),
    Fault(
        "mass_answer",
        MASS,
        "群发的应答",
        "群发已接受，但 timeout：不应答；45065、45066：答 clientmsgid 重复",
        ("off", "timeout", "45065", "45066"),
    ),
    Fault(
        "mass_delay", MASS, "群发应答慢", "群发接受之后过这么多毫秒才应答", ("off", "1000", "5000", "15000")
    ),
    Fault(
        "custom_answer",
        MASS,
        "客服消息的应答",
        "timeout：已送达但不应答；错误码：没有送达",
        ("off", "timeout", "45047", "40003", "45015", "48002", "45009"),
    ),
    Fault("custom_delay", MASS, "客服消息应答慢", "送达之后过这么多毫秒才应答", ("off", "50", "500", "5000")),
    Fault(
        "publish_result",
        MASS,
        "发布失败",
        "发布任务以这个 publish_status 结束：2 原创校验失败，3 常规失败，4 平台审核不通过",
        ("off", "2", "3", "4"),
    ),
    Fault(
        "template_answer",
        MASS,
        "模板与订阅的应答",
        "模板消息、订阅通知、一次性订阅答这个错误码，没有送达",
        ("off", "43101", "43116", "40249", "45009"),
    ),
    Fault(
        "template_result",
        MASS,
        "模板消息的结局",
        "接受之后没有送达，结果事件带着这个状态",
        ("off", "failed:user block", "failed: system failed"),
    ),
    Fault("mass_silent", MASS, "没有完成事件", "MASSSENDJOBFINISH 不来，只能查询群发状态"),
    Fault("push_twice", PUSH, "推送重复", "收到应答后又推一次同样的消息（同 MsgId / CreateTime）"),
    Fault("push_twin", PUSH, "同时两次", "两份同样的推送在同一瞬间到达"),
    Fault("push_forged", PUSH, "签名伪造", "推送的签名是错的，应当被拒绝"),
    Fault("push_wrong_appid", PUSH, "appid 不符", "密文末尾是别的公众号的 appid"),
    Fault("push_blocked", PUSH, "拒收消息", "用户关闭了接收消息，客服消息答 48002"),
    Fault("oauth_snapshot", LOGIN, "快照页访客", "授权得到 is_snapshotuser:1 与虚拟 openid"),
    Fault("oauth_double", LOGIN, "回调两次", "浏览器把授权回调地址请求两次，同一个 code 用两次"),
    Fault(
        "open_tag",
        LOGIN,
        "开放标签",
        "old：旧版微信，标签不显示也不报错；unusable：触发 WeixinOpenTagsError；fail：点了标签得到 error",
        ("off", "old", "unusable", "fail"),
    ),
    Fault(
        "oauth_code", LOGIN, "code 失效", "授权得到的 code 一换就报错", ("off", "used", "expired", "invalid")
    ),
)
BY_NAME = {fault.name: fault for fault in TABLE}


class Faults:
    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events
        self._turns: dict[str, int] = {}

    def peek(self, name: str, path: str = "") -> str:
        """The present value, without using it up."""
        document = self._find(name, path)
        return document["value"] if document else BY_NAME[name].choices[0]

    def take(self, name: str, path: str = "") -> str:
        """The present value; a switch set for once goes back. `path` is that of the call it would strike."""
        with self._store.lock:
            document = self._find(name, path)
            if document is None or not self._due(document):
                return BY_NAME[name].choices[0]
            if document["once"]:
                self._store.remove("faults", name)
                self._events.publish("state", what="faults")
            return str(document["value"])

    def strikes(self, name: str, path: str = "") -> bool:
        return self.take(name, path) != BY_NAME[name].choices[0]

    def set(self, name: str, value: str, *, once: bool = False, only: str = "", every: int = 1) -> None:
        """`every` strikes each n-th time. Raises: KeyError for an unknown switch, ValueError for an unknown value."""
        fault = BY_NAME[name]
        if value in {"once", "always"} and value not in fault.choices:
            value, once = fault.choices[1], value == "once"
        if value not in fault.choices and not (fault.takes_number and value.isdigit()):
            raise ValueError(f"{name} knows {', '.join(fault.choices)}")
        if value == fault.choices[0]:
            self._store.remove("faults", name)
        else:
            document = {"name": name, "value": value, "once": once, "only": only, "every": every}
            self._store.put("faults", name, document)
        self._turns.pop(name, None)
        self._events.publish("state", what="faults")

    def _find(self, name: str, path: str) -> dict[str, Any] | None:
        """What is set, unless it waits for calls of another path."""
        document = self._store.find("faults", name)
        return None if document and path and document["only"] not in path else document

    def _due(self, document: dict[str, Any]) -> bool:
        """Of a switch that strikes each n-th time, whether this is one."""
        turn = self._turns[document["name"]] = self._turns.get(document["name"], 0) + 1
        return turn % document.get("every", 1) == 0

    def calm_value(self, name: str) -> str:
        """The value that means: behave well."""
        return BY_NAME[name].choices[0]

    def reset(self) -> None:
        for fault in TABLE:
            self._store.remove("faults", fault.name)
        self._events.publish("state", what="faults")

    def listing(self) -> list[dict[str, Any]]:
        rows = []
        for fault in TABLE:
            document = self._store.find("faults", fault.name)
            rows.append(
                {
                    "name": fault.name,
                    "group": fault.group,
                    "title": fault.title,
                    "help": fault.help,
                    "choices": list(fault.choices),
                    "value": document["value"] if document else fault.choices[0],
                    "once": bool(document and document["once"]),
                    "only": document["only"] if document else "",
                    "every": document.get("every", 1) if document else 1,
                    "active": document is not None,
                    "takes_number": fault.takes_number,
                }
            )
        return rows
