"""Pure price rules: numbers in, numbers out, no database."""
