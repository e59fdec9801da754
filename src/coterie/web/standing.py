"""What every page of the desk shows besides its own matter: are all sends stopped?

Asked once where a request is let in, so that no page has to ask again.
"""

from dataclasses import dataclass

from fastapi import Request


@dataclass(frozen=True)
class Standing:
    """How the house stands: ``stopped``, all sends; ``to_approve``, sends that wait for a yes."""

    stopped: bool = False
    to_approve: int = 0


def keep_standing(request: Request, standing: Standing) -> None:
    """Keep how the house stands with a request."""
    request.state.standing = standing


def standing_of(request: Request) -> Standing:
    """Return what was kept with a request, which the desk has let in."""
    found = getattr(request.state, "standing", None)
    return found if isinstance(found, Standing) else Standing()
