"""The words of versions."""

from dataclasses import dataclass

from coterie.messaging.model import Template


@dataclass(frozen=True)
class TemplateVersion:
    """A template as somebody left it: its number from 1, when (ms UTC) and by whom."""

    version: int
    template: Template
    at: int
    by: str
