"""The face of reach: for each channel, everybody who may be written to and can be."""

from collections.abc import Mapping
from typing import Protocol

from pyroaring import BitMap

from coterie.profiles.directory.model import PURPOSE, Words
from coterie.profiles.reach import store
from coterie.storage.work import Work


class Directory(Protocol):
    """The part of ``Profiles.directory`` that reach calls."""

    def words(self, work: Work, purpose: str, channel: str) -> Words:
        """Return who agreed to a purpose on a channel by her newest word."""
        ...


def reachable(
    work: Work, directory: Directory, ways: Mapping[str, str | None], purpose: str = PURPOSE
) -> dict[str, BitMap]:
    """Return by channel who agrees to a purpose on it and has the address that it needs.

    ``ways`` maps a channel to the trait that holds its address; None where it needs none. One
    reading of the database for each channel and trait, however many people there are.
    """
    traits = {trait for trait in ways.values() if trait is not None}
    having = {trait: BitMap(store.having(work, trait)) for trait in sorted(traits)}
    found: dict[str, BitMap] = {}
    for channel, trait in ways.items():
        agreeing = directory.words(work, purpose, channel).given
        found[channel] = BitMap(agreeing) if trait is None else agreeing & having[trait]
    return found
