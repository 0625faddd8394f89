"""The account platform (api., open. and mp.weixin.qq.com): its APIs, pages and pushes."""
