"""The connection: does it stand, what is to be entered in WeCom, what is to be mended."""

import secrets
import string
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.channels.wecom.probing import Probed
from coterie.roads.doctor.connection import Looked, judge, look
from coterie.roads.doctor.examination import worst
from coterie.roads.doctor.model import LEVELS, Finding, Quantity
from coterie.web.console.house.doctor import LEVEL_WORDS, SYMBOLS, TONES, quantity, say
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/wecom")

VERDICTS = {
    "error": N_("The connection does not stand: something must be mended."),
    "warning": N_("The connection stands, and something should be mended."),
    "notice": N_("The connection stands."),
    "ok": N_("The connection stands."),
}
_LETTERS = string.ascii_letters + string.digits
_MOST_NAMES = 50


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show how the connection stands; asks WeCom only when told to, which takes seconds."""
    house, now = here.house, here.house.clock.now()
    connection = house.wecom
    probe = request.query_params.get("examine") == "1"
    looked = look(connection, house.db, now, probe=probe)
    if looked is None:
        return here.pages.render(
            request,
            "console/wecom/connect.html",
            account=account,
            address=_address(house.settings.public_url),
            drawn={"token": _random(24), "aes_key": _random(43)},
        )
    findings = sorted(judge(looked), key=lambda one: LEVELS.index(one.level))
    with house.db.read(actor_of(account), now) as work:
        counts = connection.callbacks.counts(work)
    speech = here.pages.speech(request, account)
    level = worst(findings)
    return here.pages.render(
        request,
        "console/wecom/connection.html",
        account=account,
        settings=connection.settings,
        looked=looked,
        counts=counts,
        level=level,
        verdict=speech.gettext(VERDICTS[level]),
        probed=probe,
        findings=_told(speech, findings),
        latency=quantity(speech, Quantity(looked.latency.p95, "ms")) if looked.latency else "–",
        lacking=_lacking(looked.probed),
        steps=_steps(looked),
        words={name: speech.gettext(words) for name, words in LEVEL_WORDS.items()},
        tones=TONES,
        symbols=SYMBOLS,
    )


def _told(speech: Speech, findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(one.level, say(speech, one, one.says), say(speech, one, one.do)) for one in findings]


def _lacking(probed: Probed | None) -> tuple[str, ...]:
    return () if probed is None else probed.without_right[:_MOST_NAMES]


def _steps(looked: Looked) -> dict[str, bool | None]:
    """Say which steps of the connection are done; None: only WeCom knows, ask it."""
    probed = looked.probed
    refused = None if probed is None else {one.errcode for one in probed.refusals}
    return {
        "app": looked.has_secret,
        "callback": looked.has_callback and looked.has_public,
        "trusted": None if refused is None else 60020 not in refused,
        "contact": None if refused is None else 48002 not in refused and 0 not in refused,
        "members": None if probed is None else bool(probed.users) and not probed.without_right,
    }


def _address(public: str) -> str:
    base = public.rstrip("/") or "https://…"
    return f"{base}/callbacks/wecom"


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
