"""What the tables of all rooms share: one metadata, one naming, a few column shapes."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = BigInteger
"""Milliseconds since the epoch, UTC."""

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A dense integer key that the database counts up; SQLite counts only plain INTEGER keys."""
