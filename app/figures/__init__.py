"""Figures: what each Beijing day brought, kept as rows of the day and counted afresh where something changed."""
