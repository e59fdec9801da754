"""Templates that go: is anything of one still to be written, and its row."""

from sqlalchemy import exists, select

from coterie.messaging.store import MESSAGES, M
from coterie.messaging.versions.store import template_rows
from coterie.storage.work import Work


def is_waited_for(work: Work, name: str) -> bool:
    """Say whether a message of a template is still to go out."""
    waiting = select(M.id).select_from(MESSAGES)
    waiting = waiting.where(M.template == name, M.status.in_(("queued", "leased")))
    return bool(work.connection.execute(select(exists(waiting))).scalar())


def delete(work: Work, name: str) -> None:
    """Delete a template's row."""
    work.connection.execute(template_rows.delete().where(template_rows.c.name == name))
