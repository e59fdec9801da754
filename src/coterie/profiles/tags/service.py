"""The verbs of tags: the dictionary, what facts come to under it, and the questions about tags."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pyroaring import BitMap

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.profiles.facts import store as facts_store
from coterie.profiles.facts.store import TAGS
from coterie.profiles.model import Fact
from coterie.profiles.paths import LONGEST_NAME
from coterie.profiles.tags import store
from coterie.profiles.tags.model import COMMUNITY, Carried, Dictionary, Group, Line, Origin, Tag
from coterie.profiles.tags.settling import history, limited, named, replaced
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

Remember = Callable[[Work, facts_store.Shelf, Sequence[Fact]], Any]
"""Settles facts with what stands, and keeps both; ``Profiles`` gives its own."""

_LONGEST_TEXT = 2_000
_LONGEST_TITLE = 80
_LONGEST_VALIDITY = 3_660


class Tags:
    """The dictionary of tags, and who carries them.

    Verbs that change what people carry return who may be concerned: whoever calls has the rules
    asked again of them. Facts are never changed by the dictionary, only what they come to.
    """

    def __init__(self, remember: Remember) -> None:
        self._remember = remember

    # Learning

    def told(self, work: Work, facts: Sequence[Fact]) -> list[Fact]:
        """Return what facts about tags come to under the dictionary, ready to be remembered.

        Names are those of today, ends are put where the dictionary says so, and a tag of an
        exclusive group takes the place of the one carried. What was told late makes the story of
        that person's group be told anew: then its rows are gone, and all of it is in the answer.
        """
        if not facts:
            return []
        book = store.dictionary(work)
        called = [limited(named(fact, book), book) for fact in facts]
        return self._replaced(work, book, called)

    def retold(self, work: Work, facts: Sequence[Fact]) -> list[Fact]:
        """Return what kept facts come to under the dictionary; what followed from it is left out.

        For facts whose rows are gone: of people who turned out to be one, or of another dictionary.
        """
        book = store.dictionary(work)
        own = [named(fact, book) for fact in facts if fact.successor is None]
        return self._replaced(work, book, own)

    def _replaced(self, work: Work, book: Dictionary, facts: Sequence[Fact]) -> list[Fact]:
        plain: list[Fact] = []
        grouped: dict[str, dict[int, list[Fact]]] = {}
        for fact in facts:
            group = book.group_of(fact.name)
            if group is None:
                plain.append(fact)
            else:
                grouped.setdefault(group, {}).setdefault(fact.profile, []).append(fact)
        for group, by_profile in grouped.items():
            plain += self._in_group(work, book.members(group), by_profile)
        return plain

    def _in_group(
        self, work: Work, names: frozenset[str], said: dict[int, list[Fact]]
    ) -> list[Fact]:
        held: dict[int, dict[str, Fact]] = {profile: {} for profile in said}
        for (profile, name), standing in facts_store.standings(work, TAGS, said, names).items():
            held[profile][name] = standing.fact
        late = {
            profile
            for profile, facts in said.items()
            if min(fact.order for fact in facts)
            < max((fact.order for fact in held[profile].values()), default=(0, ""))
        }
        if late:
            past = self._own(work, late, names)
            store.forget(work, late, names)
            for profile in late:
                said[profile] = [*past.get(profile, ()), *said[profile]]
                held[profile] = {}
        return [fact for who, facts in said.items() for fact in replaced(held[who], facts)]

    def _own(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> dict[int, list[Fact]]:
        """Read what was said of these tags of people, without what followed from a group."""
        found: dict[int, list[Fact]] = {}
        for fact in self._kept(work, profiles, names):
            if fact.successor is None:
                found.setdefault(fact.profile, []).append(fact)
        return found

    def _kept(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> Iterable[Fact]:
        standing = facts_store.standings(work, TAGS, profiles, names)
        yield from (one.fact for one in standing.values())
        for past in facts_store.past_facts(work, TAGS, profiles, names).values():
            yield from past

    def _retell(self, work: Work, names: Collection[str], people: BitMap) -> BitMap:
        """Settle these tags anew of people; return who they are."""
        for chunk in in_chunks(people):
            own = [fact for facts in self._own(work, chunk, names).values() for fact in facts]
            store.forget(work, chunk, names)
            self._remember(work, TAGS, self.retold(work, own))
        return people

    # The dictionary

    def dictionary(self, work: Work) -> Dictionary:
        """Return all entries and groups."""
        return store.dictionary(work)

    def canonical(self, work: Work, name: str) -> str:
        """Return the tag that a name means today."""
        return store.dictionary(work).canonical(name)

    def entry(self, work: Work, name: str) -> Tag:
        """Return one entry; raises NotFound for a tag that is not in the dictionary."""
        found = store.dictionary(work).tags.get(name)
        if found is None:
            raise NotFound(f"tag {name!r} is not in the dictionary")
        return found

    def define_group(self, work: Work, group: Group) -> BitMap:
        """Write a group, new or of the same slug; return whom the change may concern.

        Where it becomes exclusive each person keeps the tag put on last, where it ceases to be
        each gets back what only a neighbour took off. Raises Invalid.
        """
        check_slug(group.slug, "slug")
        _check_length("title_en", group.title_en, _LONGEST_TITLE)
        _check_length("title_zh", group.title_zh, _LONGEST_TITLE)
        book = store.dictionary(work)
        before = book.groups.get(group.slug)
        if before == group:
            return BitMap()
        store.write_group(work, group)
        audit.record(work, "tag.group_defined", group.slug, exclusive=group.exclusive)
        was = before is not None and before.exclusive
        if was == group.exclusive:
            return BitMap()
        names = book.members(group.slug)
        return self._retell(work, names, store.ever_several(work, names))

    def delete_group(self, work: Work, slug: str) -> None:
        """Remove a group; raises NotFound, and Conflict while a tag is in it."""
        book = store.dictionary(work)
        if slug not in book.groups:
            raise NotFound(f"there is no group {slug!r} of tags")
        within = sorted(one.name for one in book.tags.values() if one.group == slug)
        if within:
            raise Conflict(
                f"group {slug!r} still holds {', '.join(within)}: move them out first",
                code="tag_group_in_use",
            )
        store.remove_group(work, slug)
        audit.record(work, "tag.group_deleted", slug)

    def define(self, work: Work, tag: Tag) -> BitMap:
        """Write an entry, new or of the same name; return whom the change may concern.

        A name that people carry already is adopted as it is; a new one is a slug. An end of
        validity counts for what is put on from now on. Raises Invalid.
        """
        book = store.dictionary(work)
        before = book.tags.get(tag.name)
        self._check(work, book, tag, before)
        kept = replace(
            tag,
            retired=before.retired if before else None,
            alias_of=None,
            defined_at=before.defined_at if before else work.now,
            defined_by=before.defined_by if before else str(work.actor),
        )
        if kept == before:
            return BitMap()
        store.write_entries(work, [kept])
        audit.record(work, "tag.defined", tag.name, group=tag.group, validity=tag.validity)
        if before is not None and before.group == tag.group:
            return BitMap()
        told = BitMap()
        for one in (book, store.dictionary(work)):  # out of its old neighbours, in with the new
            names = _exclusive(one, tag.name)
            told |= self._retell(work, names, store.ever_several(work, names))
        return told

    def _check(self, work: Work, book: Dictionary, tag: Tag, before: Tag | None) -> None:
        if before is not None and before.alias_of is not None:
            raise Conflict(
                f"tag {tag.name!r} was merged into {before.alias_of!r}: part them first",
                code="tag_merged",
            )
        if tag.name.startswith(COMMUNITY):
            raise Invalid(
                "tags of participation belong to their communities", path="name",
                hint="change the community's title instead", code="tag_of_community",
            )  # fmt: skip
        if before is None and not store.ever(work, [tag.name]):
            check_slug(tag.name, "name")
        _check_length("name", tag.name, LONGEST_NAME)
        for path in ("title_en", "title_zh", "owner"):
            _check_length(path, getattr(tag, path), _LONGEST_TITLE)
        _check_length("description", tag.description, _LONGEST_TEXT)
        if tag.group is not None and tag.group not in book.groups:
            raise Invalid(f"there is no group {tag.group!r} of tags", path="group")
        if tag.validity is not None and not 1 <= tag.validity <= _LONGEST_VALIDITY:
            raise Invalid(
                f"{tag.validity} days is no validity", path="validity",
                hint=f"from 1 to {_LONGEST_VALIDITY} days, or none",
            )  # fmt: skip

    def retire(self, work: Work, name: str, *, retired: bool = True) -> None:
        """Retire a tag, or take it into use again; who carries it goes on carrying it."""
        before = self.entry(work, name)
        if (before.retired is not None) == retired:
            return
        store.write_entries(work, [replace(before, retired=work.now if retired else None)])
        audit.record(work, "tag.retired" if retired else "tag.unretired", name)

    def merge(self, work: Work, name: str, into: str) -> BitMap:
        """Let a name mean another tag from now on and ever before; return whom it may concern.

        Who carried either carries ``into``; every fact stays, with the name it was said with.
        Rules and facts that say the old name go on. Raises NotFound, Invalid and Conflict.
        """
        book = store.dictionary(work)
        target = self.entry(work, into)
        old = book.tags.get(name) or Tag(name, defined_at=work.now, defined_by=str(work.actor))
        if name.startswith(COMMUNITY):
            raise Invalid(
                "tags of participation belong to their communities", path="name",
                code="tag_of_community",
            )  # fmt: skip
        if target.alias_of is not None or target.retired is not None:
            raise Conflict(
                f"tag {into!r} is retired or merged itself: choose one in use", code="tag_retired"
            )
        if old.alias_of is not None or name == into:
            raise Conflict(
                f"tag {name!r} means {book.canonical(name)!r} already", code="tag_merged"
            )
        if name not in book.tags and not store.ever(work, [name]):
            raise NotFound(f"there is no tag {name!r}")
        store.write_entries(work, [replace(old, alias_of=into)])
        audit.record(work, "tag.merged", name, into=into)
        names = _exclusive(book, name) | _exclusive(book, into)
        self._retell(work, names, store.ever(work, [name]))
        return store.ever(work, [into])

    def part(self, work: Work, name: str) -> BitMap:
        """Take a merge back: what was said with the name counts for it again."""
        old = self.entry(work, name)
        if old.alias_of is None:
            raise Conflict(f"tag {name!r} was not merged into another")
        book = store.dictionary(work)
        concerned = store.ever(work, [book.canonical(name)])
        store.write_entries(work, [replace(old, alias_of=None)])
        audit.record(work, "tag.parted", name, of=old.alias_of)
        after = store.dictionary(work)
        said = [name, *after.other_names.get(name, ())]
        # the name it goes by again may be an exclusive group's: what that one says counts too
        names = _exclusive(book, book.canonical(name)) | _exclusive(after, name)
        self._retell(work, names, store.ever_said(work, book.canonical(name), said))
        return concerned

    # Questions

    def history(self, work: Work, profile: int) -> list[Line]:
        """Tell the story of a person's tags, the newest line first."""
        return history(self._kept(work, [profile], ()), work.now)

    def holders(self, work: Work, name: str) -> BitMap:
        """Return who carries a tag now, called by any of its names."""
        return store.holders(work, self.canonical(work, name))

    def by_every_name(self, work: Work, held: Iterable[Sequence[Any]]) -> Iterator[tuple[int, str]]:
        """Yield (profile, tag) once more for each other name of the tag, for rules that ask so."""
        others = store.dictionary(work).other_names
        for profile, tag in held:
            yield profile, tag
            yield from ((profile, other) for other in others.get(tag, ()))

    def all_holders(self, work: Work) -> dict[str, BitMap]:
        """Return who carries each tag now; tags that nobody carries any more have nobody."""
        return store.all_holders(work)

    def carried(
        self, work: Work, names: Collection[str], profiles: Collection[int]
    ) -> dict[int, dict[str, Carried]]:
        """Return which of these tags people carry now, and by which fact."""
        found: dict[int, dict[str, Carried]] = {}
        for row in store.standing_of(work, names, profiles):
            carried = Carried(row.until, row.time, row.source)
            found.setdefault(row.profile, {})[row.name] = carried
        return found

    def last_told(self, work: Work) -> dict[str, int]:
        """Return when each tag was last put on somebody or taken off."""
        return store.last_told(work)

    def origins(self, work: Work, name: str) -> list[Origin]:
        """Count who carries a tag now by where it came from, the most first."""
        return store.origins(work, name)

    def by_hours(self, work: Work, name: str, since: int) -> list[tuple[int, int, int]]:
        """Return (hour, how often put on, how often taken off) of a tag since a moment."""
        return store.by_hours(work, name, since)


def _exclusive(book: Dictionary, name: str) -> frozenset[str]:
    """Return what is settled together with a tag: it, and its exclusive group."""
    group = book.group_of(name)
    return frozenset([name]) if group is None else book.members(group) | {name}


def _check_length(path: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise Invalid(f"{len(text)} characters are too many", path=path, hint=f"at most {longest}")
