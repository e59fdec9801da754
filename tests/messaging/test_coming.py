"""What waits in the outbox, counted by when it is to go out."""

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.messaging.coming.service import GRAIN, slots, waiting
from messaging.conftest import Desk, at, request


def test_what_quiet_hours_put_off_is_counted_for_the_morning(desk: Desk) -> None:
    desk.now = at(10, 23)
    desk.send(
        request(1, "a"), request(2, "b"), request(3, "c", origin="broadcast:x", touch="service")
    )
    with desk.database.read(CLOCK, desk.now + 20 * MINUTE) as work:
        late, *morning = waiting(work, work.now + DAY)
        assert (late.origin, late.messages) == ("broadcast:x", 1)
        assert late.at == work.now - work.now % GRAIN, "what is late counts as now"
        assert [(each.at, each.messages) for each in morning] == [(at(11, 8), 2)]
        assert waiting(work, work.now + HOUR) == [late]
        assert sorted(slots(work, work.now + DAY, 5) or []) == [(1, at(11, 8)), (2, at(11, 8))]
        assert slots(work, work.now + DAY, 1) is None
