"""The account platform (api.weixin.qq.com, open.weixin.qq.com, mp.weixin.qq.com): its APIs, pages and pushes."""
