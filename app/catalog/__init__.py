"""Products, their SKUs and stock, their pictures, and the cards that present them in a chat."""
