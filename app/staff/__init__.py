"""People who may open the console."""
