"""Customers and guides meet, talk and part."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.errors import Invalid, NotFound
from coterie.testing.wecom.acts.base import World, deed
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import (
    WAY_LINK,
    WAY_SCAN,
    ContactWay,
    Customer,
    Edge,
    Json,
    Request,
    WelcomeCode,
)


@dataclass(frozen=True)
class Scanned:
    """What came of a scan. ``welcome_code`` is "" where the platform gives none."""

    userid: str
    external_userid: str
    status: Literal["added", "requested", "already"]
    welcome_code: str = ""


class Meeting(World):
    """Who meets whom."""

    @deed
    def new_customer(
        self,
        name: str = "",
        *,
        unionid: bool | str | None = True,
        type: int = 1,  # noqa: A002 - the platform's word
        gender: int = 0,
        external_userid: str = "",
    ) -> str:
        """Bring a person into being who may scan codes; return her external_userid."""
        corp = self.corp
        made = external_userid or corp.new_id("wm" if type == 1 else "wo")
        union = corp.letters(("union", made), 28) if unionid is True else unionid or None
        corp.customers[made] = Customer(
            made, name or f"Customer {len(corp.customers) + 1}", type, gender,
            union if type == 1 else None, f"https://wx.qlogo.example/{made[-8:]}/0",
            "" if type == 1 else "Another corporation",
        )  # fmt: skip
        return made

    @deed
    def codes(self) -> dict[str, str]:
        """Tell the codes there are by their state: a config_id each."""
        corp = self.corp
        told = {_state(one.given): one.config_id for one in corp.ways.values()}
        told |= {_state(one.given): one.config_id for one in corp.join_ways.values()}
        return {state: config for state, config in told.items() if state}

    @deed
    def scan(self, code: str, external_userid: str, *, half: bool = False) -> Scanned:
        """Scan a contact way's code: added at once, or a request where she must be accepted.

        ``half``: the app is first told that she was half added, as when the guide has not yet
        taken her back, and each of the two events carries a welcome code.
        """
        corp, way = self.corp, self._way(code)
        _person(corp, external_userid)
        guide = self._whom(way, external_userid)
        return self._add(guide, external_userid, _state(way.given), WAY_SCAN,
                         bool(way.given.get("skip_verify", True)), half)  # fmt: skip

    @deed
    def follow_link(self, link: str, external_userid: str, *, channel: str = "") -> Scanned:
        """Follow an acquisition link, with the customer_channel that was put behind it."""
        corp = self.corp
        found = next((one for one in corp.links.values() if link in (one.url, one.link_id)), None)
        if found is None:
            raise NotFound(f"there is no link {link}")
        found.clicks += 1
        users = self._serving(found.users, found.parties)
        guide = users[corp.number("link") % len(users)]
        scanned = self._add(guide, external_userid, channel, WAY_LINK, found.skip_verify, False)
        found.customers.append({
            "external_userid": external_userid, "userid": guide, "chat_status": 0,
            "state": channel,
        })  # fmt: skip
        return scanned

    @deed
    def accept_request(self, userid: str, external_userid: str) -> Scanned:
        """Accept as the guide somebody who waits."""
        waiting = self.corp.requests.pop((userid, external_userid), None)
        if waiting is None:
            raise NotFound(f"{external_userid} does not wait for {userid}")
        return self._befriend(waiting)

    @deed
    def say(
        self,
        userid: str,
        external_userid: str,
        *,
        by: Literal["customer", "guide"] = "customer",
        text: str = "",
        content: Json | None = None,
    ) -> None:
        """Say something in their chat; nobody is told of it, but the chat has begun."""
        edge = self._edge(userid, external_userid)
        edge.chatted = self.corp.now()
        said = content or {"text": {"content": text}}
        self.corp.talk(userid, external_userid, by, said)
        self.corp.note("said", userid=userid, external_userid=external_userid, by=by)
        for link in self.corp.links.values():
            for row in link.customers:
                if row["external_userid"] == external_userid and row["userid"] == userid:
                    row["chat_status"] = 1

    @deed
    def edit_remark(self, userid: str, external_userid: str, remark: str) -> None:
        """Change as the guide the name that she calls her customer by."""
        self._edge(userid, external_userid).remark = remark
        self._tell("edit_external_contact", userid, external_userid)

    @deed
    def tag_by_guide(
        self, userid: str, external_userid: str, tag_id: str, *, off: bool = False
    ) -> None:
        """Put one of the corporation's tags on a customer as the guide, or take it off."""
        tags = self._edge(userid, external_userid).tags
        if off:
            tags.pop(tag_id, None)
        else:
            tags[tag_id] = None
        self._tell("edit_external_contact", userid, external_userid)

    @deed
    def tag_privately(self, userid: str, external_userid: str, name: str) -> None:
        """Put a tag of the guide's own on a customer."""
        self._edge(userid, external_userid).personal[name] = None

    @deed
    def delete_customer(self, userid: str, external_userid: str) -> None:
        """Remove a customer as the guide."""
        self._edge(userid, external_userid)
        self.corp.unlink(userid, external_userid)
        self.corp.note("deleted", userid=userid, external_userid=external_userid, by="guide")
        self._tell("del_external_contact", userid, external_userid)

    @deed
    def delete_guide(self, userid: str, external_userid: str) -> None:
        """Remove a guide as the customer: the guide still has her in her list."""
        edge = self._edge(userid, external_userid)
        if edge.deleted:
            raise Invalid(f"{external_userid} has removed {userid} already")
        edge.deleted = True
        self.corp.note("deleted", userid=userid, external_userid=external_userid, by="customer")
        self._tell("del_follow_user", userid, external_userid)

    # --- inside

    def _way(self, code: str) -> ContactWay:
        corp = self.corp
        found = corp.ways.get(code) or corp.ways.get(corp.by_qr.get(code, ""))
        if found is None:
            raise NotFound(f"there is no contact way {code}: scan its qr_code or its config_id")
        return found

    def _serving(self, users: list[str], parties: list[int]) -> list[str]:
        found = [*users, *self.corp.in_departments(parties)]
        serving = [one for one in dict.fromkeys(found) if self.corp.members[one].serves]
        if not serving:
            raise Invalid("nobody behind this code can take customers now")
        return serving

    def _whom(self, way: ContactWay, external_userid: str) -> str:
        serving = self._serving(way.users, way.parties)
        if way.given.get("is_exclusive"):
            known = [one for one in serving if (one, external_userid) in self.corp.edges]
            if known:
                return known[0]
        if way.given.get("type") == 1 or len(serving) == 1:
            return serving[0]
        chance = self.corp.chance("scan", way.config_id, self.corp.number("scan"))
        return serving[int(chance * len(serving))]

    def _edge(self, userid: str, external_userid: str) -> Edge:
        found = self.corp.edges.get((userid, external_userid))
        if found is None:
            raise NotFound(f"{external_userid} is no customer of {userid}")
        return found

    def _add(
        self, userid: str, external_userid: str, state: str, add_way: int, free: bool, half: bool
    ) -> Scanned:
        corp = self.corp
        edge = corp.edges.get((userid, external_userid))
        if edge is not None and not edge.deleted:
            return Scanned(userid, external_userid, "already")
        asked = Request(userid, external_userid, state, add_way)
        if not free:
            corp.requests[(userid, external_userid)] = asked
            corp.note("requested", userid=userid, external_userid=external_userid)
            return Scanned(userid, external_userid, "requested")
        return self._befriend(asked, half=half)

    def _befriend(self, asked: Request, *, half: bool = False) -> Scanned:
        corp, userid, person = self.corp, asked.userid, asked.external_userid
        edge = corp.edges.get((userid, person)) or Edge(userid, person, 0, asked.add_way)
        edge.createtime, edge.add_way, edge.deleted = corp.seconds(), asked.add_way, False
        edge.state, edge.oper_userid, edge.chatted = asked.state, person, 0
        corp.link(edge)
        corp.welcomed.pop((userid, person), None)
        changes = ["add_half_external_contact"] if half else []
        code = ""
        for change in (*changes, "add_external_contact"):
            code = self._welcome_code(userid, person)
            self._tell(change, userid, person, State=asked.state or None, WelcomeCode=code or None)
        corp.note("added", userid=userid, external_userid=person, state=asked.state,
                  code=code, half=half)  # fmt: skip
        return Scanned(userid, person, "added", code)

    def _welcome_code(self, userid: str, external_userid: str) -> str:
        """None is given where the admin set a welcome, or to members of other corporations."""
        corp = self.corp
        if corp.members[userid].welcome or corp.customers[external_userid].type == 2:
            return ""
        code = corp.new_id("CALLBACK_CODE_", 48)
        corp.codes[code] = WelcomeCode(code, userid, external_userid, corp.now())
        return code

    def _tell(self, change: str, userid: str, external_userid: str, **more: str | None) -> None:
        said = {"UserID": userid, "ExternalUserID": external_userid, **more}
        self.corp.tell("change_external_contact", change, said)


def _state(given: Json) -> str:
    return str(given.get("state") or "")


def _person(corp: Corp, external_userid: str) -> None:
    if external_userid not in corp.customers:
        raise NotFound(f"there is no customer {external_userid}: make one with new_customer")
