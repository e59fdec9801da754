"""A channel that reaches nobody: for demos, and for trying a journey before it is let loose.

It takes every message and keeps none: what would have been sent is read where all messages are
read, in messaging, which holds each one's text.
"""

from collections.abc import Mapping
from typing import Any

from coterie.channels.sandbox.channel import SandboxChannel


def build(_settings: Mapping[str, Any]) -> SandboxChannel:
    """Build the channel; it needs no settings."""
    return SandboxChannel()
