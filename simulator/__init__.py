"""WeChat in a box: plays WeChat and WeChat Pay over HTTP; knows nothing of the shop it serves."""
