"""The one refusal that only this room knows."""

from coterie.core.errors import Invalid


class TooLarge(Invalid):
    """A request's body is over the limit of the wire format."""

    code = "too_large"
