"""Who clicked: a person, or a machine that looked first?

An honest list, not a clever one: machines that name themselves, and requests that say that they
only look ahead. The in-app browsers of WeChat (``MicroMessenger``), WeCom (``wxwork``), QQ and
Instagram are people. WeChat's share extension names itself; its servers, and WeCom's, look at links
in the guise of a browser and cannot be told by a header: an answer that matters is a button's POST.
"""

import re

_LOOKS_AHEAD = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)

_MACHINE = re.compile(
    # words that machines use of themselves; Cubot is a brand of phones
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|fetcher|preview|scrap[ey]|monitor(?:ing)?\b"
    # what unfolds a link that was pasted somewhere
    r"|facebookexternalhit|facebookcatalog|meta-externala|whatsapp/|embedly|vkshare|kakaotalk-scrap"
    r"|slack-imgproxy|googleimageproxy|google-read-aloud|mediapartners-google|feedburner"
    r"|ms-office|pinterest/0|iframely|^viber|wechatshareextension"
    # browsers without a face, and tools
    r"|headless|phantomjs|lighthouse|pagespeed|puppeteer|playwright|selenium"
    r"|^curl/|^wget/|python-requests|python-urllib|python-httpx|aiohttp|go-http-client|^java/"
    r"|libwww-perl|apache-httpclient|^axios/|node-fetch|undici|okhttp|postmanruntime|guzzlehttp"
    r"|^ruby|^php/|pingdom|uptime|ahrefs|semrush|archive\.org|ia_archiver|feedly",
    re.IGNORECASE,
)


def is_bot(user_agent: str | None, *, method: str = "GET", purpose: str | None = None) -> bool:
    """Say whether a click came from a machine and must not be counted.

    ``purpose`` is the value of ``Sec-Purpose``, ``Purpose`` or ``X-Purpose``, whichever came. A
    request without a user agent is a machine's, and so is any HEAD.

    >>> is_bot("curl/8.5.0"), is_bot("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49")
    (True, False)
    """
    if method.upper() == "HEAD" or not user_agent or not user_agent.strip():
        return True
    if purpose and _LOOKS_AHEAD.search(purpose):
        return True
    return _MACHINE.search(user_agent) is not None
