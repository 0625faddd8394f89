"""Tables whose rows are only ever added: the database itself refuses to change them or to take them away.

Whoever owns the database may drop the triggers; that he did it shows when the chain of the audit log is verified.
Migrations repeat these statements in words of their own, and a guard test holds the two together.
"""

from sqlalchemy import DDL, Table, event

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change_of_kept_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are only ever added';
END $$
"""
_ON_POSTGRESQL = (
    "CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_kept_rows()"
)
_ON_SQLITE = (
    "CREATE TRIGGER {table}_kept_{verb} BEFORE {verb} ON {table}"
    " BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
)
# INSERT OR REPLACE takes a row away without asking the triggers of DELETE.
_REPLACING = (
    "CREATE TRIGGER {table}_kept_replace BEFORE INSERT ON {table}"
    " WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash})"
    " BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
)


def keep_rows(table: Table, *unique: str) -> None:
    """Add the triggers wherever this table is made; `unique` names the columns of which no value comes twice."""
    clash = " OR ".join(f"{column} = NEW.{column}" for column in unique)
    on_sqlite = [_ON_SQLITE.format(table=table.name, verb=verb) for verb in ("UPDATE", "DELETE")]
    on_sqlite.append(_REPLACING.format(table=table.name, clash=clash))
    on_postgresql = [_FUNCTION, _ON_POSTGRESQL.format(table=table.name)]
    for dialect, statements in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        for statement in statements:
            made: DDL = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
