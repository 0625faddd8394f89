"""Money that goes back: asked for by a person or by itself, sent to the gateway once, followed until it has arrived."""
