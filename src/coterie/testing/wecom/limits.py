"""What the platform allows, as data: quotas change, and a test may want smaller ones."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Limits:
    """The limits of WeCom as its pages told them from 2022 to 2026; seconds unless said.

    Not confirmed by a page of WeCom's: ``chat_members``, ``chat_by_code`` and ``in_flight``.
    """

    per_minute: int = 10_000
    """Calls a minute of one API (2023-08-28); beyond, 45009 until a minute has passed."""
    per_hour: int = 150_000
    in_flight: int = 100
    """Calls at one time; beyond, 45033."""
    wrong_keys: int = 2_000
    """Calls of ``gettoken`` with wrong keys within an hour; beyond, 45009."""
    token_life: int = 7_200
    welcome_life: int = 20
    media_life: int = 3 * 86_400
    contact_ways: int = 500_000
    way_members: int = 100
    tags: int = 3_000
    welcome_templates: int = 100
    chat_members: int = 500
    chat_by_code: int = 200
    """Members up to which a code lets people in; beyond, only an invitation does."""
    chats_of_way: int = 5
    send_rule: Literal["month", "week", "day"] = "month"
    """To one customer or group: the month's days (2025-11-17), 7 a week, or 1 a day."""
    dispatching: int = 1
    """How long after its creation a mass send answers 41063."""
    reminders: int = 3
    transfer_wait: int = 86_400
    transfers: int = 2
    """Times that a customer or group may change hands in 90 days, both sides on the job."""
    owner_chats_a_day: int = 300
    member_customers: int = 20_000
    moment_steps: int = 1
    """Seconds between the states of a moment's job."""
    scope_without_owner: int = 1_000
    retry_after: int = 5
    """How long after a failed callback the next attempt comes."""
    retries: int = 3
    patience: float = 5.0
    """Real seconds that a callback may take."""
    zone: str = "Asia/Shanghai"
    """Whose days, weeks and months are counted."""
