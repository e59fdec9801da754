"""The words for the stores that an erasure reached; a table without a word goes by its name."""

from collections.abc import Mapping

from coterie.profiles.erasure.model import Erasure
from coterie.web.speech import N_, Speech

STORES: Mapping[str, str] = {
    "identities": N_("identities"),
    "identity_links": N_("what was seen together"),
    "identity_reviews": N_("questions who is who"),
    "merges": N_("merges"),
    "road": N_("facts on their way"),
    "orders": N_("orders"),
    "traits": N_("traits"),
    "trait_facts": N_("traits of old"),
    "tags": N_("tags"),
    "tag_facts": N_("tags of old"),
    "name_prefixes": N_("the index of names"),
    "sealed_properties": N_("sealed details of events"),
    "consent_facts": N_("words of consent, kept without her"),
    "fading": N_("scores"),
    "published": N_("values worked out of her orders"),
    "published_since": N_("values worked out of her orders"),
    "value_future": N_("values worked out of her orders"),
    "messages": N_("messages"),
    "log_hot": N_("events of the last hours"),
    "lake": N_("events in the archive"),
    "inbox": N_("events as they came in"),
    "quarantine": N_("refused events"),
    "import_rejections": N_("rows that imports kept out"),
    "uploads": N_("rows of waiting files"),
    "audit": N_("lines of the audit"),
    "account_views": N_("saved views"),
    "profile_keys": N_("keys that opened what was sealed"),
    "journey_runs": N_("ways through journeys"),
    "segment_changes": N_("comings and goings in segments"),
    "list_versions": N_("lists that she stood on"),
    "community_invitations": N_("invitations"),
    "community_participations": N_("memberships of communities"),
    "code_links": N_("links made for her"),
}

COPIES: Mapping[str, str] = {
    "erased": N_("erased there too"),
    "not_in_it": N_("she was not in it"),
    "not_reached": N_("not where it was put: erase it there, or destroy it"),
    "failed": N_("could not be opened: erase it there, or destroy it"),
}

WAYS: Mapping[str, str] = {
    "console": N_("at the desk"),
    "member": N_("on her own page"),
    "command": N_("on the command line"),
    "api": N_("by a program"),
}

TONES: Mapping[str, str] = {
    "asked": "amber",
    "erasing": "amber",
    "stuck": "wine",
    "proven": "sea",
    "lifted": "quiet",
    "declined": "quiet",
}


def stores(erasure: Erasure, speech: Speech) -> list[tuple[str, int]]:
    """Return what was erased, the most rows first, in words."""
    found = [
        (speech.gettext(STORES[name]) if name in STORES else name, number)
        for name, number in erasure.counts.items()
    ]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def copies(erasure: Erasure, speech: Speech) -> list[tuple[str, str]]:
    """Return what became of each copy of the house, in words."""
    return [(path, speech.gettext(COPIES[said])) for path, said in sorted(erasure.backups.items())]
