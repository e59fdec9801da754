"""From events to touches: who is meant by a name, which store, which code."""

from collections.abc import Iterable, Sequence

from coterie.core.event import Event
from coterie.guides.binding.model import Touch
from coterie.guides.binding.ports import Sources, Staff
from coterie.guides.binding.reading import Heard, heard
from coterie.storage.work import Work

Came = tuple[Heard, Touch]


def gathered(work: Work, events: Iterable[Event], staff: Staff, sources: Sources) -> list[Came]:
    """Return the touches that events tell of, each with what was heard."""
    raw = [one for event in events for one in heard(event)]
    if not raw:
        return []
    states = {one.state for one in raw if one.state}
    codes = sources.resolve(work, states) if states else {}
    guides = _guides(work, raw, staff)
    wanted = {
        (guides[one.named], one.at) for one in raw if one.store is None and one.named in guides
    }
    stores = staff.stores_at(work, wanted) if wanted else {}
    found = []
    for one in raw:
        guide = guides.get(one.named)
        source = codes.get(one.state)
        store = one.store or (source.store if source is not None else None)
        if store is None and guide is not None:
            store = stores.get((guide, one.at))
        if guide is not None or one.kind in ("order", "bought", "link"):
            kind = "code" if one.kind == "added" and source is not None else one.kind
            kind = "bought" if kind == "order" and guide is None else kind
            label = one.state or one.label
            found.append((one, Touch(one.at, kind, guide, store, one.event, label)))
    return found


def _guides(work: Work, raw: Sequence[Heard], staff: Staff) -> dict[str, str]:
    """Return the guide of each name; one of the platform's that nobody knows is made."""
    named = {one.named for one in raw if one.named}
    found = staff.known_userids(work, named)
    slugs = named - found.keys()
    found |= {slug: slug for slug in staff.named(work, slugs)} if slugs else {}
    missing = {one.named for one in raw if one.is_platform} - found.keys() - {""}
    return found | (staff.of_userids(work, missing) if missing else {})
