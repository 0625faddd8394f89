"""The account's menus: written as drafts, published as versions, read back from WeChat and compared.

There is one default menu and any number of personalised ones; WeChat shows a follower the newest of these whose
rule fits him, else the default.

Source: https://developers.weixin.qq.com/doc/service/guide/product/menu/Custom_Menu_creation.html
"""
