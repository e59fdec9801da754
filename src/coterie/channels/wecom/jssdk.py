"""Signatures by which WeCom lets a page of ours speak to its app (JS-SDK).

A page is signed twice: with the corporation's ticket, and with the app's, which opens what concerns
customers. Tickets are kept by the client, as its token is. Source: developer.work.weixin.qq.com,
90506.
"""

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from coterie.channels.wecom.client.identity import Identity
from coterie.channels.wecom.settings import WecomSettings
from coterie.core.clock import SECOND
from coterie.core.errors import Invalid


@dataclass(frozen=True)
class Signature:
    """One signature as the page's script hands it on."""

    timestamp: int
    nonce: str
    signature: str


@dataclass(frozen=True)
class Signed:
    """Both signatures of one page, and for whom they are."""

    corp_id: str
    agent_id: str
    config: Signature
    agent: Signature


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Sign a page's address, all of it up to the hash; ``timestamp`` is in seconds.

    >>> ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    >>> signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value")
    '0f9de62fce790f9a083d5c99e95740ceb90c27ed'
    """  # noqa: E501  (the platform's own example)
    text = (
        f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    )
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sign_page(
    settings: WecomSettings, identity: Identity, url: str, ours: str, now: int
) -> Signed:  # fmt: skip
    """Sign one page of ours; raises Invalid for any other, ChannelError when tickets fail to come.

    ``ours`` is the beginning of every address that may be signed: a stranger's page signed by us
    would speak in our name.
    """
    if not _is_ours(url, ours):
        raise Invalid("only pages of this house are signed", path="url")
    timestamp = now // SECOND

    def made(ticket: str) -> Signature:
        nonce = secrets.token_hex(8)
        return Signature(timestamp, nonce, signature(ticket, nonce, timestamp, url))

    return Signed(
        settings.corp_id,
        settings.agent_id,
        made(identity.ticket().text),
        made(identity.agent_ticket().text),
    )


def _is_ours(url: str, ours: str) -> bool:
    try:
        given, house = urlsplit(url), urlsplit(ours)
    except ValueError:
        return False
    return (
        (given.scheme, given.netloc) == (house.scheme, house.netloc)
        and given.path.startswith(house.path)
        and url.isprintable()
    )
