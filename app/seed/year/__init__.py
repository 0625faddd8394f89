"""A year of trade that never was: followers, talks, visits and orders, the same for the same seed and day.

`running.fill_year` writes it in batches; the other modules make the rows of one batch.
"""
