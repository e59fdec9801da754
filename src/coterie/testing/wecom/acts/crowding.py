"""Very many people at once: those who were there before, and what a whole crowd does."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from coterie.core.clock import SECOND
from coterie.core.errors import CoterieError, Invalid
from coterie.testing.wecom.acts.base import DEEDS, World, deed
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.model import WAY_SCAN, Customer, Edge, Json


class Crowding(World):
    """A crowd."""

    @deed
    def people(self, people: Sequence[Mapping[str, Any]]) -> None:
        """Bring persons into being: ``external_userid``, ``name`` and ``unionid`` of each.

        With ``guide`` and ``since`` (milliseconds) one has been that guide's customer since then,
        of which nobody is told: it was so before anybody listened.
        """
        corp = self.corp
        for one in people:
            who = str(one["external_userid"])
            avatar = f"https://wx.qlogo.example/{who[-8:]}/0"
            name, union = str(one["name"]), str(one["unionid"])
            corp.customers[who] = Customer(who, name, 1, 0, union, avatar)
            if "guide" in one:
                since, guide = int(one["since"]) // SECOND, str(one["guide"])
                corp.link(Edge(guide, who, since, WAY_SCAN, oper_userid=guide))

    @deed
    def many(self, deeds: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Do deeds one after the other: ``verb``, what it takes in ``given``, and ``at`` when.

        Moments in milliseconds, none before the last; a deed without one is done at once. Returns
        what came of each; of one that is refused ``{"refused": why}``.
        """
        act: Any = self
        came: list[Any] = []
        for one in deeds:
            if one["verb"] not in DEEDS or one["verb"] == "many":
                raise Invalid(f"there is no deed {one['verb']!r}", path="verb")
            if "at" in one:
                act.set_clock(one["at"])
            try:
                told = getattr(act, one["verb"])(**one.get("given", {}))
            except (CoterieError, Refused) as error:
                came.append({"refused": str(error)})
            else:
                plain = is_dataclass(told) and not isinstance(told, type)
                came.append(asdict(told) if plain else told)
        return came

    @deed
    def waiting(self) -> list[Json]:
        """Tell what guides are asked to send and have not: whom, what, since when."""
        return [
            {"msgid": one.msgid, "userid": userid, "chat_type": one.chat_type,
             "created": one.created, "text": one.given["text"]["content"]}
            for one in self.corp.sends.values() if not one.cancelled
            for userid, task in one.tasks.items() if not task.confirmed
        ]  # fmt: skip
