"""Alipay (支付宝): the interface, the pages a browser pays on, and the notifications of the payments made there."""
