"""Sign-in of a member by WeCom: where her browser is sent, and who comes back with a code.

Inside the app WeCom answers without a question; elsewhere it shows a code to scan with the app.
Against the simulator both are one page. Sources: developer.work.weixin.qq.com, 91022 and 98152.
"""

from urllib.parse import urlencode

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.identity import Identity
from coterie.channels.wecom.settings import WecomSettings

WITHIN = "https://open.weixin.qq.com/connect/oauth2/authorize"
ELSEWHERE = "https://login.work.weixin.qq.com/wwlogin/sso/login"
_VOID_CODE = frozenset({40029, 40163, 42003})
"""The code is not one, was used already, or has had its time."""


def is_within(user_agent: str | None) -> bool:
    """Say whether a page is opened inside WeCom's own app.

    >>> is_within("Mozilla/5.0 (Linux; Android 14) wxwork/4.1.30 MicroMessenger/7.0.1")
    True
    """
    return "wxwork/" in (user_agent or "")


def authorize_url(
    settings: WecomSettings, redirect: str, state: str, *, within: bool, member: str = ""
) -> str:
    """Return where to send a browser that shall come back to ``redirect`` with code and ``state``.

    ``state`` is letters and digits, 128 at most. ``member`` chooses for the simulator's page.
    """
    agent = {"agentid": settings.agent_id} if settings.agent_id else {}
    if settings.simulated or within:
        base = f"{settings.base_url}/connect/oauth2/authorize" if settings.simulated else WITHIN
        query = {
            "appid": settings.corp_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            **agent,
            **({"as": member} if settings.simulated and member else {}),
        }
        return f"{base}?{urlencode(query)}#wechat_redirect"
    query = {
        "login_type": "CorpApp",
        "appid": settings.corp_id,
        **agent,
        "redirect_uri": redirect,
        "state": state,
    }
    return f"{ELSEWHERE}?{urlencode(query)}"


def member_of(identity: Identity, code: str) -> str | None:
    """Return the member who came back with a code; None for a void code or somebody from outside.

    Raises ChannelError when WeCom cannot be asked.
    """
    if not code or len(code) > 512 or not code.isascii():
        return None
    try:
        return identity.of_code(code).userid or None
    except WecomError as error:
        if error.errcode in _VOID_CODE:
            return None
        raise
