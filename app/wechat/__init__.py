"""The WeChat account platform: callback, client, tokens, web authorisation, JS-SDK."""
