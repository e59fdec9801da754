"""The refusals that only this room knows."""

from coterie.core.errors import Invalid, Unavailable


class TooLarge(Invalid):
    """A request's body is over the limit of the wire format."""

    code = "too_large"


class Full(Unavailable):
    """There is no room for more just now; ``retry_after`` says when to come back."""

    code = "no_room"
