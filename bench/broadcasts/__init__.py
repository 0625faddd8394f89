"""How fast product cards reach many, what it costs in memory, and whether killed workers lose or repeat any."""
