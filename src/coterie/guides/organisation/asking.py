"""What may be asked of the organisation; nothing here changes anything."""

from collections.abc import Collection

from coterie.guides.organisation import store
from coterie.guides.organisation.model import (
    Dealer,
    Ends,
    Guide,
    Place,
    Post,
    Region,
    Standing,
    Store,
)
from coterie.guides.ports import OnDuty
from coterie.storage.work import Work


class Asking:
    """The questions that the rest of the house has about guides and stores."""

    def guide(self, work: Work, name: str) -> Guide | None:
        """Return one guide."""
        return self.named(work, [name]).get(name)

    def named(self, work: Work, names: Collection[str]) -> dict[str, Guide]:
        """Return guides by their slugs; those that are none have no key."""
        return {one.id: one for one in store.read_guides(work, set(names))}

    def guides(
        self,
        work: Work,
        *,
        store_id: str | None = None,
        region: str | None = None,
        text: str = "",
        active: bool | None = None,
    ) -> list[Guide]:
        """Return guides by name, narrowed by store, region (and all in it), text, and standing."""
        found = store.read_guides(work)
        if store_id is not None:
            found = [one for one in found if store_id in one.stores]
        if region is not None:
            among = self.stores_in(work, region)
            found = [one for one in found if among.intersection(one.stores)]
        if active is not None:
            found = [one for one in found if (one.left is None) == active]
        part = text.strip().casefold()
        return [one for one in found if part in f"{one.name}\n{one.id}\n{one.userid}".casefold()]

    def by_userid(self, work: Work, userid: str) -> Guide | None:
        """Return the guide whom the platform calls so."""
        return self._by(work, store.of_userids(work, [userid]))

    def by_email(self, work: Work, email: str) -> Guide | None:
        """Return the guide of an address."""
        return self._by(work, store.of_emails(work, [email.strip().casefold()]))

    def _by(self, work: Work, found: dict[str, str]) -> Guide | None:
        return self.guide(work, next(iter(found.values()))) if found else None

    def known_userids(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return the guides of those userids that are somebody's."""
        return store.of_userids(work, userids)

    def guide_names(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return what people call the guides of some userids."""
        slugs = store.of_userids(work, userids)
        known = self.named(work, slugs.values())
        return {userid: known[slug].name for userid, slug in slugs.items()}

    def userids(self, work: Work, names: Collection[str]) -> dict[str, str]:
        """Return what the platform calls some guides; those it does not know have no key."""
        known = self.named(work, names).values()
        return {one.id: one.userid for one in known if one.userid}

    def standings(self, work: Work, guides: Collection[str]) -> dict[str, Standing]:
        """Return whether guides can be given customers; one on leave can not."""
        return {
            one.id: Standing(one.userid, one.name, one.active and not one.away, one.since)
            for one in self.named(work, guides).values()
        }

    def roster(self, work: Work) -> list[OnDuty]:
        """Return who serves now, by name."""
        titles = {one.id: one.title for one in store.read_stores(work)}
        return [
            OnDuty(one.id, one.name, one.store, titles.get(one.store or "", ""))
            for one in store.read_guides(work)
            if one.left is None
        ]

    def of_store(self, work: Work, name: str) -> list[str]:
        """Return who serves at a store now, in order."""
        return store.of_store(work, name)

    def colleagues(self, work: Work, name: str) -> list[Guide]:
        """Return the guides who serve at a store now."""
        known = self.named(work, order := self.of_store(work, name))
        return [known[one] for one in order]

    def counts_by_store(self, work: Work) -> dict[str, int]:
        """Count who serves at each store now."""
        return store.counts_by_store(work)

    def posts_of(self, work: Work, name: str) -> list[Post]:
        """Return where a guide served when, the newest first."""
        return store.posts_of(work, name)

    def stores_at(
        self, work: Work, asked: Collection[tuple[str, int]]
    ) -> dict[tuple[str, int], str]:
        """Return a guide's main store at a moment, by (guide, moment); none where she had none.

        Before her first time anywhere it is the first that she had.
        """
        times = store.main_stores(work, {guide for guide, _ in asked})
        found = {}
        for guide, at in asked:
            hers = times.get(guide, [])
            fitting = [name for since, until, name in hers if since <= at < until]
            if not fitting and hers and at < hers[0][0]:
                fitting = [hers[0][2]]
            if fitting:
                found[guide, at] = fitting[0]
        return found

    def store(self, work: Work, name: str) -> Store | None:
        """Return one store."""
        found = store.read_stores(work, [name])
        return found[0] if found else None

    def all_stores(self, work: Work) -> list[Store]:
        """Return every store, by title."""
        return store.read_stores(work)

    def stores(self, work: Work) -> list[Place]:
        """Return the open stores as places, by title."""
        return [
            Place(one.id, one.title, one.zone, one.latitude, one.longitude)
            for one in store.read_stores(work)
            if one.closed is None
        ]

    def regions(self, work: Work) -> list[Region]:
        """Return every region, by title."""
        return store.read_regions(work)

    def dealers(self, work: Work) -> list[Dealer]:
        """Return every dealer, by title."""
        return store.read_dealers(work)

    def regions_under(self, work: Work, region: str) -> set[str]:
        """Return a region and all that lie in it."""
        found, grew = {region}, True
        every = store.read_regions(work)
        while grew:
            below = {one.id for one in every if one.parent in found} - found
            found |= below
            grew = bool(below)
        return found

    def stores_in(self, work: Work, region: str) -> set[str]:
        """Return the stores of a region and of all that lie in it."""
        under = self.regions_under(work, region)
        return {one.id for one in store.read_stores(work) if one.region in under}

    def ends(self, work: Work, guides: Collection[str]) -> Ends:
        """Return when guides left and when stores closed."""
        return store.ends(work, guides)
