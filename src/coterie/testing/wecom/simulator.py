"""The simulator as one object: a corporation, its gate, its courier and its server.

::

    with Wecom(seed="shop") as wecom:
        wecom.add_member("anna")
        ...                                  # the app makes a code through wecom.base_url
        wecom.connect("http://127.0.0.1:8000/callbacks/wecom")
        wecom.scan(code, wecom.new_customer("Li Lei"))
        wecom.deliver()
"""

import re
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from types import TracebackType

from coterie.core.clock import Clock, SystemClock
from coterie.core.errors import Conflict, Invalid
from coterie.testing.clock import FakeClock
from coterie.testing.wecom.acts.base import World, deed
from coterie.testing.wecom.acts.crowding import Crowding
from coterie.testing.wecom.acts.grouping import Grouping
from coterie.testing.wecom.acts.meeting import Meeting
from coterie.testing.wecom.acts.sending import Sending
from coterie.testing.wecom.call import Call
from coterie.testing.wecom.codes import MEANINGS, Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.courier import Courier, Target
from coterie.testing.wecom.gate import Fault, Gate
from coterie.testing.wecom.limits import Limits
from coterie.testing.wecom.model import Department, Entry, Json, Member
from coterie.testing.wecom.passing import pass_time
from coterie.testing.wecom.table import ENDPOINTS

_PAUSE = 0.05
"""Seconds between two rounds of a courier that runs by itself."""
_PATIENCE = 10.0
_USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._@-]{0,63}")


class Faults(World):
    """What goes wrong in the world, on demand."""

    gate: Gate
    courier: Courier

    @deed
    def fault(self, code: int, *, api: str = "", times: int = 1) -> None:
        """Answer the next calls, of one endpoint or of any, with an error code."""
        if code not in MEANINGS:
            raise Invalid(f"{code} is no error code of the platform", path="code")
        self.gate.faults.append(Fault(api, times, code=code))

    @deed
    def slow(self, seconds: float, *, api: str = "", times: int = 1) -> None:
        """Take so many real seconds for the next answers."""
        self.gate.slow.append(Fault(api, times, seconds=seconds))

    @deed
    def expire_token(self) -> None:
        """End the token's life early: it answers 42001 from now on."""
        self.gate.expire_token()

    @deed
    def refuse_ip(self, refuse: bool = True) -> None:
        """Answer every call with 60020, as when this machine's address is not trusted."""
        self.gate.refuses_ip = refuse

    @deed
    def lag(self, seconds: int) -> None:
        """Let ``groupchat/get`` tell how groups stood so many seconds ago; 0: as they are."""
        self.corp.lag = seconds

    @deed
    def welcome_busy(self, times: int = 1) -> None:
        """Answer the next welcomes with 41096, as while another app sends one."""
        self.corp.busy_welcomes = times

    @deed
    def drop(self, number: int = 1) -> None:
        """Lose the next callbacks."""
        self.courier.dropping += number

    @deed
    def hold(self) -> None:
        """Keep callbacks back."""
        self.courier.holding = True

    @deed
    def release(self) -> None:
        """Let the callbacks go that were kept back."""
        self.courier.holding = False


