"""The face of scripts: write and publish them, have them read, count what came of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from coterie.core.clock import DAY, format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.guides.ports import Nobody, OnDuty, Roster
from coterie.guides.scripts import slots, store
from coterie.guides.scripts.check import checked
from coterie.guides.scripts.lint import Finding, blocking, lint
from coterie.guides.scripts.model import (
    HOWS,
    Draft,
    How,
    Reader,
    Reading,
    Script,
    Standing,
    Tally,
    Use,
    Version,
)
from coterie.profiles.service import Profiles
from coterie.storage import audit, keeping
from coterie.storage.work import Work

WITHIN = 7 * DAY
"""How long after a script was said something counts as having come of it."""

_LEADS_TO = {
    "Order Completed": "bought",
    "Group Joined": "joined",
    "coterie.community.joined": "joined",
    "Activity Attended": "came",
    "coterie.activity.attended": "came",
}
_REMINDERS_A_DAY = 3
_SHORTEST_REASON = 8


class Scripts:
    """Scripts of one house; a listener on the road, and a keeper."""

    name = "scripts"

    def __init__(self, profiles: Profiles, roster: Roster | None = None) -> None:
        self._profiles = profiles
        self._roster: Roster = roster or Nobody()

    # --- writing

    def write(self, work: Work, draft: Draft, *, new: bool = False) -> Version:
        """Keep what an author wrote as the newest version, unpublished; guides see it not yet.

        A newest version that is unpublished is written over. Raises Invalid with its path;
        Conflict when ``new`` and the name is taken.
        """
        draft = checked(draft)
        before = store.get(work, draft.slug, lock=True)
        if new and before is not None:
            raise Conflict(f"there is a script {draft.slug} already: choose another name")
        script = Script(
            draft.slug, draft.titles, draft.stage, before.created if before else work.now,
            draft.objection, draft.campaign, draft.carrier, tuple(draft.banned),
            before.current if before else None,
        )  # fmt: skip
        store.save(work, script)
        found = store.versions(work, draft.slug)
        number = store.numbers_of(found)
        if found and found[0].published is None:
            number = found[0].number
        elif found and dict(found[0].texts) == dict(draft.texts):
            return found[0]  # only what stands beside the words was changed
        version = Version(
            draft.slug, number, draft.texts, work.now, str(work.actor), note=draft.note
        )
        store.save_version(work, version)
        audit.record(work, "script.write", draft.slug, version=number)
        return version

    def lint(self, script: Script | Draft, texts: Mapping[str, str]) -> dict[str, list[Finding]]:
        """Return what may be objected to, by language; languages without a finding are left out."""
        found = {
            tag: lint(text, carrier=script.carrier, banned=script.banned)
            for tag, text in texts.items()
        }
        return {tag: findings for tag, findings in found.items() if findings}

    def publish(self, work: Work, slug: str, number: int, because: str = "") -> Version:
        """Give a version to all guides at once; who read the one before has to read this one.

        Raises Conflict (``claims_found``) when the linter holds it back and nobody says why it
        shall be published all the same: the reason, and who gave it, are kept beside the version.
        """
        script, version = self.get(work, slug), self.version(work, slug, number)
        findings = self.lint(script, version.texts)
        held = [one for each in findings.values() for one in blocking(each)]
        because = because.strip()[:500]
        if held and len(because) < _SHORTEST_REASON:
            said = ", ".join(dict.fromkeys(one.words for one in held))
            raise Conflict(
                f"this version says {said}: write it otherwise, or say why it may stand so",
                code="claims_found",
            )
        version = replace(
            version, published=work.now, published_by=str(work.actor),
            because=because if held else "",
            findings=[
                {"language": tag, **asdict(one)} for tag, each in findings.items() for one in each
            ],
        )  # fmt: skip
        store.save_version(work, version)
        store.save(work, replace(script, current=number, retired=None))
        held_back = [one.words for one in held]
        audit.record(
            work, "script.publish", slug, version=number, found=held_back, because=version.because
        )
        return version

    def retire(self, work: Work, slug: str) -> None:
        """Take a script from the guides; what was said with it stays counted."""
        store.save(work, replace(self.get(work, slug), retired=work.now))
        audit.record(work, "script.retire", slug)

    # --- guides

    def current_for(self, work: Work, guide: str) -> list[Reading]:
        """Return the scripts that a guide has, those that she has yet to read first."""
        kept = store.readings_of(work, guide)
        found = []
        for script, version in store.current(work):
            row = kept.get((script.slug, version.number))
            unread = row is None or row.read is None
            found.append(Reading(script, version, unread, 0 if row is None else row.reminded))
        return sorted(found, key=lambda one: not one.unread)

    def next_sentence(
        self, work: Work, stage: str, objection: str | None = None, campaign: str | None = None
    ) -> Reading | None:
        """Return the script to say at a stage, the campaign's own before another; None if none."""
        fitting = [
            Reading(script, version, unread=False)
            for script, version in store.current(work)
            if script.stage == stage
            and script.objection == objection
            and script.campaign in (None, campaign)
        ]
        return min(fitting, key=lambda one: one.script.campaign is None, default=None)

    def read(self, work: Work, guide: str, slug: str, number: int | None = None) -> None:
        """Confirm that a guide has read a version, the current one unless said."""
        script = self.get(work, slug)
        number = number or script.current
        if number is None:
            raise Conflict("this script is not published: there is nothing to read yet")
        self.version(work, slug, number)
        store.read(work, slug, number, guide)

    def used(
        self, work: Work, guide: str, slug: str, *, how: How, text: str = "",
        profile: int | None = None, number: int | None = None, key: str = "",
    ) -> Use:  # fmt: skip
        """Write down that a guide copied or sent a script; ``text`` is what was really said.

        ``profile`` is whom it was said to, where that is known: what she does within seven days is
        counted as having come of it, and the words are kept sealed with her key. The same ``key``
        is the same use.
        """
        script = self.get(work, slug)
        number = number or script.current
        if number is None or script.retired is not None:
            raise Conflict("this script is not in use: take another one", code="script_over")
        if how not in HOWS:
            raise Invalid(f"{how!r} is unknown", path="how", hint="copied or sent")
        version = self.version(work, slug, number)
        edited = bool(text) and all(slots.is_edited(one, text) for one in version.texts.values())
        use = Use(
            derived_id("script", slug, guide, key or f"{work.now}:{profile}:{how}"),
            slug, number, guide, how, work.now, edited, profile,
        )  # fmt: skip
        said = None
        if text and profile is not None:
            said = self._profiles.sealer(work, [profile]).seal(profile, text.encode())
        store.add_use(work, use, said)
        return use

    # --- looking

    def get(self, work: Work, slug: str) -> Script:
        """Return one script; raises NotFound."""
        found = store.get(work, slug)
        if found is None:
            raise NotFound(f"there is no script {slug!r}")
        return found

    def all(self, work: Work) -> list[Script]:
        """Return all scripts, those in use first."""
        return store.every(work)

    def versions(self, work: Work, slug: str) -> list[Version]:
        """Return a script's versions, the newest first."""
        return store.versions(work, slug)

    def version(self, work: Work, slug: str, number: int) -> Version:
        """Return one version; raises NotFound."""
        for one in store.versions(work, slug):
            if one.number == number:
                return one
        raise NotFound(f"the script {slug!r} has no version {number}")

    def standing(self, work: Work, slug: str) -> Standing:
        """Say who has read a script's current version, and who has not."""
        script = self.get(work, slug)
        if script.current is None:
            return Standing()
        kept = store.readings(work, slug, script.current)
        readers = []
        for one in self._roster.roster(work):
            row = kept.get(one.guide)
            shown = (one.guide, one.name, one.store_title)
            readers.append(
                Reader(*shown)
                if row is None
                else Reader(*shown, row.read, row.reminded, row.reminded_at)
            )
        return Standing(
            [one for one in readers if one.read is not None],
            [one for one in readers if one.read is None],
        )

    def read_counts(self, work: Work) -> tuple[int, dict[str, int]]:
        """Return how many guides there are, and how many of them have read each script."""
        guides = {one.guide for one in self._roster.roster(work)}
        return len(guides), store.read_counts(work, guides)

    def on_duty(self, work: Work) -> dict[str, OnDuty]:
        """Return the active guides by their id, with the names that pages show."""
        return {one.guide: one for one in self._roster.roster(work)}

    def remind(self, work: Work, slug: str) -> int:
        """Remind those who have not read a script, each three times a day at most; count them.

        The reminder stands first on the guide's own page.
        """
        script, missing = self.get(work, slug), self.standing(work, slug).missing
        kept = store.readings(work, slug, script.current or 0)
        guides = [
            one.guide
            for one in missing
            if one.guide not in kept
            or kept[one.guide].reminded_at is None
            or kept[one.guide].reminded_at <= work.now - DAY // _REMINDERS_A_DAY
        ]
        if guides and script.current is not None:
            store.remind(work, slug, script.current, guides)
            audit.record(work, "script.remind", slug, guides=len(guides))
        return len(guides)

    def tallies(self, work: Work, slug: str | None = None) -> dict[tuple[str, int], Tally]:
        """Return what came of each version, by script and number; unused ones are left out."""
        return store.tallies(work, slug)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Write down what came of scripts: an order, a group joined, an activity attended."""
        telling = [one for one in events if one.name in _LEADS_TO]
        if not telling:
            return []
        since = min(one.time for one in telling) - WITHIN
        uses = store.uses_about(work, {one.profile for one in telling}, since)
        for outcome in store.OUTCOMES:
            moments: dict[str, int] = {}
            for use in uses:
                times = [
                    one.time
                    for one in telling
                    if one.profile == use.profile
                    and _LEADS_TO[one.name] == outcome
                    and use.at <= one.time < use.at + WITHIN
                ]
                known = getattr(use, outcome)
                if times and (known is None or min(times) < known):
                    moments[use.id] = min(times)
            store.came_of(work, outcome, moments)
        return []

    def wake(self, work: Work) -> list[Event]:  # noqa: ARG002
        """Do nothing: time alone changes no script."""
        return []

    def next_due(self, work: Work) -> int | None:  # noqa: ARG002
        """Return None."""
        return None

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let uses follow the people whom they were about."""
        keeping.follow(work, store.use_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what guides said to a person by script, as plain JSON."""
        rows = store.of_person(work, profile)
        homes = {row.came_with for row in rows if row.said is not None}
        sealer = self._profiles.sealer(work, homes) if homes else None
        return {
            "scripts": [
                {
                    "script": row.script,
                    "version": row.number,
                    "how": row.how,
                    "at": format_time(row.at),
                    "said": sealer.open(row.came_with, row.said).decode()
                    if sealer is not None and row.said is not None
                    else None,
                }
                for row in rows
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget what was said to these people."""
        return {"guide_script_uses": store.erase(work, profiles)}
