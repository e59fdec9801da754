"""Addresses that are dead: how that is kept on a person, and when it no longer holds. Pure."""

from coterie.core.clock import read_moment
from coterie.core.clock import zone as zone_of
from coterie.profiles.model import Known

_UTC = zone_of("UTC")


def trait_of(address_trait: str) -> str:
    """Name the trait that says since when an address reaches nobody.

    >>> trait_of("email")
    'email_undeliverable'
    """
    return f"{address_trait}_undeliverable"


def is_undeliverable(known: Known, address_trait: str | None) -> bool:
    """Say whether her address was refused for good; one that she gave since is asked again."""
    if address_trait is None:
        return False
    said = known.traits.get(trait_of(address_trait))
    refused = None if said is None else read_moment(said, _UTC)
    return refused is not None and refused >= known.since.get(address_trait, 0)
