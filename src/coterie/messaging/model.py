"""The words of messaging: what is asked for, what is kept, what a channel gets and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple, get_args

from coterie.core.errors import ChannelError, Invalid
from coterie.core.event import Event

Touch = Literal["emotional", "informational", "service", "commercial"]
DeliveryKind = Literal["at_least_once", "at_most_once"]
Status = Literal["queued", "leased", "asked", "sent", "held", "failed", "shadow"]

TOUCHES: tuple[str, ...] = get_args(Touch)
PRIORITY: Mapping[str, int] = {"service": 0, "emotional": 1, "informational": 2, "commercial": 3}
"""Who gets the last slot: the lower number."""

Rank = tuple[int, float]
"""Who gets the last slot: the smaller one."""


def rank_of(touch: str, value: float) -> Rank:
    """Rank a touch by its kind, then by its value."""
    return PRIORITY[touch], -value


MARKETING = "marketing"


class Reason(StrEnum):
    """Why a message was held, or why it failed. The codes are stable."""

    STOPPED = "stopped"
    NO_CHANNEL = "no_channel"
    NO_TEMPLATE = "no_template"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    NO_CONSENT = "no_consent"
    NON_PERSONALISED = "non_personalised"
    AGE_UNKNOWN = "age_unknown"
    UNDER_AGE = "under_age"
    HOLDOUT = "holdout"
    IRRELEVANT = "irrelevant"
    EXPIRED = "expired"
    CAP_DAY = "cap_day"
    CAP_WEEK = "cap_week"
    CAP_CHANNEL = "cap_channel"
    CAP_TOUCH = "cap_touch"
    MIX = "mix"
    DUPLICATE = "duplicate"
    TEMPLATE_FAILED = "template_failed"
    ERASED = "erased"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXHAUSTED = "exhausted"
    AMBIGUOUS = "ambiguous"
    QUOTA = "quota"
    NOT_CONTACT = "not_contact"
    UNCONFIRMED = "unconfirmed"


class Wording(NamedTuple):
    """What a template says in one language."""

    subject: str
    text: str


@dataclass(frozen=True)
class Template:
    """A named text for one channel, or for any when ``channel`` is None. Liquid, plain text.

    ``variants`` are its other wordings by language (``en``, ``zh-hant``); ``language`` is that of
    the main one, the brand's when empty. ``languages`` says who gets which. ``version`` counts
    from 1 how often it was written; 0: it is not kept.
    """

    name: str
    text: str
    subject: str = ""
    channel: str | None = None
    language: str = ""
    variants: Mapping[str, Wording] = field(default_factory=dict, hash=False)
    version: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Post:
    """Where a message goes that is for a program: a URL, and what its request carries beside.

    ``headers`` says for a header the *name* of a secret, never the secret. ``type`` is what the
    receiver tells such messages by; empty: ``message``.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = ""


@dataclass(frozen=True)
class Relevance:
    """How much somebody must care: her interest in ``topic`` is at least ``least``.

    Without a topic it is her greatest interest in a topic of the items that the request speaks
    of; where those have none, nothing is asked.
    """

    least: float
    topic: str | None = None


@dataclass(frozen=True)
class Request:
    """One thing that somebody wants said to one person.

    ``key`` makes it once only: the same key again is the same message; one that ``naming.name``
    gave is the message's name itself. ``origin`` says who asks
    (``journey:win-back``); a pause is per origin. A ``shadow`` is counted and never sent; service
    touches have none. ``value`` decides who gets the last slot among touches of one kind.
    ``variables`` are what the template sees beside the person's traits (``traits``, ``profile``),
    ``brand`` and ``now``; ``links.unsubscribe`` is offered by channels that know how.
    ``personalised`` says that she was chosen by what is known of her; ``items`` are the keys of
    what it speaks of, some of which may ask for an age. ``post`` is for channels that reach
    programs. ``relevance`` holds back what she cares too little for.
    """

    profile: int
    channel: str
    template: str
    touch: Touch
    key: str
    origin: str
    node: str = ""
    run_key: str | None = None
    purpose: str = MARKETING
    expires_at: int | None = None
    value: float = 0.0
    variables: Mapping[str, Any] = field(default_factory=dict)
    shadow: bool = False
    delivery: DeliveryKind = "at_least_once"
    personalised: bool = True
    items: tuple[str, ...] = ()
    post: Post | None = None
    relevance: Relevance | None = None

    def __post_init__(self) -> None:
        if self.touch not in TOUCHES:
            raise Invalid(
                f"{self.touch!r} is no kind of touch", path="touch", hint=f"one of {TOUCHES}"
            )
        if self.delivery not in get_args(DeliveryKind):
            raise Invalid(
                f"{self.delivery!r} is no kind of delivery",
                path="delivery",
                hint=f"one of {get_args(DeliveryKind)}",
            )
        if not self.key:
            raise Invalid("a message needs a key", path="key", hint="derive it from its cause")

    @property
    def is_service(self) -> bool:
        """Whether it was asked for: holdout, caps, quiet hours and consent do not concern it."""
        return self.touch == "service"


