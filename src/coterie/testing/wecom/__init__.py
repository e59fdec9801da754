"""A simulated WeCom: the platform's API over HTTP, people to play, and callbacks that are real.

``Wecom`` is served while it is open and shares a clock with whoever hands it one. ``corp`` holds
what the platform holds and knows no HTTP; ``api`` reads and writes it and never calls back;
``acts`` is what people do, which does; ``courier`` brings that to the app; ``gate`` counts calls
and makes faults. It tells what it does not model in ``docs/reference/wecom-simulator.md``.
"""

from coterie.testing.wecom.limits import Limits
from coterie.testing.wecom.server import Served as Wecom

__all__ = ["Limits", "Wecom"]
