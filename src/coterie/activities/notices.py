"""What a registered person is told, in her language, and what a template may say of an activity."""

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from coterie.activities.model import Activity
from coterie.core.clock import to_datetime

Notice = Literal["registered", "waiting", "promoted", "cancelled", "called_off", "passed"]

_TEXTS: Mapping[Notice, Mapping[str, str]] = {
    "registered": {
        "en": "You have a seat at {title}, {starts}.",
        "zh": "您已报名「{title}」，时间：{starts}。",
    },
    "waiting": {
        "en": "{title} is full. You are on the waiting list; we write as soon as a seat is free.",
        "zh": "「{title}」已满，您已进入候补名单，一有空位我们就通知您。",
    },
    "promoted": {
        "en": "A seat came free: you are in at {title}, {starts}.",
        "zh": "有空位了！您已成功报名「{title}」，时间：{starts}。",
    },
    "cancelled": {
        "en": "You are no longer registered for {title}.",
        "zh": "您已取消报名「{title}」。",
    },
    "called_off": {
        "en": "{title}, {starts}, does not take place.",
        "zh": "很抱歉，原定于 {starts} 的「{title}」已取消。",
    },
    "passed": {
        "en": "You passed {title}. Your certificate is on your page.",
        "zh": "恭喜您通过「{title}」，证书可在您的页面查看。",
    },
}


def variables(activity: Activity, page: str, language: str, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the template of an invitation or a notice sees."""
    return {
        "activity": {
            "slug": activity.slug,
            "title": activity.title(language),
            "about": activity.description(language),
            "form": activity.form,
            "level": activity.level,
            "starts": _clock(activity.starts, zone),
            "ends": _clock(activity.ends, zone),
            "place": activity.place,
            "link": activity.link,
            "host": activity.host,
        },
        "activity_url": page,
    }


def said(notice: Notice, activity: Activity, language: str, zone: ZoneInfo) -> dict[str, str]:
    """Return a notice as its template sees it: its code, and a line that says it."""
    texts = _TEXTS[notice]
    text = texts.get(language, texts["en"])
    starts = _clock(activity.starts, zone)
    return {"kind": notice, "text": text.format(title=activity.title(language), starts=starts)}


def _clock(moment: int, zone: ZoneInfo) -> str:
    return f"{to_datetime(moment).astimezone(zone):%Y-%m-%d %H:%M}"


def language_of(traits: Mapping[str, Any]) -> str:
    """Name a person's language, from ``language`` or ``locale``; empty when neither tells."""
    told = traits.get("language") or traits.get("locale")
    return str(told)[:2].lower() if told else ""
