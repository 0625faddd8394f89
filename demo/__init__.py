"""The demo: a believable shop, its worker and WeChat in a box, started together on one machine."""
