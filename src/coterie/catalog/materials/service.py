"""The face of materials: take them in, offer those that may be used, serve their bytes."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from coterie.catalog.materials import pictures, sniffing, store
from coterie.catalog.materials.check import checked
from coterie.catalog.materials.model import (
    HOWS,
    ITEM_KIND,
    KINDS,
    PICTURES,
    WITH_FILE,
    Content,
    Draft,
    File,
    How,
    Kind,
    Material,
    Reference,
    Uses,
    Version,
)
from coterie.catalog.materials.shelf import Shelf
from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.storage.audit import record
from coterie.storage.work import Work

_SMALLER = {
    "video": "cut it, or save it with fewer dots",
    "file": "save it smaller, or show it as a link",
}


class Materials:
    """Materials of one house; their bytes lie in ``folder``."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog = catalog
        self._shelf = Shelf(folder)

    # --- taking in

    def add(self, work: Work, draft: Draft) -> Material:
        """Take a new material in; raises Invalid with its place, Conflict for a taken name."""
        draft = checked(draft)
        if store.exists(work, draft.slug):
            raise Conflict(
                f"there is a material {draft.slug} already: choose another name", code="taken"
            )
        return self._keep(work, draft, None)

    def renew(self, work: Work, draft: Draft) -> Material:
        """Change what is said of a material; other words, pages or bytes make a new version.

        What was used before stays as it was: a version is never changed, apart from until when it
        may be used. Raises NotFound, Invalid.
        """
        store.exists(work, draft.slug, lock=True)
        before = self.get(work, draft.slug)
        return self._keep(work, checked(replace(draft, kind=before.kind)), before)

    def retire(self, work: Work, slug: str) -> None:
        """Offer a material no more; what has its address may still look at it until it expires."""
        store.save(work, replace(self.get(work, slug), retired=work.now))
        record(work, "material.retire", slug)

    def restore(self, work: Work, slug: str) -> None:
        """Offer a material again."""
        store.save(work, replace(self.get(work, slug), retired=None))
        record(work, "material.restore", slug)

    def _keep(self, work: Work, draft: Draft, before: Material | None) -> Material:
        file, thumb = self._files(draft, before)
        old = before.version if before else None
        is_new = old is None or (draft.text, draft.url, file) != (old.text, old.url, old.file)
        if is_new:
            number = store.versions(work, draft.slug)[0].number + 1 if old else 1
            version = Version(
                draft.slug, number, draft.text, draft.url, draft.name or draft.slug, file, thumb,
                secrets.token_urlsafe(16), secrets.token_urlsafe(16) if thumb else None,
                draft.since, draft.until, draft.rights, work.now, str(work.actor), draft.note,
            )  # fmt: skip
        else:
            assert old is not None, "what is not new was there"
            version = replace(old, since=draft.since, until=draft.until, rights=draft.rights)
        material = Material(
            draft.slug, before.kind if before else _kind(draft), draft.titles, tuple(draft.topics),
            tuple(draft.tags), draft.language, before.created if before else work.now, version,
            before.retired if before else None,
        )  # fmt: skip
        store.save(work, material)
        if is_new:
            store.add_version(work, version)
        else:
            store.set_bounds(
                work, draft.slug, version.number, draft.since, draft.until, draft.rights
            )
        self._show(work, material)
        record(work, "material.keep", draft.slug, version=version.number)
        return material

    def _files(self, draft: Draft, before: Material | None) -> tuple[File | None, File | None]:
        """Check what was sent in and put it on the shelf: the bytes, and the small picture."""
        if draft.kind not in WITH_FILE:
            return None, None
        if draft.content is None:
            if before is None:
                raise Invalid("the file is missing", path="content", hint="choose a file")
            return before.version.file, before.version.thumb
        size, most = draft.content.stat().st_size, sniffing.LIMITS[draft.kind]
        if draft.kind not in PICTURES:
            sniffing.check_size(size, most, _SMALLER[draft.kind])
            is_video = draft.kind == "video"
            mime = (sniffing.video_of if is_video else sniffing.document_of)(draft.content)
            return File(self._shelf.put(draft.content.read_bytes()), mime, size), None
        sniffing.check_size(size, sniffing.SENT_IN, "save it smaller")
        picture = pictures.remade(draft.content, most)
        return self._put(picture), self._put(pictures.thumbnail(draft.content))

    def _put(self, picture: pictures.Picture) -> File:
        sha = self._shelf.put(picture.content)
        return File(sha, picture.mime, len(picture.content), picture.width, picture.height)

    def _show(self, work: Work, material: Material) -> None:
        """Let it be an item of the catalog, so that touching it tells an interest."""
        titles = material.titles
        title = titles.get("zh") or next(iter(titles.values()))
        self._catalog.define_items(
            work,
            [Item(material.item, ITEM_KIND, material.topics, title, material.version.url or None)],
        )

    # --- offering

    def offered(
        self, work: Work, *, kind: str | None = None, topic: str | None = None,
        tag: str | None = None, language: str | None = None, search: str = "",
    ) -> list[Material]:  # fmt: skip
        """Return what may be used now, the newest first: nothing expired, nothing retired.

        With a ``language`` also what is of any.
        """
        found = [one for one in store.every(work) if one.is_offered(work.now)]
        return chosen(
            found, kind=kind, topic=topic, tag=tag, language=language, search=search,
            items=self._catalog.items_of(work, topic) if topic else None,
        )  # fmt: skip

    def for_guides(self, work: Work, language: str = "") -> list[Material]:
        """Return what guides may use now, the newest first."""
        return self.offered(work, language=language or None)

    def pin(self, work: Work, slug: str) -> Version:
        """Return the version to be used now; raises Conflict once its time is over."""
        material = self.get(work, slug)
        if not material.is_offered(work.now):
            raise Conflict(
                f"the material {slug} may not be used now: it is over, or not to be used yet",
                code="material_over",
            )
        return material.version

    def used(self, work: Work, slug: str, *, how: How, guide: str = "") -> Version:
        """Count a use and return the version used; refuses like ``pin``."""
        if how not in HOWS:
            raise Invalid(f"{how!r} is unknown", path="how", hint=", ".join(HOWS))
        version = self.pin(work, slug)
        store.add_use(work, slug, version.number, how, guide)
        return version

    def refer(self, work: Work, room: str, name: str, slugs: Iterable[str]) -> None:
        """Say which materials a thing of a room uses; replaces what was said of it before."""
        store.refer(work, room, name, slugs)

    # --- looking

    def get(self, work: Work, slug: str) -> Material:
        """Return one material, whether it may be used or not; raises NotFound."""
        for one in store.every(work, [slug]):
            return one
        raise NotFound(f"there is no material {slug!r}")

    def all(self, work: Work) -> list[Material]:
        """Return every material, the newest first."""
        return store.every(work)

    def versions(self, work: Work, slug: str) -> list[Version]:
        """Return a material's versions, the newest first."""
        return store.versions(work, slug)

    def users(self, work: Work, slug: str) -> list[Reference]:
        """Return what uses a material."""
        return store.references(work, slug)

    def uses(self, work: Work) -> Mapping[str, Uses]:
        """Count the uses of every material that has any."""
        return store.uses(work)

    def titles(self, work: Work, slugs: Collection[str]) -> dict[str, Mapping[str, str]]:
        """Return the titles of materials by name; unknown ones are left out."""
        return {one.slug: one.titles for one in store.every(work, slugs)} if slugs else {}

    # --- bytes

    def content(self, work: Work, address: str) -> Content:
        """Return what stands behind a public address; raises NotFound, also once it is over."""
        found = store.at_address(work, address) if len(address) <= 32 else None
        if found is None:
            raise NotFound("there is nothing at this address")
        version, kind, is_small = found
        if version.is_over(work.now):
            raise NotFound("the time of what stood here is over")
        return self._content(version, kind, small=is_small)

    def of_version(self, work: Work, slug: str, number: int, *, small: bool = False) -> Content:
        """Return a version's bytes for the desk, whether it may be used or not."""
        kind = self.get(work, slug).kind
        for version in store.versions(work, slug):
            if version.number == number:
                return self._content(version, kind, small=small)
        raise NotFound(f"the material {slug!r} has no version {number}")

    def bytes_of(self, work: Work, slug: str) -> tuple[File, Path]:
        """Return a material's file to be handed to a platform; refuses like ``pin``."""
        version = self.pin(work, slug)
        if version.file is None:
            raise Invalid(f"the material {slug} has no file", path="material")
        return version.file, self._shelf.path(version.file.sha)

    def _content(self, version: Version, kind: str, *, small: bool) -> Content:
        file = version.thumb if small else version.file
        if file is None:
            raise NotFound("there is no file here")
        return Content(self._shelf.path(file.sha), file, version.name, kind, version.until)

    def tidy(self, work: Work) -> int:
        """Delete files that no version has; count them."""
        return self._shelf.sweep(store.kept(work), work.now)


def chosen(
    found: Iterable[Material], *, kind: str | None = None, topic: str | None = None,
    tag: str | None = None, language: str | None = None, search: str = "",
    items: Collection[str] | None = None,
) -> list[Material]:  # fmt: skip
    """Leave out what does not fit; ``items`` are the keys of those under the topic. Pure."""
    text = search.strip().casefold()
    return [
        one
        for one in found
        if (kind is None or one.kind == kind)
        and (topic is None or items is None or one.item in items)
        and (tag is None or tag in one.tags)
        and (language is None or one.language in ("", language))
        and (not text or any(text in word.casefold() for word in (one.slug, *one.titles.values(),
                                                                  *one.tags)))
    ]  # fmt: skip


def _kind(draft: Draft) -> Kind:
    return next(one for one in KINDS if one == draft.kind)
