"""Where a visit came from: which menu button, keyword rule or card. Carried from the link to the order."""
