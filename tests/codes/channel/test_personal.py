"""Codes of members' own: copies of one code, told apart by their owner, in nobody's way."""

from codes.channel.test_codes import STORE, TILL, wanted
from codes.channel.town import NOW
from coterie.codes.channel.model import Filter
from coterie.codes.channel.personal import PersonalCodes
from coterie.codes.channel.service import ChannelCodes
from coterie.core.actor import COMMAND
from coterie.storage.database import Database


def test_a_copy_does_what_the_code_does_and_says_whose_it_is(
    database: Database, codes: ChannelCodes
) -> None:
    personal = PersonalCodes(codes)
    with database.begin(COMMAND, NOW) as work:
        door, till = codes.make(work, STORE).state, codes.make(work, TILL).state
        for like, guide in ((door, "AN"), (till, "AN")):
            personal.make(work, like, "friends", ["rf_a", "rf_b"])
            personal.make(work, like, "friends", ["rf_a"])
            mine = personal.states(work, like, "friends", ["rf_a", "rf_b", "rf_none"])
            assert set(mine) == {"rf_a", "rf_b"}
            told = codes.resolve(work, mine.values())
            assert told[mine["rf_a"]].placement == "friend:rf_a"
            assert told[mine["rf_a"]].tags == codes.get(work, like).definition.tags
            assert guide in (wanted(codes, work)[mine["rf_b"]] or ())
        assert personal.states(work, door, "another", ["rf_a"]) == {}
        assert personal.states(work, "nothing", "friends", ["rf_a"]) == {}


def test_lists_leave_copies_out_and_nobody_is_led_to_one(
    database: Database, codes: ChannelCodes
) -> None:
    with database.begin(COMMAND, NOW) as work:
        door, till = codes.make(work, STORE).state, codes.make(work, TILL).state
        PersonalCodes(codes).make(work, door, "friends", ["rf_a"])
        found, number = codes.page(work, Filter())
        assert {one.state for one in found} == {door, till}
        assert number == 2
        assert codes.values_of(work, "campaign") == []
        codes.disable(work, door)
        codes.disable(work, till)
        assert codes.resolve(work, [till])[till].effective in (door, till)
