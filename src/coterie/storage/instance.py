"""What is fixed when a house is founded: the brand's zone and currency, and its clock's offset."""

from dataclasses import dataclass

from sqlalchemy import Column, String, Table, select

from coterie.core.errors import Conflict
from coterie.storage.schema import metadata
from coterie.storage.work import Work

instance_values = Table(
    "instance",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)


@dataclass(frozen=True)
class Instance:
    """One brand: its zone (IANA), its currency (ISO 4217), its clock's offset in milliseconds.

    ``simulated`` names the scenario that fills the folder; empty for real ones.
    """

    zone: str
    currency: str
    clock_offset: int = 0
    simulated: str = ""


def found(work: Work, instance: Instance) -> Instance:
    """Write the instance's facts if there are none yet; return those in force.

    Raises Conflict when the folder was founded with another zone or currency.
    """
    present = read(work)
    if present is None:
        values = {
            "zone": instance.zone,
            "currency": instance.currency,
            "clock_offset": str(instance.clock_offset),
            "simulated": instance.simulated,
        }
        work.insert(instance_values, [{"name": k, "value": v} for k, v in values.items()])
        return instance
    if (present.zone, present.currency) != (instance.zone, instance.currency):
        raise Conflict(
            f"this house keeps zone {present.zone} and currency {present.currency}, fixed when it "
            f"was founded: start it with these, or found another in a new folder"
        )
    return present


def read(work: Work) -> Instance | None:
    """Return the instance's facts, or None before it was founded."""
    values = {row.name: row.value for row in work.connection.execute(select(instance_values))}
    if not values:
        return None
    return Instance(
        zone=values["zone"],
        currency=values["currency"],
        clock_offset=int(values["clock_offset"]),
        simulated=values["simulated"],
    )


def set_clock_offset(work: Work, offset: int) -> None:
    """Move the house's clock by ``offset`` milliseconds against the machine's."""
    work.connection.execute(
        instance_values.update()
        .where(instance_values.c.name == "clock_offset")
        .values(value=str(offset))
    )
