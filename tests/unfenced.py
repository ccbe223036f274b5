"""`digest` whose writes to the ledger do not ask whose claim it is by now.

Not what anybody should run: tests/test_pause.py has to find its duplicates.
"""

from digest import cli
from digest.store import deliveries

FENCE = " AND fence = :fence"

if __name__ == "__main__":
    for name in ("_DOT", "_SETTLE", "_LET_GO"):
        statement: str = getattr(deliveries, name)
        if FENCE not in statement:
            raise SystemExit(f"{name} has no fence that could be taken away")
        setattr(deliveries, name, statement.replace(FENCE, ""))
    cli.main()
