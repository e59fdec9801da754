"""Codes of many people that all do what one code does: whoever is added by one came by its owner.

A phone's browser is not the WeChat account that adds a guide, so nothing but the state of the code
says who sent her. Lists of codes leave them out.
"""

from collections.abc import Collection, Mapping

from coterie.codes.channel import store
from coterie.codes.channel.model import PERSONAL, ChannelCode, Key
from coterie.codes.channel.service import ChannelCodes
from coterie.storage.work import Work


class PersonalCodes:
    """Makes and finds them; ``mine`` is a person's own word, ``like`` the code that is copied."""

    def __init__(self, channel: ChannelCodes) -> None:
        self._channel = channel

    def make(self, work: Work, like: str, campaign: str, mine: Collection[str]) -> None:
        """Make a code for each word that has none yet, and let those that are there follow.

        Raises NotFound without such a code.
        """
        code = self._channel.get(work, like)
        copies = {one: _copied(code, campaign, one) for one in mine}
        present = self.states(work, like, campaign, mine)
        stand = {one.state: one.source for one in self._channel.all_of(work, present.values())}
        for word, state in present.items():
            if stand[state] != copies[word]:
                self._channel.change(work, state, copies[word])
        missing = [copies[one] for one in mine if one not in present]
        self._channel.make_many(work, missing)

    def states(
        self, work: Work, like: str, campaign: str, mine: Collection[str]
    ) -> Mapping[str, str]:
        """Return the states of those that are there, by word."""
        found = self._channel.all_of(work, [like])
        keys = {
            store.key_of(_key(found[0], campaign, one), 1): one for one in (mine if found else ())
        }
        return {keys[key]: state for key, state in store.of_keys(work, keys).items()}


def _key(code: ChannelCode, campaign: str, mine: str) -> Key:
    return Key(None, code.key.store, campaign, PERSONAL + mine)


def _copied(code: ChannelCode, campaign: str, mine: str) -> dict[str, object]:
    """Write the same definition under a key of its own; a guide's own code names her."""
    key = _key(code, campaign, mine)
    given: dict[str, object] = {**code.source, "campaign": campaign, "placement": key.placement}
    guide = given.pop("guide", None)
    if guide is not None and not given.get("guides"):
        given["guides"] = [{"guide": guide}]
    return given
