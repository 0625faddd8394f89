"""The phone's web view: what the follower's browser asks for passes through here on its way to the shop."""

from simulator.webview.gateway import create_gateway

__all__ = ["create_gateway"]
