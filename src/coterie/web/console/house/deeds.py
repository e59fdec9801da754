"""The words for what the audit keeps: a sentence's verb for each deed, in English.

The catalogue has them in the other languages. A deed that is not here is shown readable all the
same, so that a new room or a plugin is never hidden.
"""

from coterie.web.speech import N_

ROOMS = {
    "account": N_("accounts and sign-ins"),
    "view": N_("saved views"),
    "write_key": N_("write keys"),
    "segment": N_("segments"),
    "catalog": N_("items and topics"),
    "community": N_("communities"),
    "journey": N_("journeys"),
    "broadcast": N_("broadcasts"),
    "person": N_("people"),
    "import": N_("imports"),
    "scores": N_("scores"),
    "quarantine": N_("quarantine"),
}

DEEDS = {
    "account.create": N_("made an account"),
    "account.disable": N_("disabled an account"),
    "account.enable": N_("enabled an account again"),
    "account.end_sessions": N_("ended other sessions"),
    "account.password": N_("set a new password"),
    "account.preferences": N_("changed preferences"),
    "account.rename": N_("renamed an account"),
    "account.role": N_("changed a role"),
    "account.sign_in": N_("signed in"),
    "account.sign_in_failed": N_("failed to sign in"),
    "view.save": N_("saved a view"),
    "view.delete": N_("deleted a view"),
    "write_key.new": N_("made a write key"),
    "write_key.disable": N_("stopped a write key"),
    "segment.define": N_("defined a segment"),
    "segment.delete": N_("deleted a segment"),
    "catalog.define_items": N_("defined items"),
    "catalog.define_topics": N_("defined topics"),
    "community.defined": N_("defined a community"),
    "define_journey": N_("defined a journey"),
    "redefine_journey": N_("published a journey"),
    "pause_journey": N_("paused a journey"),
    "resume_journey": N_("resumed a journey"),
    "begin_draft": N_("began a draft of a journey"),
    "edit_draft": N_("edited a draft of a journey"),
    "discard_draft": N_("discarded a draft of a journey"),
    "rebase_draft": N_("put a draft upon the newest version"),
    "restore_version": N_("restored an earlier version"),
    "define_template": N_("wrote a template"),
    "stop_all": N_("stopped all sends"),
    "go_on": N_("resumed all sends"),
    "pause_messages": N_("paused a sender"),
    "resume_messages": N_("resumed a sender"),
    "person.shown": N_("looked at masked data"),
    "fact.stopped": N_("stopped a chain of facts"),
    "scores.configured": N_("changed how scores are made"),
    "import.upload": N_("uploaded a file"),
    "import.done": N_("finished an import"),
    "import.failed": N_("had an import fail"),
    "import.mend": N_("mended a row of an import"),
    "import.mend_all": N_("mended many rows of an import"),
    "export": N_("took a list away"),
}

PARTICULARS = {
    "address": N_("from"),
    "before": N_("before:"),
    "count": N_("how many:"),
    "filter": N_("filter:"),
    "format": N_("format:"),
    "key": N_("fingerprint:"),
    "page": N_("page:"),
    "retagged": N_("with other topics:"),
    "role": N_("as"),
    "rows": N_("rows:"),
    "source": N_("source:"),
    "version": N_("version"),
}
"""The words for the particulars of a deed that stand in its line."""
