"""The sandbox: every message arrives, nowhere."""

from coterie.messaging.model import Delivery, Receipt


class SandboxChannel:
    """Takes every message of everybody, with or without an address; honours the key."""

    name = "sandbox"
    address_trait: str | None = None
    honours_keys = True
    for_people = False

    def deliver(self, delivery: Delivery) -> Receipt:
        """Take a message; the same key gives the same receipt."""
        return Receipt(f"sandbox:{delivery.key}", "delivered")
