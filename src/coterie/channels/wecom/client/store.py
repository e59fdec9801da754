"""The table of what WeCom lent an app: its access token and its tickets, sealed."""

from sqlalchemy import Column, LargeBinary, String, Table, select

from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

pass_rows = Table(
    "wecom_passes",
    metadata,
    Column("app", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("taken", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
"""``kind`` is ``token``, ``ticket`` or ``agent-ticket``; ``until`` is in the house's time."""
_C = pass_rows.c


def read(work: Work, app: str, kind: str) -> tuple[bytes, int, int] | None:
    """Return what is kept, sealed, with when it was taken and until when it is good."""
    query = select(_C.sealed, _C.taken, _C.until).where(_C.app == app, _C.kind == kind)
    row = work.connection.execute(query).first()
    return None if row is None else (row.sealed, row.taken, row.until)


def keep(work: Work, app: str, kind: str, sealed: bytes, until: int) -> None:
    """Keep a new one in place of the old."""
    row = {"app": app, "kind": kind, "sealed": sealed, "taken": work.now, "until": until}
    work.upsert(pass_rows, [row], key=["app", "kind"], change=["sealed", "taken", "until"])
