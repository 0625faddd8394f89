"""How much work the callback can take, beside a bare wechatpy echo that does none of ours."""
