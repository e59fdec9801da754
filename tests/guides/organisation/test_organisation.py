"""Who serves where: by hand, from a file, and as the platform tells it."""

from dataclasses import dataclass

import pytest

from conftest import NOW
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid
from coterie.guides.organisation import importing
from coterie.guides.organisation.model import Guide, Region, Store
from coterie.guides.organisation.service import Organisation
from coterie.storage.database import Database

FILE = """name,userid,email,role,store,store_title,region,kind,lat,lon,hours,department
Li Na,lina,LINA@shop.example,manager,bund,The Bund,shanghai,offline,31.24,121.49,1-7=10:00-22:00,2
Li Na,lina,,,xuhui,Xuhui,shanghai,offline,,,,3
,,,,cloud,Cloud,,cloud,,,,
"""


@dataclass(frozen=True)
class Member:
    userid: str
    name: str
    departments: tuple[int, ...] = ()
    has_right: bool = True
    left: int | None = None


def test_a_file_is_taken_in_and_again_changes_nothing(database: Database) -> None:
    catalog = Catalog()
    organisation = Organisation(catalog)
    for at in (NOW, NOW + DAY):
        with database.begin(COMMAND, at) as work:
            done = importing.write(work, organisation, importing.read(FILE))
            assert (done.guides, done.stores, done.regions) == (1, 3, 1)
    with database.begin(COMMAND, NOW + DAY) as work:
        one = organisation.by_email(work, "lina@SHOP.example")
        assert one is not None
        assert (one.id, one.stores, one.role) == ("lina", ("bund", "xuhui"), "manager")
        assert [each.since for each in organisation.posts_of(work, "lina")] == [NOW, NOW]
        item = catalog.item(work, "bund")
        assert item is not None and item.properties["lat"] == 31.24
        assert organisation.stores_in(work, "shanghai") == {"bund", "xuhui"}
        assert [one.key for one in organisation.stores(work)] == ["cloud", "bund", "xuhui"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("nome\nx\n", "line 1"),
        ("name,store\n,\n", "line 2"),
        ("name,store,lat\nAnn,bund,north\n", "line 2"),
        ("name,store,hours\nAnn,bund,always\n", "line 2"),
    ],
)
def test_a_faulty_file_says_where(text: str, path: str) -> None:
    with pytest.raises(Invalid) as raised:
        importing.read(text)
    assert raised.value.path == path


def test_the_platforms_departments_say_where_a_guide_serves(database: Database) -> None:
    organisation = Organisation(Catalog())
    with database.begin(COMMAND, NOW) as work:
        organisation.save_store(work, Store("bund", "The Bund", department=2))
        organisation.save_store(work, Store("xuhui", "Xuhui", department=3))
        met = organisation.of_userids(work, ["LiNa"])  # she was met before anybody told of her
        assert met == {"LiNa": "lina"}
        clerk = Member("clerk", "Clerk", (2,), has_right=False)
        organisation.changed(work, [Member("LiNa", "Li Na", (2,)), clerk])
        one = organisation.guide(work, "lina")
        assert one is not None and (one.name, one.stores) == ("Li Na", ("bund",))
        assert organisation.by_userid(work, "clerk") is None
    with database.begin(COMMAND, NOW + DAY) as work:
        organisation.changed(work, [Member("LiNa", "Li Na", (3,), has_right=False)])
        assert organisation.stores_at(work, [("lina", NOW), ("lina", NOW + DAY)]) == {
            ("lina", NOW): "bund", ("lina", NOW + DAY): "xuhui",
        }  # fmt: skip
        assert not organisation.standings(work, ["lina"])["lina"].active
    with database.begin(COMMAND, NOW + 2 * DAY) as work:
        organisation.changed(work, [], ["LiNa", "clerk"])
        gone = organisation.guide(work, "lina")
        assert gone is not None and (gone.left, gone.stores) == (NOW + 2 * DAY, ())
    with database.begin(COMMAND, NOW + 3 * DAY) as work:
        organisation.stay(work, "lina")
        back = organisation.guide(work, "lina")
        assert back is not None and (back.left, back.stores) == (None, ("xuhui",))


def test_what_makes_no_sense_is_refused(database: Database) -> None:
    organisation = Organisation(Catalog())
    with database.begin(COMMAND, NOW) as work:
        organisation.save_region(work, Region("east", "East"))
        organisation.save_region(work, Region("city", "City", "east"))
        with pytest.raises(Invalid):
            organisation.save_region(work, Region("east", "East", "city"))  # within itself
        organisation.save_store(work, Store("bund", "The Bund", department=2))
        with pytest.raises(Conflict):
            organisation.save_store(work, Store("other", "Other", department=2))
        with pytest.raises(Invalid):
            organisation.save_store(work, Store("half", "Half", latitude=1.0))
        organisation.save_guide(work, Guide("ann", "Ann", "ann", stores=("bund",)))
        with pytest.raises(Conflict):
            organisation.save_guide(work, Guide("bea", "Bea", "ann"))
        with pytest.raises(Invalid):
            organisation.save_guide(work, Guide("bea", "Bea", stores=("nowhere",)))
        with pytest.raises(Invalid):
            organisation.close_store(work, "bund", "bund")
