"""Materials: what comes in is checked and made anew, what goes out is never over."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from conftest import NOW
from coterie.catalog.materials.model import Draft
from coterie.catalog.materials.service import Materials
from coterie.catalog.service import Catalog
from coterie.core.actor import Actor
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.storage.database import Database

AUTHOR = Actor("person", "Mei")
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is told of bytes is the same on every database."""
POSTER = Draft(
    "autumn", "poster", {"zh": "秋日海报", "en": "Autumn"}, ("wine/italy",), ("秋", "夜")
)
TEXT = Draft("greeting", "text", {"en": "Greeting"}, text="Good evening")


@pytest.fixture
def materials(tmp_path: Path) -> Materials:
    return Materials(Catalog(), tmp_path / "materials")


def picture(folder: Path, size: tuple[int, int], form: str = "JPEG", **said: object) -> Path:
    path = folder / f"sent-{size[0]}-{form}"
    image = Image.frombytes("RGB", size, Random(7).randbytes(size[0] * size[1] * 3))
    image.save(path, form, **said)
    return path


def document(folder: Path, *names: str) -> Path:
    path = folder / "sent.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return path


@SQLITE
def test_a_picture_is_made_anew_within_what_wecom_takes(
    database: Database, materials: Materials, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    sent = picture(tmp_path, (1600, 1200), quality=95, exif=exif)
    assert sent.stat().st_size > 2 * 1024**2
    with database.begin(AUTHOR, NOW) as work:
        made = materials.add(work, replace(POSTER, content=sent, name="../Autumn <1>.jpg"))
        file, path = materials.bytes_of(work, "autumn")
        assert file.mime == "image/jpeg" and file.size == path.stat().st_size <= 2 * 1024**2
        assert (file.width, file.height) == (1440, 1080)
        with Image.open(path) as image:
            assert not image.getexif()
        assert made.version.name == "Autumn 1.jpg"
        small = materials.content(work, made.version.thumb_address or "")
        assert small.file.width == 480
        assert len(made.version.address) > 20 and made.version.address != small.file.sha
        catalog = Catalog()
        item = catalog.item(work, "material/autumn")
        assert item is not None and (item.kind, item.topics) == ("material", ("wine/italy",))


@SQLITE
def test_the_same_bytes_are_kept_once_and_swept_when_nothing_has_them(
    database: Database, materials: Materials, tmp_path: Path
) -> None:
    sent = picture(tmp_path, (60, 60))
    with database.begin(AUTHOR, NOW) as work:
        for slug in ("one", "two"):
            materials.add(work, replace(POSTER, slug=slug, content=sent))
        one, two = (materials.get(work, slug).version for slug in ("one", "two"))
        assert one.file == two.file and one.address != two.address
    shelf = tmp_path / "materials"
    stray = shelf / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left by a crash")
    with database.begin(AUTHOR, 2**53) as work:
        assert materials.tidy(work) == 1
        materials.bytes_of(work, "one")
    assert len([*shelf.glob("*/*")]) == 2, "the picture and the small one"


def test_what_is_over_is_offered_no_more_and_stands_nowhere(
    database: Database, materials: Materials, tmp_path: Path
) -> None:
    sent = picture(tmp_path, (60, 60))
    with database.begin(AUTHOR, NOW) as work:
        materials.add(
            work, replace(POSTER, content=sent, since=NOW + DAY, until=NOW + 2 * DAY, language="zh")
        )
        materials.add(work, TEXT)
        assert [one.slug for one in materials.offered(work)] == ["greeting"]
        with pytest.raises(Conflict):
            materials.pin(work, "autumn")
    with database.begin(AUTHOR, NOW + DAY) as work:
        assert {one.slug for one in materials.for_guides(work, "zh")} == {"autumn", "greeting"}
        assert [one.slug for one in materials.for_guides(work, "en")] == ["greeting"]
        assert [one.slug for one in materials.offered(work, topic="wine")] == ["autumn"]
        assert [one.slug for one in materials.offered(work, tag="夜", kind="poster")] == ["autumn"]
        assert [one.slug for one in materials.offered(work, search="greet")] == ["greeting"]
        address = materials.used(work, "autumn", how="copied", guide="ada").address
        materials.used(work, "autumn", how="sent", guide="bo")
        materials.refer(work, "plan", "new", ["autumn", "greeting"])
        materials.refer(work, "plan", "new", ["autumn"])
        assert materials.content(work, address).until == NOW + 2 * DAY
    with database.begin(AUTHOR, NOW + 2 * DAY) as work:
        assert [one.slug for one in materials.offered(work)] == ["greeting"]
        with pytest.raises(Conflict, match="autumn"):
            materials.used(work, "autumn", how="copied", guide="ada")
        with pytest.raises(NotFound):
            materials.content(work, address)
        assert materials.of_version(work, "autumn", 1).file.mime == "image/jpeg"
        uses = materials.uses(work)["autumn"]
        assert (uses.total, uses.guides, dict(uses.by_how)) == (2, 2, {"copied": 1, "sent": 1})
        assert [one.object for one in materials.users(work, "autumn")] == ["new"]
        assert materials.users(work, "greeting") == []
        materials.retire(work, "greeting")
        assert materials.offered(work) == []


def test_other_words_make_a_version_other_bounds_do_not(
    database: Database, materials: Materials
) -> None:
    with database.begin(AUTHOR, NOW) as work:
        first = materials.add(work, TEXT).version
        with pytest.raises(Conflict):
            materials.add(work, TEXT)
        kept = materials.renew(work, replace(TEXT, until=NOW + DAY, titles={"en": "Evening"}))
        assert (kept.version.number, kept.version.address) == (1, first.address)
        newer = materials.renew(work, replace(TEXT, text="Good night", kind="poster"))
        assert (newer.version.number, newer.kind) == (2, "text")
        assert newer.version.address != first.address
        assert [one.text for one in materials.versions(work, "greeting")] == [
            "Good night", "Good evening",
        ]  # fmt: skip


@SQLITE
def test_what_is_not_taken_is_refused_with_its_place(tmp_path: Path, database: Database) -> None:
    def sent(content: bytes) -> Path:
        path = tmp_path / "sent"
        path.write_bytes(content)
        return path

    film, file = replace(POSTER, kind="video"), replace(POSTER, kind="file")
    macros = document(tmp_path, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    with database.begin(AUTHOR, NOW) as work:
        materials = Materials(Catalog(), tmp_path / "shelf")
        for draft in (
            POSTER,
            replace(POSTER, content=sent(b"<svg onload=alert(1)>")),
            replace(POSTER, content=sent(b"GIF89a" + bytes(40))),
            replace(POSTER, content=sent(bytes(3))),
            replace(film, content=sent(b"MZ" + bytes(40))),
            replace(film, content=sent(b"\0\0\0\x18ftypmp42" + bytes(10 * 1024**2))),
            replace(file, content=sent(b"<html>")),
            replace(file, content=macros),
            replace(file, content=document(tmp_path, "run.exe")),
        ):
            with pytest.raises(Invalid) as refusal:
                materials.add(work, draft)
            assert refusal.value.path == "content" and refusal.value.hint
        good = document(tmp_path, "[Content_Types].xml", "xl/workbook.xml")
        materials.add(work, replace(file, content=good))
        pdf = materials.renew(work, replace(file, content=sent(b"%PDF-1.7 and so on")))
        assert pdf.version.file is not None and pdf.version.file.mime == "application/pdf"
        for path, draft in {
            "text": replace(TEXT, text=" "),
            "titles": replace(TEXT, titles={}),
            "slug": replace(TEXT, slug="A"),
            "url": replace(TEXT, kind="link", url="javascript:alert(1)"),
            "until": replace(TEXT, since=NOW, until=NOW),
            "language": replace(TEXT, language="fr"),
            "tags": replace(TEXT, tags=["x" * 41]),
            "topics[0]": replace(TEXT, topics=["a b"]),
        }.items():
            with pytest.raises(Invalid) as refusal:
                materials.add(work, draft)
            assert refusal.value.path == path
        long = replace(TEXT, text="好" * 1_334)
        with pytest.raises(Invalid, match="4002 bytes"):
            materials.add(work, long)


@SQLITE
def test_a_bomb_is_not_unpacked(tmp_path: Path, database: Database) -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    path = tmp_path / "bomb"
    path.write_bytes(out.getvalue())
    with database.begin(AUTHOR, NOW) as work, pytest.raises(Invalid, match=r"dots|read"):
        Materials(Catalog(), tmp_path / "shelf").add(work, replace(POSTER, content=path))
