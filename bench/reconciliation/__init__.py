"""A bill of a million rows beside a million payments: rows a second, and how much memory."""
