"""The shop's own words and looks: name, notice, colour, logo; the pages on help, agreement and privacy."""
