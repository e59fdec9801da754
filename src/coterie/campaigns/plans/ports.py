"""What a campaign asks of rooms beside it before its sale may begin; answered by who builds it."""

from collections.abc import Callable, Mapping

from coterie.campaigns.plans.model import Campaign, GateName
from coterie.storage.work import Work

Count = Callable[[Work, str, Campaign], int | None]
"""Counts what a campaign (by slug and definition) has of something; None is without a limit."""

Counts = Mapping[GateName, Count]
"""Who counts for which gate; a gate that nobody counts for has nothing."""
