"""Measurements. Run them by hand: `python -m bench.callback`."""
