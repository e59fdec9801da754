"""Judges what guards the house, and the machine that it stands on. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from coterie.roads.doctor.model import LOOPBACK, N_, Finding, Judge, Measured, Quantity, Value


def _owner(m: Measured) -> Iterator[Finding]:
    if m.owners:
        yield Finding("safety.owner", "ok", N_("The house has an owner."))
    elif m.exposed:
        yield Finding(
            "safety.owner",
            "error",
            N_("Nobody owns this house, and it is meant to be reached by others."),
            N_("Make an owner on this machine: coterie owner NAME."),
        )
    else:
        yield Finding(
            "safety.owner",
            "notice",
            N_("Nobody owns this house: whoever uses this machine may do everything."),
            N_("Make an owner before others reach it: coterie owner NAME."),
        )


def _address(m: Measured) -> Iterator[Finding]:
    parts = urlsplit(m.public_url)
    host = parts.hostname or ""
    values: dict[str, Value] = {"url": m.public_url, "host": host}
    if m.public_url and host not in {_bare(name) for name in m.allowed_hosts}:
        yield Finding(
            "safety.hosts",
            "error",
            N_("Links lead to %(url)s, but the house does not answer to %(host)s."),
            N_("Add the name to allowed_hosts."),
            values,
        )
    if parts.scheme == "https" and not m.secure_cookies:
        yield Finding(
            "safety.cookies",
            "warning",
            N_("Visitors come over https, but cookies would also travel without it."),
            N_("Set secure_cookies = true."),
        )
    if m.public_url and parts.scheme != "https" and host not in LOOPBACK:
        yield Finding(
            "safety.https",
            "warning",
            N_("Visitors reach the house without encryption at %(url)s."),
            N_("Put a proxy with https before it, then change public_url."),
            values,
        )
    if m.host not in LOOPBACK and not m.public_url:
        yield Finding(
            "safety.address",
            "notice",
            N_("The house listens on %(host)s, and no public_url says how visitors reach it."),
            N_("Set public_url, so that links lead where they should."),
            {"host": m.host},
        )


def _bare(host: str) -> str:
    """Return an allowed host as addresses name it: lower case, no brackets, no port."""
    bare = host.strip().lower()
    return bare[1:].partition("]")[0] if bare.startswith("[") else bare.partition(":")[0]


def _master_key(m: Measured) -> Iterator[Finding]:
    if m.key_in_environment:
        yield Finding("safety.key", "ok", N_("The master key comes from the environment."))
    elif m.key_mode is None:
        yield Finding(
            "safety.key",
            "error",
            N_("The master key's file is gone: after a restart personal data cannot be read."),
            N_("Put %(file)s back from your backup before you stop the house."),
            {"file": m.key_file},
        )
    elif m.key_mode & 0o077:
        yield Finding(
            "safety.key",
            "error",
            N_("Others on this machine may read the master key (its mode is %(mode)s)."),
            N_("Run: chmod 600 %(file)s"),
            {"mode": f"{m.key_mode:04o}", "file": m.key_file},
        )
    else:
        yield Finding(
            "safety.key",
            "warning" if m.exposed else "notice",
            N_("The master key lies beside the data: who copies the folder can read everything."),
            N_("Move it into COTERIE_MASTER_KEY, and keep a copy in another place."),
        )


def _clock(m: Measured) -> Iterator[Finding]:
    if m.clock_offset:
        yield Finding(
            "machine.clock",
            "notice",
            N_("The clock of this house stands %(offset)s behind the machine's.")
            if m.clock_offset < 0
            else N_("The clock of this house runs %(offset)s ahead of the machine's."),
            N_("That is right for simulated data; keep real customers in another folder."),
            {"offset": Quantity(abs(m.clock_offset), "ms")},
        )
    else:
        yield Finding("machine.clock", "ok", N_("The clock is the machine's."))


def _erasures(m: Measured) -> Iterator[Finding]:
    if m.erasures_stuck:
        yield Finding(
            "safety.erasures",
            "error",
            N_("An erasure found something that is left (%(number)s)."),
            N_("Open Data protection: it says where."),
            {"number": Quantity(m.erasures_stuck)},
        )
    if m.erasures_late:
        yield Finding(
            "safety.erasures",
            "warning",
            N_("Requests to be erased are past their day (%(number)s)."),
            N_("Open Data protection and answer them."),
            {"number": Quantity(m.erasures_late)},
        )


def _versions(m: Measured) -> Iterator[Finding]:
    told = ", ".join(f"{name} {version}" for name, version in m.packages.items())
    yield Finding(
        "machine.versions",
        "ok",
        N_("Python %(python)s; %(packages)s."),
        values={"python": m.python, "packages": told},
    )


JUDGES: tuple[Judge, ...] = (_owner, _address, _master_key, _erasures, _clock, _versions)
