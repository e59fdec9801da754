"""Judge the connection to WeCom: what is kept of it, and what a probe found.

A house without settings for WeCom hears nothing of it. No finding names a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from coterie.channels.wecom.client import store as passes
from coterie.channels.wecom.connection import Connection
from coterie.channels.wecom.inbox.model import Latency
from coterie.channels.wecom.probing import Probe, Probed, Refusal
from coterie.core.actor import COMMAND
from coterie.core.clock import HOUR, MINUTE, SECOND
from coterie.roads.doctor.model import N_, Finding, Quantity, grade
from coterie.storage.database import Database

_SKEW = MINUTE
_ECHO_MS = 1_000
"""WeCom waits a second for the echo of its address."""
_STALE = 2 * MINUTE


@dataclass(frozen=True)
class Looked:
    """What is known of the connection. Ages in ms; None: nothing there."""

    simulated: str = ""
    has_secret: bool = True
    has_callback: bool = True
    has_public: bool = True
    waiting: int = 0
    failed: int = 0
    oldest_age: int | None = None
    latency: Latency | None = None
    token_left: int | None = None
    shut: tuple[str, ...] = ()
    probed: Probed | None = None


def look(connection: Connection, db: Database, now: int, *, probe: bool) -> Looked | None:
    """Take what is known; ``probe`` asks WeCom and ourselves, which takes seconds.

    None where WeCom is not set up. Not to be called inside a unit of work.
    """
    settings = connection.settings
    if settings is None:
        return None
    callbacks, client = connection.callbacks, connection.client
    probed = Probe(client, settings, connection.crypt).run(now) if probe else None
    with db.read(COMMAND, now) as work:
        counts, oldest = callbacks.counts(work), callbacks.oldest_waiting(work)
        kept = passes.read(work, settings.app, "token")
        return Looked(
            simulated=settings.base_url if settings.simulated else "",
            has_secret=client is not None,
            has_callback=connection.crypt is not None,
            has_public=bool(settings.public) or settings.simulated,
            waiting=counts.get("waiting", 0),
            failed=counts.get("failed", 0),
            oldest_age=None if oldest is None else max(0, now - oldest),
            latency=callbacks.latency(work),
            token_left=None if kept is None else kept[2] - now,
            shut=() if client is None else tuple(client.wire.budget.shut_until(now)),
            probed=probed,
        )


def judge(looked: Looked | None) -> list[Finding]:
    """Say what was found; nothing where WeCom is not set up."""
    if looked is None:
        return []
    judges = (_settings, _keys, _scope, _unionid, _echo, _clock, _callbacks, _token)
    return [finding for one in judges for finding in one(looked)]


def _settings(m: Looked) -> Iterator[Finding]:
    if m.simulated:
        yield Finding(
            "wecom.simulated",
            "notice",
            N_("A simulator answers in WeCom's place, at %(url)s."),
            N_("For real customers, remove wecom_base_url and set the keys of your corporation."),
            {"url": m.simulated},
        )
    if not m.has_secret:
        yield Finding(
            "wecom.secret",
            "error",
            N_("The app's secret is missing: nothing can be asked of WeCom."),
            N_("Set wecom_secret."),
        )
    if not m.has_callback:
        yield Finding(
            "wecom.callback",
            "error",
            N_(
                "Token or key of the callback is missing: what happens in WeCom does not come here."
            ),
            N_("Set wecom_token and wecom_aes_key as the page WeCom says."),
        )
    elif not m.has_public:
        yield Finding(
            "wecom.address",
            "error",
            N_("WeCom cannot call a house whose address nobody told."),
            N_("Set public_url to the https address by which the world reaches this house."),
        )


def _keys(m: Looked) -> Iterator[Finding]:
    if m.probed is None or not m.has_secret:
        return
    for one in m.probed.refusals:
        yield _refused(one)
    if not m.probed.refusals:
        yield Finding("wecom.keys", "ok", N_("WeCom answers, and the keys are right."))


def _refused(one: Refusal) -> Finding:
    if not one.errcode:
        return Finding(
            "wecom.reached",
            "error",
            N_("WeCom cannot be reached: %(said)s"),
            N_("Look whether this machine may reach the address, and the firewall between."),
            {"said": one.means},
        )
    if one.address:
        return Finding(
            "wecom.trusted",
            "error",
            N_("WeCom refused %(api)s with %(code)s: it saw us come from %(address)s."),
            N_("In WeCom's admin, open the app, Trusted IP of the company, and add this address."),
            {"api": one.api, "code": str(one.errcode), "address": one.address},
        )
    return Finding(
        "wecom.refused",
        "error",
        N_("WeCom refused %(api)s with %(code)s."),
        one.mend or one.means,
        {"api": one.api, "code": str(one.errcode)},
    )


def _scope(m: Looked) -> Iterator[Finding]:
    if m.probed is None or m.probed.users is None:
        return
    able, lacking = len(m.probed.users), len(m.probed.without_right)
    yield Finding(
        "wecom.scope",
        "ok" if able else "error",
        N_("Members in the app's range who may use customer contact: %(number)s."),
        "" if able else N_("In WeCom's admin, put the guides into the app's visible range."),
        {"number": Quantity(able)},
    )
    if lacking:
        yield Finding(
            "wecom.right",
            "warning",
            N_("Members whom the app sees without the right to customer contact: %(number)s."),
            N_("In WeCom's admin, under customer contact, give the member the right to use it."),
            {"number": Quantity(lacking)},
        )


def _unionid(m: Looked) -> Iterator[Finding]:
    if m.probed is None or m.probed.users is None:
        return
    if not m.probed.sampled:
        yield Finding(
            "wecom.unionid",
            "notice",
            N_("Whether customers come with a unionid is seen when there is a first one."),
        )
    elif not m.probed.with_unionid:
        yield Finding(
            "wecom.unionid",
            "warning",
            N_("Customers come without a unionid: the same person in your mini-program or shop "
               "is not recognised."),
            N_("Bind the corporation to your account of the WeChat open platform in WeCom's "
               "admin, under customer contact, API."),
        )  # fmt: skip
    else:
        yield Finding("wecom.unionid", "ok", N_("Customers come with their unionid."))


def _echo(m: Looked) -> Iterator[Finding]:
    echo = None if m.probed is None else m.probed.echo
    if echo is None:
        return
    if echo.fault:
        yield Finding(
            "wecom.echo",
            "error",
            N_("Our own address cannot be reached: %(fault)s."),
            N_("Look at public_url, the name's entry in DNS, the certificate and the proxy."),
            {"fault": echo.fault},
        )
    elif not echo.right:
        yield Finding(
            "wecom.echo",
            "error",
            N_("Our own address did not answer the echo as WeCom wants it (HTTP %(status)s)."),
            N_("The proxy must pass /callbacks/wecom on with its query unchanged, and the name "
               "must be among allowed_hosts."),
            {"status": str(echo.status)},
        )  # fmt: skip
    else:
        yield Finding(
            "wecom.echo",
            "warning" if echo.took >= _ECHO_MS else "ok",
            N_("Our address answers the echo in %(took)s; WeCom waits one second."),
            N_("Look what keeps the proxy or this machine busy.") if echo.took >= _ECHO_MS else "",
            {"took": Quantity(echo.took, "ms")},
        )


def _clock(m: Looked) -> Iterator[Finding]:
    skew = None if m.probed is None else m.probed.skew
    if skew is None:
        return
    apart = abs(skew)
    yield Finding(
        "wecom.clock",
        grade(apart, warning=_SKEW, error=10 * _SKEW),
        N_("Our clock and WeCom's are %(apart)s apart."),
        N_("Let this machine set its clock by the network (NTP): welcomes and signatures need it.")
        if apart >= _SKEW
        else "",
        {"apart": Quantity(apart, "ms")},
    )


def _callbacks(m: Looked) -> Iterator[Finding]:
    if m.failed:
        yield Finding(
            "wecom.failed",
            "warning",
            N_("Callbacks that could not be applied and were laid aside: %(number)s."),
            N_("Open WeCom, Callbacks: it says why, and plays them again."),
            {"number": Quantity(m.failed)},
        )
    if m.waiting and (m.oldest_age or 0) > _STALE:
        yield Finding(
            "wecom.waiting",
            "error",
            N_("Callbacks wait to be applied: %(number)s, the oldest for %(age)s."),
            N_("Look whether `coterie up` or `coterie work` runs, and what its log says."),
            {"number": Quantity(m.waiting), "age": Quantity(m.oldest_age or 0, "ms")},
        )
    if not m.has_callback:
        return
    if m.latency is None:
        yield Finding(
            "wecom.latency",
            "warning",
            N_("No callback has come yet."),
            N_("Enter address, token and key in WeCom's admin, and let somebody add a guide."),
        )
        return
    p95 = m.latency.p95
    yield Finding(
        "wecom.latency",
        grade(p95, warning=10 * SECOND, error=HOUR),
        N_("Of the last %(number)s callbacks, half came within %(median)s and 95 %% within "
           "%(p95)s."),
        N_("WeCom had to try again: look whether this house answers within five seconds.")
        if p95 >= 10 * SECOND
        else "",
        {
            "number": Quantity(m.latency.number),
            "median": Quantity(m.latency.median, "ms"),
            "p95": Quantity(p95, "ms"),
        },
    )  # fmt: skip


def _token(m: Looked) -> Iterator[Finding]:
    if m.token_left is not None and m.token_left > 0:
        yield Finding(
            "wecom.token",
            "ok",
            N_("One access token is kept for all processes; it is good for %(left)s."),
            values={"left": Quantity(m.token_left, "ms")},
        )
    if m.shut:
        yield Finding(
            "wecom.rate",
            "warning",
            N_("WeCom refuses what was asked too often: %(apis)s."),
            N_("It is waited out. If it comes again, look at the limits of the channel wecom."),
            {"apis": ", ".join(m.shut)},
        )
