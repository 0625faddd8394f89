"""Spreadsheets, XLSX and CSV: read with limits and errors that name the cell, written so that nothing is calculated."""
