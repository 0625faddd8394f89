"""Switches of the account: its interfaces, messages to many, pushes, logging in."""

from simulator.fault import API, LOGIN, MASS, PUSH, Fault

ACCOUNT_FAULTS = (
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
    Fault(
        "custom_delay",
        MASS,
        "客服消息、通知应答慢",
        "送达之后过这么多毫秒才应答",
        ("off", "50", "500", "5000"),
    ),
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
        "timeout：模板消息、订阅通知已送达但不应答；错误码（一次性订阅也算）：没有送达",
        ("off", "timeout", "43101", "43116", "40249", "45009"),
    ),
    Fault(
        "template_result",
        MASS,
        "模板消息的结局",
        "接受之后没有送达，结果事件带着这个状态；silent：送达了，结果事件不来",
        ("off", "failed:user block", "failed: system failed", "silent"),
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
