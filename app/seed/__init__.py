"""Filling an empty shop: from a folder (`folder`), and with a year of trade that never was (`year`)."""
