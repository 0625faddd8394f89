"""The bills of every gateway beside our books: fetched, kept, compared both ways, until a day closes. See ADR 15."""