@dataclass(frozen=True)
class Message:
    """One message as it is kept and shown. Times are milliseconds UTC.

    ``at`` is when it was sent, and until then when it was last decided on; ``due`` is when it is
    to go out. ``version`` is that of its template. ``subject`` and ``text`` are what was said: of
    one that still waits what it would say now; empty where nothing was written or the person was
    erased. ``lost`` counts the leases that ran out, or answers that never came: such a message
    may have reached the person once more. ``detail`` is what the provider said, without addresses.
    """

    id: str
    profile: int
    origin: str
    node: str
    run_key: str | None
    channel: str
    template: str
    touch: str
    purpose: str
    status: str
    reason: str | None
    at: int
    created: int
    due: int
    expires: int | None
    delivery: str
    personalised: bool = True
    min_age: int | None = None
    version: int = 0
    attempts: int = 0
    lost: int = 0
    provider_id: str | None = None
    detail: str | None = None
    subject: str = ""
    text: str = ""

    def turned(self, **changes: Any) -> "Message":
        """Return it with some fields changed: what ``replace`` does, in a fraction of the time."""
        other = object.__new__(Message)
        other.__dict__.update(self.__dict__, **changes)
        return other

    @property
    def is_service(self) -> bool:
        """Whether it was asked for."""
        return self.touch == "service"


@dataclass(frozen=True)
class Content:
    """What is said, once the template has been filled in; ``unsubscribe`` is a link or empty.

    ``items`` are the keys of the suggested items that the text speaks of, ``language`` is the one
    that it speaks.
    """

    subject: str
    text: str
    unsubscribe: str = ""
    items: tuple[str, ...] = ()
    language: str = field(default="", compare=False)


@dataclass(frozen=True)
class Delivery:
    """What a channel gets: one message to carry to one address, now.

    ``key`` is the same at every attempt, so that a provider which honours it delivers once.
    ``address`` is None on channels that need none. ``at`` is when it was leased (ms UTC).
    ``post`` says where a program is reached; ``language`` is that of the text, where it is known.
    ``origin`` and ``template`` say what it is one of, ``expires`` until when it is of use.
    """

    message: str
    key: str
    attempt: int
    profile: int
    channel: str
    address: str | None
    subject: str
    text: str
    at: int
    unsubscribe: str = ""
    post: Post | None = None
    language: str = ""
    origin: str = ""
    template: str = ""
    expires: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider answered: its id of the message, and how far it got."""

    provider_id: str
    status: Literal["accepted", "delivered"] = "accepted"


@dataclass(frozen=True)
class Asked:
    """A channel took a message, and ``sender`` is to confirm it before it goes."""

    sender: str = ""


@dataclass(frozen=True)
class Refusal:
    """An expected no of a channel's: why it does not take a message, and what more there is."""

    reason: Reason
    detail: str = ""


Answer = Asked | Refusal


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: a receipt, an error, or what a channel that asks answered."""

    message: str
    attempt: int
    receipt: Receipt | None = None
    error: ChannelError | None = None
    answer: Answer | None = None

    @classmethod
    def sent(cls, delivery: Delivery, receipt: Receipt) -> "Outcome":
        """The provider took it."""
        return cls(delivery.message, delivery.attempt, receipt=receipt)

    @classmethod
    def failed(cls, delivery: Delivery, error: ChannelError) -> "Outcome":
        """The provider did not take it, or nobody knows."""
        return cls(delivery.message, delivery.attempt, error=error)

    @classmethod
    def answered(cls, delivery: Delivery, answer: Answer) -> "Outcome":
        """Somebody is asked to send it, or nobody could be."""
        return cls(delivery.message, delivery.attempt, answer=answer)


@dataclass(frozen=True)
class Sent:
    """What ``send`` did: one message for each request, in the order asked, and the new facts."""

    messages: list[Message]
    facts: list[Event]


@dataclass(frozen=True)
class Leased:
    """What is to be delivered now, and the facts about those that the gate held meanwhile.

    ``deferred`` counts those that a channel cannot take yet: they wait for their new turn.
    """

    deliveries: list[Delivery]
    facts: list[Event]
    deferred: int = 0


@dataclass(frozen=True)
class Count:
    """How many messages of an origin stand where, and why."""

    origin: str
    status: str
    reason: str | None
    number: int
