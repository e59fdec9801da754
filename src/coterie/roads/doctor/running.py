"""Judges what runs: the road, the quarantine, the outbox and the channels. Pure."""

from collections.abc import Iterator

from coterie.core.clock import HOUR, MINUTE
from coterie.roads.doctor.model import N_, Finding, Judge, Measured, Quantity, Value, grade


def _backlog(m: Measured) -> Iterator[Finding]:
    if m.backlog_age is None:
        yield Finding("road.backlog", "ok", N_("Everything that came in has been carried."))
        return
    level = grade(m.backlog_age, warning=5 * MINUTE, error=HOUR)
    yield Finding(
        "road.backlog",
        level,
        N_("Events waiting to be carried: %(events)s; the oldest for %(age)s."),
        N_("Keep `coterie up` running; if it runs and this grows, look at its log for the reason.")
        if level != "ok"
        else "",
        {"events": Quantity(m.backlog_events), "age": Quantity(m.backlog_age, "ms")},
    )


def _running(m: Measured) -> Iterator[Finding]:
    if m.road_until is None or m.road_until <= 0:
        yield Finding(
            "road.running",
            "warning",
            N_("Nothing carries events and sends messages right now."),
            N_("Start it with `coterie up`, and let the system start it again when it ends."),
        )
    elif m.batch_age is not None and m.batch_age >= MINUTE:
        level = grade(m.batch_age, warning=MINUTE, error=10 * MINUTE)
        yield Finding(
            "road.running",
            level,
            N_("The road runs, but has finished nothing for %(age)s."),
            N_("Look at the log of `coterie up`: it says what the road stumbles over."),
            {"age": Quantity(m.batch_age, "ms")},
        )
    else:
        yield Finding("road.running", "ok", N_("The road runs."))


def _refused(m: Measured) -> Iterator[Finding]:
    if m.refused:
        yield Finding(
            "road.quarantine",
            "notice",
            N_("Refused items in quarantine: %(items)s."),
            N_("Open Events, quarantine: mend and replay them, or correct who sends them."),
            {"items": Quantity(m.refused)},
        )
    else:
        yield Finding("road.quarantine", "ok", N_("Nothing waits in quarantine."))


# --- messages


def _outbox(m: Measured) -> Iterator[Finding]:
    if m.stopped:
        yield Finding(
            "messages.stopped",
            "warning",
            N_("All sends are stopped."),
            N_("Let them go on in Messages when the reason is gone."),
        )
    elif m.overdue is not None and m.overdue >= 10 * MINUTE:
        yield Finding(
            "messages.due",
            grade(m.overdue, warning=10 * MINUTE, error=HOUR),
            N_("The oldest message that is due has waited for %(age)s."),
            N_("See that the road runs and that the channel answers; `coterie up` logs both."),
            {"age": Quantity(m.overdue, "ms")},
        )
    else:
        yield Finding("messages.due", "ok", N_("No message waits longer than it should."))


def _failed(m: Measured) -> Iterator[Finding]:
    if m.failed_today:
        yield Finding(
            "messages.failed",
            grade(m.failed_today, notice=1, warning=10),
            N_("Messages that failed in the last 24 hours: %(messages)s."),
            N_("Open Messages, failed: each says why."),
            {"messages": Quantity(m.failed_today)},
        )
    else:
        yield Finding("messages.failed", "ok", N_("No message failed in the last 24 hours."))


def _ambiguous(m: Measured) -> Iterator[Finding]:
    if m.ambiguous_today:
        yield Finding(
            "messages.ambiguous",
            grade(m.ambiguous_today, notice=1, warning=100),
            N_("Messages of the last 24 hours that may have arrived twice: %(messages)s."),
            N_("The connection broke, or we were stopped midway. Open Messages, What failed."),
            {"messages": Quantity(m.ambiguous_today)},
        )


def _channels(m: Measured) -> Iterator[Finding]:
    real = sorted(set(m.channels) - {"sandbox"})
    values: dict[str, Value] = {"channels": ", ".join(real)}
    if not real:
        yield Finding(
            "messages.channels",
            "notice",
            N_("No channel is set up: messages stay in the sandbox."),
            N_("Set smtp_host and smtp_sender to send e-mail, or install a channel."),
        )
        return
    yield Finding("messages.channels", "ok", N_("Channels set up: %(channels)s."), values=values)
    if "email" in real and not m.smtp_starttls:
        yield Finding(
            "messages.encryption",
            "warning",
            N_("E-mail goes to the SMTP server without encryption."),
            N_("Set smtp_starttls = true unless the server is on this machine."),
        )
    if not m.public_url:
        yield Finding(
            "messages.links",
            "warning",
            N_("Messages can be sent, but their links lead to this machine only."),
            N_("Set public_url to the address that customers reach, such as https://club.example."),
        )


JUDGES: tuple[Judge, ...] = (_running, _backlog, _refused, _outbox, _failed, _ambiguous, _channels)
