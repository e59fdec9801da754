import pytest

from coterie.codes.bots import is_bot

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 MicroMessenger/8.0.48(0x1800302d) NetType/WIFI Language/zh_CN"
)
WECOM = WECHAT.replace("MicroMessenger", "wxwork/4.1.20 MicroMessenger")


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "WeChatShareExtensionNew/8.0.48.30 CFNetwork/1494.0.7 Darwin/23.4.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "",
        "  ",
        None,
    ],
)
def test_a_machine_that_names_itself_is_not_counted(agent: str | None) -> None:
    assert is_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        WECHAT,
        WECOM,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Instagram 300.0.0.0",
        "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; U; Android 9; CUBOT_NOVA Build/PPR1) Mobile Safari/537.36",
    ],
)
def test_a_person_in_an_in_app_browser_is_counted(agent: str) -> None:
    assert not is_bot(agent)


def test_looking_ahead_is_not_a_click() -> None:
    assert is_bot(WECHAT, purpose="prefetch;prerender")
    assert is_bot(WECHAT, purpose="preview")
    assert is_bot(WECHAT, method="head")
    assert not is_bot(WECHAT, purpose="navigate")
