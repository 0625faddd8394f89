"""WeChat Pay's older interface: XML, MD5 or HMAC-SHA256, and codes of goods that never expire."""
