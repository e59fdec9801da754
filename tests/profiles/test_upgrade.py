"""A folder of an earlier version, where several identities shared a profile, keeps its people."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from coterie.core.actor import CLOCK
from coterie.profiles.service import Profiles
from coterie.profiles.vault import Sealer, Vault
from coterie.storage import migrate
from coterie.storage.database import Database
from profiles.people import KEY, NOW, event, room
from profiles.test_graph import check

BEFORE = "2026_11_22_0555"
FACTS = "INSERT INTO {} (profile, name, time, message_id, {}) VALUES (1, :name, 1, 'm', {})"


def fill(database: Database, profiles: Profiles) -> None:
    """Write what the version before kept: a user with a browser, two ids made one by an alias."""
    vault = Vault(KEY)
    names = [
        (1, "anonymous_id", "browser", 1, False), (1, "user_id", "ada", 2, False),
        (2, "user_id", "old", 1, True), (2, "user_id", "new", 2, False),
    ]  # fmt: skip
    with database.begin(CLOCK, NOW) as work:
        keys = {number: vault.new_key(number) for number in (1, 2)}
        sealer = Sealer(vault, keys)
        for number, key in keys.items():
            made = {"id": number, "uid": f"uid-{number}", "key": key, "now": NOW}
            for sql in (
                "INSERT INTO profiles (id, uid, bucket_key, created, is_learnt)"
                " VALUES (:id, :uid, :uid, :now, true)",
                "INSERT INTO profile_keys (profile, wrapped) VALUES (:id, :key)",
            ):
                work.connection.execute(text(sql), made)
        for profile, kind, value, seen, superseded in names:
            work.connection.execute(
                text(
                    "INSERT INTO identities (kind, digest, profile, sealed, source, first_seen,"
                    " last_seen, superseded) VALUES (:kind, :digest, :profile, :sealed, 's',"
                    " :seen, :seen, :superseded)"
                ),
                {"kind": kind, "digest": profiles.blind(kind, value), "profile": profile,
                 "sealed": sealer.seal(profile, value.encode()), "seen": seen,
                 "superseded": superseded},
            )  # fmt: skip
        since = FACTS.format("traits", "value, since", ":value, 1")
        work.connection.execute(text(since), {"name": "city", "value": '"Turin"'})
        past = FACTS.format("trait_facts", "value", ":value")
        work.connection.execute(text(past), {"name": "city", "value": '"Rome"'})


def test_people_of_before_stay_and_may_merge(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)
    command.upgrade(migrate._config(database), BEFORE)
    profiles = room()
    fill(database, profiles)
    migrate.upgrade(database)
    with database.begin(CLOCK, NOW) as work:
        check(work, profiles)
        owners = {one.value: one.came_with for one in profiles.identities_of(work, 1)}
        assert owners == {"ada": 1, "browser": None}  # the account keeps what was known
        assert profiles.user_ids(work, [1, 2]) == {1: "ada", 2: "new"}
        profiles.recognise(work, [event(user="new", anonymous="browser")])
        check(work, profiles)
        assert [one.value for one in profiles.reviews(work)] == ["browser"]
        profiles.join(work, 1, 2)
        assert profiles.traits(work, 2) == {} and profiles.traits(work, 1) == {"city": "Turin"}
        profiles.undo(work, profiles.merges_of(work, 1)[0].id)
        check(work, profiles)
        assert list(profiles.everyone(work)) == [1, 2]
    database.close()
