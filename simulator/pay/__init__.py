"""WeChat Pay APIv3 (api.mch.weixin.qq.com): signed calls, orders, the cashier, encrypted notifications."""
