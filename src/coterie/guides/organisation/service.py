"""The face of the organisation: who serves where; every edit is audited."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from coterie.catalog.model import Item
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.guides.organisation import store
from coterie.guides.organisation.asking import Asking
from coterie.guides.organisation.model import (
    KINDS,
    ROLES,
    Dealer,
    Guide,
    Region,
    Store,
)
from coterie.guides.organisation.naming import slug_of
from coterie.guides.organisation.ports import Items, Member
from coterie.storage import audit
from coterie.storage.work import Work

Ended = Callable[[Work, Collection[str], Collection[str]], list[Event]]
"""Told which guides left and which stores closed, or came back; returns what follows from it."""


Changed = Callable[[Work, Collection[str]], None]
"""Told which guides serve elsewhere, are away or back, or have another name, from now on."""


def unheard(_work: Work, _guides: Collection[str]) -> None:
    """Let nobody hear it."""


def nobody(_work: Work, _guides: Collection[str], _stores: Collection[str]) -> list[Event]:
    """Let nothing follow."""
    return []


class Organisation(Asking):
    """Regions, stores, dealers and guides of one house; stores are items of the catalog too."""

    def __init__(self, catalog: Items) -> None:
        self._catalog = catalog
        self.ended: Ended = nobody
        self.edited: Changed = unheard

    # --- regions and dealers

    def save_region(self, work: Work, one: Region) -> None:
        """Write a region; raises Invalid, also where it would lie within itself."""
        check_slug(one.id, "id")
        above = {each.id: each.parent for each in store.read_regions(work)} | {one.id: one.parent}
        if one.parent is not None and one.parent not in above:
            raise Invalid(f"there is no region {one.parent!r}", path="parent")
        step, seen = one.parent, {one.id}
        while step is not None:
            if step in seen:
                raise Invalid(f"{one.id} would lie within itself", path="parent")
            seen.add(step)
            step = above.get(step)
        store.write_regions(work, [replace(one, title=_title(one.title))])
        audit.record(work, "region.save", one.id, title=one.title, parent=one.parent)

    def save_dealer(self, work: Work, one: Dealer) -> None:
        """Write a dealer; raises Invalid."""
        check_slug(one.id, "id")
        store.write_dealers(work, [replace(one, title=_title(one.title))])
        audit.record(work, "dealer.save", one.id, title=one.title, region=one.region)

    # --- stores

    def save_store(self, work: Work, one: Store) -> frozenset[str]:
        """Write a store and its item; return the keys of items that are elsewhere now.

        Whether it is closed stays as it was. Raises Invalid, Conflict.
        """
        before = self._check_store(work, one)
        known = replace(
            one,
            title=_title(one.title),
            closed=None if before is None else before.closed,
            heir=None if before is None else before.heir,
        )
        store.write_stores(work, [known])
        audit.record(work, "store.save", one.id, title=known.title, kind=one.kind)
        moved: frozenset[str] = self._catalog.define_items(work, [self._item(work, known)])
        return moved

    def _check_store(self, work: Work, one: Store) -> Store | None:
        check_slug(one.id, "id")
        if one.kind not in KINDS:
            raise Invalid(f"{one.kind!r} is no kind of store", path="kind", hint="offline or cloud")
        if (one.latitude is None) != (one.longitude is None):
            raise Invalid("a place has both a latitude and a longitude", path="latitude")
        if one.latitude is not None and not (
            -90 <= one.latitude <= 90 and -180 <= (one.longitude or 0) <= 180
        ):
            raise Invalid("no such place on Earth", path="latitude", hint="31.2304, 121.4737")
        if one.zone:
            zone_named(one.zone)
        if one.region is not None and one.region not in {e.id for e in store.read_regions(work)}:
            raise Invalid(f"there is no region {one.region!r}", path="region")
        if one.dealer is not None and one.dealer not in {e.id for e in store.read_dealers(work)}:
            raise Invalid(f"there is no dealer {one.dealer!r}", path="dealer")
        if one.department is not None:
            whose = store.of_departments(work, [one.department]).get(one.department)
            if whose not in (None, one.id):
                raise Conflict(f"department {one.department} is that of the store {whose}")
        return self.store(work, one.id)

    def _item(self, work: Work, one: Store) -> Item:
        """Make the item of a store; what else stands on it stays."""
        known = self._catalog.items(work, [one.id])
        before = known[0] if known else Item(one.id, "store")
        said = {
            "lat": one.latitude, "lon": one.longitude, "timezone": one.zone or None,
            "address": one.address or None, "hours": one.hours or None, "store_kind": one.kind,
        }  # fmt: skip
        kept = {key: value for key, value in before.properties.items() if key not in said}
        told = {key: value for key, value in said.items() if value is not None}
        return replace(before, kind="store", title=one.title, properties=kept | told)

    def close_store(self, work: Work, name: str, heir: str | None) -> list[Event]:
        """Close a store from now on; its customers stay with their guides, at the heir.

        Those whom no guide has are the heir's; without one they are nobody's. Raises NotFound,
        Conflict when it is closed, Invalid for an heir that is none.
        """
        one = self._store(work, name)
        if one.closed is not None:
            raise Conflict(f"the store {name} is closed already")
        if heir is not None:
            other = self.store(work, heir)
            if other is None or other.closed is not None or heir == name:
                raise Invalid(f"{heir!r} is no open store", path="heir")
        store.write_stores(work, [replace(one, closed=work.now, heir=heir)])
        audit.record(work, "store.close", name, heir=heir)
        return self.ended(work, (), (name,))

    def reopen_store(self, work: Work, name: str) -> list[Event]:
        """Take a closing back, as if it had not been; raises NotFound."""
        store.write_stores(work, [replace(self._store(work, name), closed=None, heir=None)])
        audit.record(work, "store.reopen", name)
        return self.ended(work, (), (name,))

    def _store(self, work: Work, name: str) -> Store:
        found = self.store(work, name)
        if found is None:
            raise NotFound(f"there is no store {name!r}")
        return found

    # --- guides

    def save_guide(self, work: Work, one: Guide) -> None:
        """Write a guide and the stores that she serves at from now on; raises Invalid, Conflict.

        Whether she left stays as it was.
        """
        check_slug(one.id, "id")
        if one.role not in ROLES:
            raise Invalid(f"{one.role!r} is no role", path="role", hint="guide or manager")
        self._check_names(work, one)
        known = {each.id for each in store.read_stores(work, one.stores)}
        for name in one.stores:
            if name not in known:
                raise Invalid(f"there is no store {name!r}", path="stores")
        before = self.guide(work, one.id)
        kept = one if before is None else replace(
            one, left=before.left, away_until=before.away_until, contact=before.contact,
            since=before.since,
        )  # fmt: skip
        folded = one.email.strip().casefold() if one.email else None
        store.write_guides(work, [replace(kept, name=_title(one.name), email=folded or None)])
        store.post(work, {one.id: one.stores}, work.now)
        self.edited(work, (one.id,))
        audit.record(work, "guide.save", one.id, stores=list(one.stores), role=one.role)

    def _check_names(self, work: Work, one: Guide) -> None:
        for given, found, what in (
            (one.userid, store.of_userids(work, [one.userid] if one.userid else []), "userid"),
            (
                one.email,
                store.of_emails(work, [one.email.strip().casefold()] if one.email else []),
                "e-mail",
            ),
        ):
            if given and set(found.values()) - {one.id}:
                raise Conflict(f"the {what} {given} is that of the guide {min(found.values())}")

    def leave(self, work: Work, name: str) -> list[Event]:
        """Let a guide serve no more from now on; her customers are held in trust by her store.

        Raises NotFound. Saying it twice changes nothing.
        """
        one = self._guide(work, name)
        if one.left is not None:
            return []
        store.set_guides(work, [name], left=work.now)
        store.post(work, {name: ()}, work.now)
        self.edited(work, (name,))
        audit.record(work, "guide.leave", name)
        return self.ended(work, (name,), ())

    def stay(self, work: Work, name: str) -> list[Event]:
        """Take a leave back that was a mistake: she never left; raises NotFound."""
        left = self._guide(work, name).left
        if left is None:
            return []
        last = [one.store for one in store.posts_of(work, name) if one.until == left]
        store.set_guides(work, [name], left=None)
        store.post(work, {name: last}, work.now)
        self.edited(work, (name,))
        audit.record(work, "guide.stay", name)
        return self.ended(work, (name,), ())

    def away(self, work: Work, name: str, until: int | None) -> None:
        """Say until when a guide is on leave, None when she is back; raises NotFound."""
        self._guide(work, name)
        store.set_guides(work, [name], away_until=until)
        self.edited(work, (name,))
        audit.record(work, "guide.away", name, until=until)

    def _guide(self, work: Work, name: str) -> Guide:
        found = self.guide(work, name)
        if found is None:
            raise NotFound(f"there is no guide {name!r}")
        return found

    # --- what the platform tells

    def of_userids(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return the guide of each userid; one that nobody knows yet makes a guide of its name."""
        asked = {one for one in userids if one}
        found = store.of_userids(work, asked)
        missing = sorted(asked - found.keys())
        if missing:
            taken = store.taken(work)
            fresh = []
            for userid in missing:
                slug = slug_of(userid, taken)
                taken.add(slug)
                fresh.append(Guide(slug, userid, userid, since=work.now))
                found[userid] = slug
            store.write_guides(work, fresh)
            audit.record(work, "guide.found", fresh[0].id, count=len(fresh))
        return found

    def changed(
        self, work: Work, members: Sequence[Member], gone: Collection[str] = ()
    ) -> list[Event]:
        """Take over what the platform tells of its members, and who is one no more.

        Who may not have customers is a guide only if she was one. Departments that are a store's
        say where she serves; where none is, that stays as it was. Returns facts for the road.
        """
        here = [one for one in members if one.left is None]
        slugs = store.of_userids(work, [one.userid for one in here])
        fresh = {one.userid for one in here if one.has_right} - slugs.keys()
        slugs |= self.of_userids(work, fresh) if fresh else {}
        known = {one.id: one for one in store.read_guides(work, set(slugs.values()))}
        shops = store.of_departments(work, {n for one in here for n in one.departments})
        wanted, posted = [], {}
        for member in here:
            if member.userid not in slugs:
                continue
            one = known[slugs[member.userid]]
            told = replace(one, name=member.name.strip() or one.name, contact=member.has_right)
            if told != one:
                wanted.append(told)
            where = tuple(dict.fromkeys(shops[n] for n in member.departments if n in shops))
            if where and where != one.stores and one.left is None:
                posted[one.id] = where
        store.write_guides(work, wanted)
        store.post(work, posted, work.now)
        if wanted or posted:
            audit.record(work, "guide.synced", "members", changed=len(wanted), moved=len(posted))
        away = {*gone, *(one.userid for one in members if one.left is not None)}
        leavers = store.of_userids(work, away).values()
        return [fact for name in sorted(leavers) for fact in self.leave(work, name)]


def _title(text: str) -> str:
    if not text.strip():
        raise Invalid("it needs a name", path="title")
    return text.strip()[:200]
