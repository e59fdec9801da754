"""What the connection to WeCom must be told, read and checked once.

The same code speaks to the platform and to the simulator: only ``wecom_base_url`` and the keys
differ. Nothing here is ever shown: secrets stay out of every repr, message and log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from coterie.channels.wecom.crypt import Crypt, check_token, read_key
from coterie.core.errors import Invalid

PLATFORM = "https://qyapi.weixin.qq.com"
"""Where WeCom itself answers."""
CALLBACKS = "/callbacks/wecom"
"""The path of our own address that WeCom calls."""
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_HERE = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class WecomSettings:
    """One corporation and one app of its own in it.

    ``timeout`` is in seconds; ``at_once`` bounds the requests under way in one process. ``public``
    is how the world reaches this house; empty: nobody told.
    """

    corp_id: str
    agent_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    base_url: str = PLATFORM
    public: str = ""
    timeout: float = 10.0
    at_once: int = 20

    @property
    def app(self) -> str:
        """Name the app whose token is kept: the corporation and the app's number."""
        return f"{self.corp_id}/{self.agent_id}" if self.agent_id else self.corp_id

    @property
    def callback_url(self) -> str:
        """The address to enter as the app's API receiver; empty while no public one is set."""
        return f"{self.public}{CALLBACKS}" if self.public else ""

    @property
    def simulated(self) -> bool:
        """Whether something else than WeCom itself is asked."""
        return self.base_url != PLATFORM

    def crypt(self) -> Crypt | None:
        """Return what opens callbacks; None while token or key are missing."""
        if not self.token or not self.aes_key:
            return None
        return Crypt(self.token, self.aes_key, self.corp_id)


def read(settings: Mapping[str, Any]) -> WecomSettings | None:
    """Read the settings ``wecom_*``; None when no corporation is set, Invalid when one is wrong."""
    corp = _text(settings, "wecom_corp_id")
    if not corp:
        return None
    if not _ID.fullmatch(corp):
        raise Invalid(f"{corp!r} is no corporation's id", path="wecom_corp_id", hint="such as ww1…")
    token, aes_key = _text(settings, "wecom_token"), _text(settings, "wecom_aes_key")
    if token:
        check_token(token)
    if aes_key:
        read_key(aes_key)
    agent = _text(settings, "wecom_agent_id")
    if agent and not agent.isdecimal():
        raise Invalid(
            f"{agent!r} is no app's number", path="wecom_agent_id", hint="such as 1000002"
        )
    return WecomSettings(
        corp_id=corp,
        agent_id=agent,
        secret=_text(settings, "wecom_secret"),
        token=token,
        aes_key=aes_key,
        base_url=_base(_text(settings, "wecom_base_url") or PLATFORM),
        public=_text(settings, "public_url").rstrip("/"),
        timeout=float(settings.get("wecom_timeout") or 10),
        at_once=int(settings.get("wecom_connections") or 20),
    )


def _text(settings: Mapping[str, Any], name: str) -> str:
    return str(settings.get(name) or "").strip()


def _base(url: str) -> str:
    """Check where the platform is: by https, or on this machine, where the simulator answers."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE):
        return url.rstrip("/")
    raise Invalid(
        f"{url!r} would carry secrets in the clear",
        path="wecom_base_url",
        hint="use https, or the simulator on this machine",
    )
