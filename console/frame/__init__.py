"""What every subject of the console stands on: who is logged in, navigation, labels, days, drawings, files."""
