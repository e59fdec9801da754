"""Handing customers and groups over, at a simulated platform."""

from coterie.core.actor import COMMAND
from coterie.guides.handover.model import Handover, Wanted
from coterie.guides.organisation.model import Store
from roads.contacts.corp import Corp


def staffed(corp: Corp) -> None:
    """Let three members serve at one store."""
    for userid in ("lina", "wang", "zhao"):
        corp.wecom.add_member(userid, userid.title(), (1,))
    with corp.app.db.begin(COMMAND, corp.now) as work:
        corp.app.guides.organisation.save_store(work, Store("bund", "The Bund", department=1))
    corp.reconcile()


def owner(corp: Corp, external: str) -> str | None:
    profile = corp.profile(external)
    assert profile is not None
    with corp.app.db.read(COMMAND, corp.now) as work:
        found = corp.app.guides.bindings.owner_of(work, [profile]).get(profile)
    return None if found is None else found.guide


def ask(corp: Corp, giver: str, taker: str, message: str = "") -> Handover:
    with corp.app.db.begin(COMMAND, corp.now) as work:
        one, facts = corp.app.guides.handovers.ask(work, Wanted(giver, taker, message))
        corp.app.inbound.tell(work, facts)
    corp.settle()
    return one


def counts(corp: Corp, one: Handover) -> dict[str, int]:
    with corp.app.db.read(COMMAND, corp.now) as work:
        return corp.app.guides.handovers.counts(work, [one.id])[one.id]


def test_customers_of_a_guide_at_work_may_refuse_for_a_day(corp: Corp) -> None:
    staffed(corp)
    agrees, refuses = corp.meet("agrees", "lina"), corp.meet("refuses", "lina")
    assert owner(corp, agrees) == "lina"
    one = ask(corp, "lina", "wang", "Wang will look after you.")
    assert counts(corp, one) == {"waiting": 2}
    assert owner(corp, agrees) == "lina"  # nothing has moved yet
    again = ask(corp, "lina", "wang", "Wang will look after you.")
    assert again.id == one.id
    corp.wecom.refuse_transfer("wang", refuses)
    corp.settle()
    assert counts(corp, one) == {"waiting": 1, "refused": 1}
    corp.passes(hours=25)
    corp.settle()
    assert counts(corp, one) == {"done": 1, "refused": 1}
    assert (owner(corp, agrees), owner(corp, refuses)) == ("wang", "lina")
    with corp.app.db.read(COMMAND, corp.now) as work:
        assert corp.app.guides.handovers.get(work, one.id).finished is not None
        trail = corp.app.guides.bindings.history(work, corp.profile(agrees) or 0)
    assert [(each.guide, each.why) for each in trail] == [("lina", "added"), ("wang", "handed")]


def test_what_a_leaver_had_goes_to_another_with_her_groups(corp: Corp) -> None:
    staffed(corp)
    external = corp.meet("hers", "lina")
    chat = corp.wecom.new_chat("lina", "Pasta")
    corp.settle()
    corp.wecom.member_leaves("lina")
    corp.settle()
    with corp.app.db.read(COMMAND, corp.now) as work:
        gone = corp.app.guides.organisation.guide(work, "lina")
    assert gone is not None and gone.left is not None
    assert owner(corp, external) is None  # the store holds her in trust
    one = ask(corp, "lina", "wang")
    assert one.kind == "resigned"
    corp.passes(hours=25)
    corp.settle()
    assert counts(corp, one) == {"done": 1}
    assert owner(corp, external) == "wang"
    assert corp.wecom.corp.chats[chat].owner == "wang"


def test_a_crash_between_the_platforms_yes_and_our_note_of_it_asks_nobody_twice(
    corp: Corp,
) -> None:
    staffed(corp)
    corp.meet("hers", "lina")
    assert corp.app.contacts is not None
    handing = next(one for one in corp.app.contacts.others if one.name == "handover")
    with corp.app.db.begin(COMMAND, corp.now) as work:
        one, _ = corp.app.guides.handovers.ask(work, Wanted("lina", "wang"))
        row = corp.app.guides.handovers.of(work, one.id, ("asked",))[0]
    corp.client.transfers.customers("lina", "wang", [row.external])  # and nobody wrote it down
    assert handing.run(corp.now)
    assert counts(corp, one) == {"waiting": 1}
    assert len(corp.wecom.corp.transfers) == 1