class Wecom(Meeting, Grouping, Sending, Crowding, Faults):
    """A simulated WeCom. Every method may be called from any thread.

    ``clock`` may be shared with a house; without one it follows the machine's, and ``advance``
    shifts it. ``auto`` lets a thread deliver callbacks by itself.
    """

    def __init__(
        self,
        seed: str = "corp",
        *,
        clock: Clock | None = None,
        port: int = 0,
        limits: Limits | None = None,
        auto: bool = False,
    ) -> None:
        self.clock = clock or SystemClock()
        super().__init__(Corp(seed, self.clock, limits or Limits()))
        self.gate = Gate(self.corp)
        self.courier = Courier(self.corp)
        self.port = port
        self.shuffle = False
        self.duplicate = 0.0
        self._auto = auto
        self._running: Flag | None = None
        self._closers: list[Callable[[], None]] = []
        self.corp_id, self.agent_id = self.corp.corp_id, self.corp.agent_id
        self.secret, self.token = self.corp.secret, self.corp.token
        self.aes_key = self.corp.aes_key

    @property
    def base_url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop serving and delivering."""
        while self._closers:
            self._closers.pop()()

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have something done when it closes, the last said first."""
        self._closers.append(closer)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    # --- time and who is there

    def use_clock(self, clock: Clock) -> None:
        """Go by another clock from now on, such as the machine's once a story is played."""
        with self.lock:
            self.clock = self.corp.clock = clock

    @deed
    def advance(self, seconds: float) -> int:
        """Move the clock forward; return where it stands, in milliseconds."""
        if seconds < 0:
            raise Invalid("a clock moves forward only", path="seconds")
        if isinstance(self.clock, FakeClock):
            self.clock.set(self.clock.now() + int(seconds * 1_000))
        elif isinstance(self.clock, SystemClock):
            self.clock.offset += int(seconds * 1_000)
        else:
            raise Conflict("this clock belongs to somebody else: move it there")
        pass_time(self.corp)
        return self.clock.now()

    @deed
    def set_clock(self, moment: int) -> int:
        """Move the clock forward to a moment in milliseconds; one that is past changes nothing."""
        return self.advance(max(0, moment - self.clock.now()) / 1_000)

    @deed
    def add_department(self, id: int, name: str, parent: int = 1) -> None:  # noqa: A002
        """Add a department."""
        if parent not in self.corp.departments:
            raise Invalid(f"there is no department {parent}", path="parent")
        self.corp.departments[id] = Department(id, name, parent)
        self.corp.tell("change_contact", "create_party", {
            "Id": id, "Name": name, "ParentId": parent,
        })  # fmt: skip

    @deed
    def add_member(
        self,
        userid: str,
        name: str = "",
        departments: tuple[int, ...] | list[int] = (1,),
        *,
        position: str = "",
        contact_right: bool = True,
        visible: bool = True,
        active: bool = True,
        welcome: bool = False,
        quiet: bool = True,
    ) -> None:
        """Add a member; the app is told of it unless ``quiet``."""
        if not _USERID.fullmatch(userid):
            raise Invalid(f"{userid!r} is no userid", path="userid")
        self.corp.members[userid] = Member(
            userid, name or userid, list(departments), position, contact_right, visible, active,
            welcome,
        )  # fmt: skip
        if not quiet:
            self._tell_of_member("create_user", userid)

    @deed
    def change_member(
        self,
        userid: str,
        *,
        name: str | None = None,
        departments: list[int] | None = None,
        contact_right: bool | None = None,
        visible: bool | None = None,
        active: bool | None = None,
        welcome: bool | None = None,
    ) -> None:
        """Change what is told; the app hears of a name or departments, of rights it does not."""
        changes = {
            "name": name, "departments": departments, "contact_right": contact_right,
            "visible": visible, "active": active, "welcome": welcome,
        }  # fmt: skip
        for what, value in changes.items():
            if value is not None:
                setattr(self.corp.members[userid], what, value)
        if name is not None or departments is not None:
            self._tell_of_member("update_user", userid)

    @deed
    def member_leaves(self, userid: str) -> None:
        """Let a member leave the corporation: her customers wait for somebody else."""
        self.corp.members[userid].left = self.corp.seconds()
        self.corp.note("member_left", userid=userid)
        self.corp.tell("change_contact", "delete_user", {"UserID": userid})

    def _tell_of_member(self, change: str, userid: str) -> None:
        one = self.corp.members[userid]
        self.corp.tell("change_contact", change, {
            "UserID": userid, "Name": one.name, "Position": one.position or None,
            "Department": ",".join(map(str, one.departments)),
            "MainDepartment": one.departments[0], "Status": 1 if one.active else 4,
        })  # fmt: skip

    # --- callbacks

    def connect(self, target: str | Target) -> None:
        """Verify and keep where callbacks go: an address, or what answers them."""
        self.courier.connect(target)
        if self._auto and self._running is None:
            self._running = Flag()
            self._run_courier(self._running)

    def deliver(self, *, shuffle: bool | None = None, duplicate: float | None = None) -> int:
        """Bring what is due; return how many attempts were made."""
        with self.lock:
            pass_time(self.corp)
            due = self.courier.due(
                shuffle=self.shuffle if shuffle is None else shuffle,
                duplicate=self.duplicate if duplicate is None else duplicate,
            )
        for one in due:  # without the lock: whoever is called may call back in turn
            status, _ = self.courier.bring(one)
            with self.lock:
                self.courier.settle(one, status)
        return len(due)

    @property
    def pending(self) -> int:
        """How many callbacks wait."""
        return len(self.corp.outgoing)

    @deed
    def disorder(self, *, shuffle: bool = False, duplicate: float = 0.0) -> None:
        """Deliver out of order and twice from now on, by a chance that the seed fixes."""
        self.shuffle, self.duplicate = shuffle, duplicate

    def _run_courier(self, ended: Flag) -> None:
        def run() -> None:
            while not ended.wait(_PAUSE):
                self.deliver()

        thread = Thread(target=run, name="wecom-courier", daemon=True)
        thread.start()

        def stop() -> None:
            ended.set()
            thread.join(_PATIENCE)

        self.on_close(stop)

    # --- calls

    def answer(self, api: str, method: str, call: Call) -> Json:
        """Answer a call of the API as its JSON; the token stands in ``call.query``."""
        with self.lock:
            pass_time(self.corp)
            try:
                told = {"errcode": 0, "errmsg": "ok", **self._answer(api, method, call)}
            except Refused as error:
                told = {"errcode": error.code, "errmsg": error.said}
            self.corp.note("api", api=api, errcode=told["errcode"], given=call.given)
            return told

    def _answer(self, api: str, method: str, call: Call) -> Json:
        self.gate.check(api)
        if api == "gettoken":
            return dict(self.gate.new_token(call.text("corpid"), call.text("corpsecret")))
        self.gate.check_token(call.query.get("access_token"))
        if api not in ENDPOINTS:
            raise Refused(301051, api)
        wanted, handler = ENDPOINTS[api]
        if wanted != method:
            raise Refused(43001 if wanted == "GET" else 43002)
        return handler(self.corp, call)

    # --- what happened

    @property
    def journal(self) -> list[Entry]:
        """Everything that happened, the oldest first."""
        with self.lock:
            return list(self.corp.journal)

    def entries(self, kind: str, **where: object) -> list[Entry]:
        """Return the lines of a kind that say what is asked."""
        return [
            one
            for one in self.journal
            if one.kind == kind and all(one.data.get(k) == v for k, v in where.items())
        ]

    def count(self, kind: str, **where: object) -> int:
        """Count the lines of a kind that say what is asked."""
        return len(self.entries(kind, **where))
