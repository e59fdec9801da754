"""The face of moments: ask guides to post one, see what it brought, call it off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coterie.channels.wecom.sends.model import MOST_ATTACHMENTS, ToConfirm
from coterie.channels.wecom.sends.moments import store
from coterie.channels.wecom.sends.moments.model import (
    LONGEST,
    UNFINISHED,
    Moment,
    Poster,
    Spread,
)
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import derived_id
from coterie.storage import audit
from coterie.storage.work import Work


@dataclass(frozen=True)
class Moments:
    """The moments of one house."""

    def ask(
        self,
        work: Work,
        title: str,
        text: str,
        *,
        materials: Sequence[str] = (),
        guides: Collection[str] = (),
        tags: Collection[str] = (),
        expires: int | None = None,
        key: str = "",
    ) -> Moment:
        """Ask guides to post a moment; raises Invalid. The same ``key`` is one moment."""
        title = " ".join(title.split())
        if not title:
            raise Invalid("a moment needs a title", path="title", hint="such as: spring tasting")
        if len(text) > LONGEST:
            raise Invalid(f"{len(text)} characters", path="text", hint="at most 2,000")
        if not text.strip() and not materials:
            raise Invalid("it says and shows nothing", path="text", hint="write a few words")
        if len(materials) > MOST_ATTACHMENTS:
            raise Invalid("there are too many materials", path="materials", hint="at most 9")
        if expires is not None and expires <= work.now:
            raise Invalid("it would be over already", path="expires", hint="choose a later moment")
        moment = Moment(
            id=derived_id("wecom.moment", key or (title, work.now)),
            title=title,
            text=text,
            materials=tuple(materials),
            guides=tuple(sorted(guides)),
            tags=tuple(sorted(tags)),
            created=work.now,
            by=str(work.actor),
            expires=expires,
            state="planned",
            due=work.now,
        )
        present = store.find(work, moment.id)
        if present is not None:
            return present
        store.add(work, moment)
        audit.record(work, "wecom.moment.ask", moment.id, guides=len(moment.guides))
        return moment

    def cancel(self, work: Work, moment: str) -> None:
        """Call a moment off; raises NotFound, Conflict. What is posted stays posted."""
        found = self.one(work, moment)[0]
        if found.state not in UNFINISHED:
            raise Conflict("it is over already")
        # the errand stops it at the platform, where it may be by now
        store.change(work, moment, cancelled=work.now, due=work.now)
        audit.record(work, "wecom.moment.cancel", moment)

    def page(self, work: Work, limit: int = 50, offset: int = 0) -> list[tuple[Moment, Spread]]:
        """Return a part of the moments with how far they are, the newest first."""
        found = store.page(work, limit, offset)
        spread = store.spread(work, [moment.id for moment in found])
        return [(moment, spread.get(moment.id, Spread())) for moment in found]

    def one(self, work: Work, moment: str) -> tuple[Moment, Spread]:
        """Return one moment with how far it is; raises NotFound."""
        found = store.find(work, moment)
        if found is None:
            raise NotFound(f"there is no moment {moment!r}")
        return found, store.spread(work, [moment]).get(moment, Spread())

    def posters(self, work: Work, moment: str) -> list[Poster]:
        """Return each guide's part, who has not posted first."""
        order = ("asked", "never", "refused", "posted")
        found = store.posters(work, moment)
        return sorted(found, key=lambda each: (order.index(each.state), -each.likes, each.guide))

    def to_confirm(self, work: Work, guide: str) -> list[ToConfirm]:
        """Return the moments that wait for one guide."""
        return [
            ToConfirm(
                id=moment.id, kind="moment", title=moment.title, text=moment.text, number=0,
                since=moment.opened or moment.created, expires=moment.expires, reminders=0,
                msgid=moment.moment or "",
            )
            for moment in store.asked(work, guide)
        ]  # fmt: skip

    def forget(self, work: Work, externals: Collection[str]) -> int:
        """Forget whose likes and comments these were; the counts stay."""
        return store.forget(work, externals)

    def waiting(self, work: Work) -> list[tuple[str, int]]:
        """Return (guide, since) of every post that is asked for and not made."""
        return store.waiting(work)
