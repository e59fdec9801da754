"""The one tree of errors.

::

    CoterieError                 what every refusal of ours is; has a stable ``code``
    ├── Invalid                  the input is wrong: ``path`` says where, ``hint`` what to do
    ├── NotFound                 the thing asked for does not exist
    ├── Conflict                 it exists already, or changed meanwhile
    ├── NotPermitted             who asks may not
    └── Unavailable              not now: ``retry_after`` seconds, when known
        └── ChannelError         a provider failed: ``permanent`` says whether to try again

An expected no (no consent, cap, quiet hours, holdout) is no error but a value kept on the message.
The web maps this tree to problem+json in ``web/errors.py``; nothing here knows HTTP.
"""


class CoterieError(Exception):
    """A refusal with a stable code: what happened, to what, and what to do now."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Invalid(CoterieError):
    """The input is wrong.

    ``path`` names the faulty place (``all[1].did.within``), ``hint`` the cure.
    """

    code = "invalid"

    def __init__(
        self, message: str, *, path: str = "", hint: str = "", code: str | None = None
    ) -> None:
        where = f"{path}: " if path else ""
        cure = f" ({hint})" if hint else ""
        super().__init__(f"{where}{message}{cure}", code=code)
        self.path = path
        self.hint = hint
        self.reason = message


class NotFound(CoterieError):
    """The thing asked for does not exist."""

    code = "not_found"


class Conflict(CoterieError):
    """It exists already, or it changed meanwhile."""

    code = "conflict"


class NotPermitted(CoterieError):
    """Who asks may not."""

    code = "not_permitted"


class Unavailable(CoterieError):
    """Not now. ``retry_after`` is in seconds, None when unknown."""

    code = "unavailable"

    def __init__(
        self, message: str, *, retry_after: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ChannelError(Unavailable):
    """A provider refused or failed; ``permanent`` failures are not tried again."""

    code = "channel_failed"

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.permanent = permanent
