"""Scripts in versions: written, held back, published, read, used; what came of them."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from conftest import NOW
from coterie.core.actor import Actor
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict, Invalid
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.guides.ports import OnDuty
from coterie.guides.scripts.model import Draft
from coterie.guides.scripts.service import Scripts
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from guides.people import Staff

AUTHOR = Actor("person", "Mei")
HELLO = Draft("hello", {"en": "First hello"}, "hello", {"zh": "{name}，您好！我是{guide}。"})
STAFF = Staff(duty=[OnDuty("ada", "Ada", "bund", "Bund"), OnDuty("bo", "Bo")])


@pytest.fixture
def scripts() -> Scripts:
    return Scripts(Profiles(b"k" * 32, ZoneInfo("UTC")), STAFF)


def event(name: str, profile: int, time: int) -> Event:
    return Event(
        id=f"{name}{profile}{time}", type="track", name=name, time=time, received=time,
        source="t", profile=profile,
    )  # fmt: skip


def test_guides_see_what_is_published_and_confirm_that_they_read_it(
    database: Database, scripts: Scripts
) -> None:
    with database.begin(AUTHOR, NOW) as work:
        scripts.write(work, HELLO, new=True)
        assert scripts.current_for(work, "ada") == []
        scripts.publish(work, "hello", 1)
        scripts.read(work, "ada", "hello")
        scripts.read(work, "ada", "hello")
        [one] = scripts.current_for(work, "ada")
        assert (one.version.number, one.unread) == (1, False)
        assert scripts.current_for(work, "bo")[0].unread
        standing = scripts.standing(work, "hello")
        assert [one.name for one in standing.read] == ["Ada"]
        assert [one.name for one in standing.missing] == ["Bo"]
        assert scripts.read_counts(work) == (2, {"hello": 1})
    with database.begin(AUTHOR, NOW + DAY) as work:
        assert scripts.remind(work, "hello") == 1
        assert scripts.remind(work, "hello") == 0, "not twice at once"
    with database.begin(AUTHOR, NOW + DAY + 9 * HOUR) as work:
        assert scripts.remind(work, "hello") == 1
        assert scripts.standing(work, "hello").missing[0].reminded == 2
        newer = replace(HELLO, texts={"zh": "{name}，下午好！"})
        scripts.write(work, newer)
        assert scripts.write(work, newer).number == 2, "an unpublished version is written over"
        assert scripts.current_for(work, "ada")[0].version.number == 1
        scripts.publish(work, "hello", 2)
        assert scripts.current_for(work, "ada")[0].unread, "the new words are read anew"
        assert scripts.standing(work, "hello").read == []
        assert [one.number for one in scripts.versions(work, "hello")] == [2, 1]


def test_a_claim_holds_a_version_back_until_somebody_takes_it_upon_her(
    database: Database, scripts: Scripts
) -> None:
    with database.begin(AUTHOR, NOW) as work:
        scripts.write(work, replace(HELLO, texts={"zh": "全国第一的酒", "en": "Hello"}), new=True)
        for reason in ("", " ok "):
            with pytest.raises(Conflict, match="全国第一") as refusal:
                scripts.publish(work, "hello", 1, reason)
            assert refusal.value.code == "claims_found"
        assert scripts.get(work, "hello").current is None
        scripts.publish(work, "hello", 1, "Ranked first by the trade fair's jury of 2025")
        [version] = scripts.versions(work, "hello")
        assert version.published_by == "person:Mei" and "jury" in version.because
        assert [(one["language"], one["words"]) for one in version.findings] == [("zh", "全国第一")]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"texts": {"zh": " "}}, "texts"),
        ({"texts": {"zh": "x" * 1_301}}, "texts.zh"),
        ({"texts": {"en": "Hi {nobody}"}}, "texts.en"),
        ({"stage": "later"}, "stage"),
        ({"stage": "objection", "objection": "none"}, "objection"),
        ({"carrier": "fax"}, "carrier"),
        ({"titles": {}}, "titles"),
        ({"slug": "A b"}, "slug"),
    ],
)
def test_a_refusal_names_its_place(scripts: Scripts, change: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        scripts.write(None, replace(HELLO, **change))  # type: ignore[arg-type]
    assert refusal.value.path == path


def test_what_came_of_a_script_is_counted_by_people(database: Database) -> None:
    profiles = Profiles(b"k" * 32, ZoneInfo("UTC"))
    scripts = Scripts(profiles, STAFF)
    with database.begin(AUTHOR, NOW) as work:
        seen = profiles.recognise(
            work, [replace_user(event("Seen", 0, NOW), user) for user in ("u1", "u2")]
        )
        one, two = (each.profile for each in seen)
        scripts.write(work, HELLO, new=True)
        scripts.publish(work, "hello", 1)
        plain = scripts.used(work, "ada", "hello", how="copied", key="k")
        assert scripts.used(work, "ada", "hello", how="copied", key="k") == plain
        said = "李女士，您好！我是Ada。"
        assert not scripts.used(work, "ada", "hello", how="sent", text=said, profile=one).edited
        assert scripts.used(
            work, "bo", "hello", how="sent", text=said + "全网最低！", profile=two
        ).edited
        assert scripts.hand_out(work, one)["scripts"][0]["said"] == said
        scripts.hear(
            work,
            [
                event("Order Completed", one, NOW + 6 * DAY),
                event("Order Completed", one, NOW + 1),
                event("Order Completed", two, NOW + 7 * DAY),
                event("Group Joined", two, NOW + DAY),
            ],
            [],
        )
        tally = scripts.tallies(work)[("hello", 1)]
        assert (tally.uses, tally.edited, tally.guides, tally.people) == (3, 1, 2, 2)
        assert (tally.bought, tally.joined, tally.came) == (1, 1, 0)
        scripts.follow(work, [Shift(two, two, one)])
        assert len(scripts.hand_out(work, one)["scripts"]) == 2
        assert scripts.erase(work, [one, two])["guide_script_uses"] == 2
        assert {each["said"] for each in scripts.hand_out(work, one)["scripts"]} == {None}
        assert scripts.tallies(work)[("hello", 1)].uses == 3, "the counts stay true"
        scripts.retire(work, "hello")
        with pytest.raises(Conflict):
            scripts.used(work, "ada", "hello", how="copied")


def replace_user(one: Event, user: str) -> Event:
    return Event(
        id=one.id + user, type="track", name=one.name, time=one.time, received=one.received,
        source="t", user_id=user,
    )  # fmt: skip


def test_the_next_sentence_is_the_campaigns_own(database: Database, scripts: Scripts) -> None:
    with database.begin(AUTHOR, NOW) as work:
        for slug, campaign in (("price", None), ("price-autumn", "autumn")):
            scripts.write(
                work,
                replace(HELLO, slug=slug, stage="objection", objection="price", campaign=campaign),
            )
            scripts.publish(work, slug, 1)
        found = scripts.next_sentence(work, "objection", "price", "autumn")
        assert found is not None and found.script.slug == "price-autumn"
        found = scripts.next_sentence(work, "objection", "price")
        assert found is not None and found.script.slug == "price"
        assert scripts.next_sentence(work, "hello") is None
