"""Doctor: how the house does, and what to do about what is not in order."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.roads.doctor.examination import in_english, worst
from coterie.roads.doctor.model import LEVELS, Finding, Quantity
from coterie.web.desk import Operator
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/doctor")

GROUP_WORDS = {
    "road": N_("The road of events"),
    "messages": N_("Messages"),
    "wecom": N_("The connection to WeCom"),
    "database": N_("Database and disk"),
    "log": N_("Event log"),
    "safety": N_("Safety"),
    "machine": N_("Machine and versions"),
}
LEVEL_WORDS = {
    "error": N_("must be mended"),
    "warning": N_("should be mended"),
    "notice": N_("good to know"),
    "ok": N_("in order"),
}
VERDICTS = {
    "error": N_("Something must be mended now."),
    "warning": N_("The house works, and something should be mended soon."),
    "notice": N_("The house does well. A few things are good to know."),
    "ok": N_("The house does well."),
}
TONES = {"error": "wine", "warning": "amber", "notice": "quiet", "ok": "sea"}
SYMBOLS = {
    "error": "circle-alert",
    "warning": "triangle-alert",
    "notice": "info",
    "ok": "circle-check",
}


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Examine the house; thoroughly when it is asked for, which takes longer."""
    thorough = request.query_params.get("thorough") == "1"
    findings = here.house.examine(thorough=thorough)
    speech = here.pages.speech(request, account)
    level = worst(findings)
    return here.pages.render(
        request,
        "console/house/doctor.html",
        account=account,
        thorough=thorough,
        level=level,
        verdict=speech.gettext(VERDICTS[level]),
        counts=[(name, sum(one.level == name for one in findings)) for name in LEVELS],
        groups=[(speech.gettext(words), _told(speech, findings, group))
                for group, words in _by_worst(findings)],
        words={name: speech.gettext(words) for name, words in LEVEL_WORDS.items()},
        tones=TONES,
        symbols=SYMBOLS,
        report=report(findings),
    )  # fmt: skip


def _by_worst(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return the groups that have something to say, that with the worst first."""
    order = list(dict.fromkeys(one.group for one in findings))
    return [(group, GROUP_WORDS[group]) for group in order]


def _told(speech: Speech, findings: Sequence[Finding], group: str) -> list[tuple[str, str, str]]:
    """Say a group's findings: level, what was measured, what to do."""
    return [
        (one.level, say(speech, one, one.says), say(speech, one, one.do))
        for one in findings
        if one.group == group
    ]


def say(speech: Speech, finding: Finding, text: str) -> str:
    """Say one of a finding's sentences in a language, its values written as the language does."""
    if not text:
        return ""
    values = {
        name: value if isinstance(value, str) else quantity(speech, value)
        for name, value in finding.values.items()
    }
    said = speech.gettext(text)
    return said % values if values else said


def quantity(speech: Speech, measured: Quantity) -> str:
    """Write a quantity with its unit."""
    value = measured.value
    if measured.unit == "bytes":
        for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
            if value >= size:
                return f"{speech.number(value / size, 1)} {unit}"
        return speech.gettext("%(n)s bytes", n=speech.number(value))
    if measured.unit == "ms":
        return _lasting(speech, value)
    return speech.number(value)


def _lasting(speech: Speech, value: float) -> str:
    """Write a duration in the unit that leaves it short."""
    if value < 1_000:
        said = speech.number(value, 1) if value >= 0.05 else "<0.1"
        return speech.gettext("%(n)s ms", n=said)
    if value < 60_000:
        return speech.gettext("%(n)s s", n=speech.number(value / 1_000, 1))
    if value < 3_600_000:
        return speech.gettext("%(n)s min", n=speech.number(value / 60_000, 1))
    if value < 2 * 86_400_000:
        return speech.gettext("%(n)s h", n=speech.number(value / 3_600_000, 1))
    return speech.gettext("%(n)s d", n=speech.number(value / 86_400_000, 1))


def report(findings: Sequence[Finding]) -> str:
    """Write the findings as text to send to somebody who helps: English, and nobody's data."""
    lines = []
    for one in findings:
        lines.append(f"[{one.level}] {one.code}: {in_english(one, one.says)}")
        if one.do:
            lines.append(f"    -> {in_english(one, one.do)}")
    return "\n".join(lines)
