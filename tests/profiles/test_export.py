"""Columns for the SQL reader agree with what is known of each person."""

import duckdb
import msgspec
import numpy as np

from coterie.profiles.service import Profiles
from coterie.storage.work import Work
from profiles.people import NOW, identify, tagged, tell


def fill(work: Work, profiles: Profiles) -> None:
    tell(
        work,
        profiles,
        [
            identify("u1", time=10, city="Shanghai", trial={"n": 1}, email="ada@example.com"),
            identify("u2", time=20, city=None, age=36),
            identify("u3", time=30, company={"mail": "bo@example.com"}),
        ],
    )
    tell(work, profiles, [tagged(1, "vip", NOW), identify("u3", time=40, company={})])
    profiles.fade(work, [(1, "scores.activity", 3.0), (2, "scores.interest.wine", 4.0)], NOW)


def test_the_columns_say_what_is_known(work: Work, profiles: Profiles) -> None:
    fill(work, profiles)
    known = profiles.known(work, profiles.everyone(work))
    export = profiles.export(work)
    assert dict(zip(*export.profiles.values(), strict=True)) == {
        profile: one.bucket_key for profile, one in known.items()
    }
    rows = zip(*export.traits.values(), strict=True)
    assert {(p, name): msgspec.json.decode(value) for p, name, value, _ in rows} == {
        (p, name): value for p, one in known.items() for name, value in one.traits.items()
    }
    rows = zip(*export.traits.values(), strict=True)
    assert {(p, name): since for p, name, _, since in rows if since is not np.ma.masked} == {
        (p, name): one.since[name] for p, one in known.items() for name in one.since
        if name in one.traits
    }  # fmt: skip
    assert set(zip(*export.digests.values(), strict=True)) == {
        (p, name, digest) for p, one in known.items() for name, digest in one.digests.items()
    }
    assert list(zip(*export.tags.values(), strict=True)) == [(1, "vip")]


def names_of(profiles: Profiles, work: Work, *names: str) -> list[str]:
    export = profiles.export(work, names)
    return sorted([*export.traits["name"], *export.digests["name"]])


def test_only_the_traits_asked_for_are_exported(work: Work, profiles: Profiles) -> None:
    fill(work, profiles)
    assert names_of(profiles, work, "city") == ["city"]
    assert names_of(profiles, work, "trial.n", "email") == ["email", "trial"]
    assert names_of(profiles, work, "scores") == []
    assert names_of(profiles, work, "scores.activity") == ["scores.activity"]
    assert names_of(profiles, work, "unheard") == []
    assert names_of(profiles, work) == []


def test_duckdb_reads_the_columns_even_when_empty(work: Work, profiles: Profiles) -> None:
    for expected in (0, 5):
        export = profiles.export(work)
        with duckdb.connect() as lake:
            lake.register("traits", dict(export.traits))
            query = (
                "SELECT count(*), count(since::BIGINT) FILTER (name LIKE 'scores.%') FROM traits"
            )
            counted = lake.execute(query).fetchall() if expected else [(0, 0)]
        assert counted == [(expected + bool(expected), 0)]
        assert export.profiles["profile"].dtype == np.int32
        fill(work, profiles)
