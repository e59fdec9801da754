"""Settings: every choice with its value, where that came from, and how to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.settings import Told
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech, plural

router = APIRouter(prefix="/settings")

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("The brand"), ("brand", "language", "zone", "currency")),
    (
        N_("Whom we reach, and how often"),
        (
            "cap_day",
            "cap_week",
            "caps",
            "interest_floor",
            "quiet_start",
            "quiet_end",
            "holdout",
            "universal_holdout",
            "approval_above",
        ),
    ),
    (
        N_("How others reach the house"),
        (
            "host",
            "port",
            "public_url",
            "allowed_hosts",
            "secure_cookies",
            "requests_per_second",
        ),
    ),
    (
        N_("E-mail"),
        (
            "smtp_host",
            "smtp_port",
            "smtp_sender",
            "smtp_username",
            "smtp_password",
            "smtp_starttls",
        ),
    ),
    (N_("What is kept, and where"), ("data", "database", "master_key", "dedup_days",
                                     "retention_days", "upload_mb")),
)  # fmt: skip
OTHERS = N_("More settings")

ORIGIN_WORDS = {
    "default": N_("as shipped"),
    "file": N_("from coterie.toml"),
    "environment": N_("from the environment"),
    "start": N_("chosen at the start"),
}
FIXED = frozenset({"zone", "currency"})
"""Fixed when the house was founded; to name another is refused."""

_A_DAY = plural(
    "At most %(n)s message a day to one person.", "At most %(n)s messages a day to one person."
)
_A_WEEK = plural(
    "At most %(n)s message in 7 days to one person.",
    "At most %(n)s messages in 7 days to one person.",
)
_CEILINGS = plural(
    "%(n)s ceiling is set on the share that may be commercial: see Touch mix.",
    "%(n)s ceilings are set on the share that may be commercial: see Touch mix.",
)
_APPROVAL = plural(
    "A broadcast to more than %(n)s person waits for a second account's approval.",
    "A broadcast to more than %(n)s people waits for a second account's approval.",
)


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show every setting, and the gate's in words."""
    told = {one.name: one for one in here.house.told()}
    for name in FIXED:  # what the house keeps, whatever the file says today
        told[name] = replace(told[name], value=getattr(here.house.instance, name))
    speech = here.pages.speech(request, account)
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        ceilings = here.house.messaging.mixing.ceilings(work)
    return here.pages.render(
        request,
        "console/house/settings.html",
        account=account,
        groups=_grouped(speech, told),
        changed=sum(one.origin != "default" and one.name not in FIXED for one in told.values()),
        total=len(told),
        origins={name: speech.gettext(words) for name, words in ORIGIN_WORDS.items()},
        gate=[*in_words(speech, told), *_ceilings(speech, ceilings)],
        fixed=FIXED,
        folder=told["data"].value,
    )


def _ceilings(speech: Speech, ceilings: Mapping[str, int]) -> list[str]:
    """Say that there are ceilings on what is commercial; the page of the mix sets them."""
    return [speech.ngettext(*_CEILINGS, len(ceilings))] if ceilings else []


def _grouped(speech: Speech, told: Mapping[str, Told]) -> list[tuple[str, list[Told]]]:
    """Put the settings under their headings; one that no heading names comes under the last."""
    named = {name for _, names in GROUPS for name in names}
    groups: list[tuple[str, Sequence[str]]] = [*GROUPS]
    groups.append((OTHERS, [name for name in told if name not in named]))
    return [
        (speech.gettext(heading), [told[name] for name in names if name in told])
        for heading, names in groups
        if any(name in told for name in names)
    ]


def in_words(speech: Speech, told: Mapping[str, Told]) -> list[str]:
    """Say what the gate keeps to, a sentence each."""
    said = []
    for name, words in (("cap_day", _A_DAY), ("cap_week", _A_WEEK)):
        said.append(speech.ngettext(*words, int(told[name].value)))
    if told["caps"].value:
        caps = told["caps"].value
        said.append(speech.gettext("And no more than this to one person: %(caps)s.", caps=caps))
    start, end = told["quiet_start"].value, told["quiet_end"].value
    if start == end:
        said.append(speech.gettext("Messages may go out at any hour."))
    else:
        said.append(
            speech.gettext(
                "Nothing goes out between %(start)s and %(end)s, in the person's own zone.",
                start=start,
                end=end,
            )
        )
    said.append(
        speech.gettext(
            "%(share)s of everyone stay out of journeys and invitations, so that their effect can "
            "be told.",
            share=f"{told['holdout'].value}%",
        )
    )
    if int(told["universal_holdout"].value):
        said.append(
            speech.gettext(
                "%(share)s of everyone get nothing but service messages.",
                share=f"{told['universal_holdout'].value}%",
            )
        )
    if "approval_above" in told:
        said.append(speech.ngettext(*_APPROVAL, int(told["approval_above"].value)))
    said.append(speech.gettext("Service messages count against no limit."))
    return said
