"""Names in use: every trait and tag that there is, once, and no value of anybody."""

from coterie.profiles.names.service import Names, common_values, names_in_use
from coterie.profiles.service import Profiles
from coterie.storage.work import Work
from profiles.people import NOW, identify, tagged, tell, untagged


def test_in_an_empty_house_no_name_is_in_use(work: Work) -> None:
    assert names_in_use(work) == Names((), (), ())


def test_each_name_comes_once_in_order_and_without_a_value(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [
        identify("ada", city="Turin", email="ada@example.com", plan={"ends": "2026-02-01"}),
        identify("bob", city="Shanghai", age=31),
    ])  # fmt: skip
    tell(work, profiles, [tagged(1, "vip", NOW), tagged(2, "vip", NOW), tagged(2, "new", NOW)])
    tell(work, profiles, [untagged(2, "new", NOW + 1)])
    profiles.fade(work, [(1, "scores.b", 1.0), (2, "scores.a", 1.0)], 1_000)
    found = names_in_use(work)
    assert found == Names(
        traits=("age", "city", "email", "plan"),
        fading=("scores.a", "scores.b"),
        tags=("new", "vip"),
    )
    assert "Turin" not in repr(found)


def test_only_values_that_several_share_are_offered_and_sealed_ones_never(
    work: Work, profiles: Profiles
) -> None:
    tell(work, profiles, [
        identify(
            f"u{number}", city="Turin" if number < 5 else "Rome", vip=number % 2 == 0,
            email=f"u{number % 2}@example.com", tags=["a"],
        )
        for number in range(9)
    ])  # fmt: skip
    assert common_values(work, "city") == ("Turin",)
    assert common_values(work, "vip") == (True,)
    assert common_values(work, "email") == common_values(work, "tags") == ()
    assert common_values(work, "absent") == ()
