"""What is said of materials: kinds, states, and why something was not taken."""

from coterie.catalog.materials.model import Material
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.web.speech import N_, Speech

SYMBOLS = {
    "text": "file-text",
    "image": "image",
    "poster": "image",
    "link": "link",
    "article": "book-open",
    "video": "film",
    "file": "file",
}
STATES = ("offered", "waiting", "over", "retired")
TONES = {"offered": "sea", "waiting": "amber", "over": "wine", "retired": "quiet"}
MIMES = {
    "image": "image/jpeg,image/png,image/webp",
    "poster": "image/jpeg,image/png,image/webp",
    "video": "video/mp4",
    "file": ".pdf,.docx,.xlsx,.pptx",
}

_PLACES = {
    "slug": N_("The short name takes small letters, digits and dashes."),
    "titles": N_("It needs a title: say what guides will look for."),
    "titles.zh": N_("The title is too long: use at most 120 characters."),
    "titles.en": N_("The title is too long: use at most 120 characters."),
    "text": N_("The text is empty, or longer than the 4,000 bytes that WeCom takes."),
    "url": N_("This is no address of a page: write it whole, with https://."),
    "tags": N_("Too many tags, or too long ones: at most 20 of 40 characters."),
    "until": N_("It would end before it begins: choose a later day."),
    "since": N_("This is no day."),
}
_REASONS = {
    "the file is missing": N_("Choose a file first."),
    "the file is empty": N_("The file is empty: choose it again."),
    "this is no MP4 film": N_("This is no MP4 film: save it as MP4 (H.264) and try again."),
    "this kind of file is not taken": N_(
        "This kind of file is not taken: use PDF, or docx, xlsx and pptx without macros."
    ),
    "the document cannot be read": N_("The document cannot be read: save it anew and try again."),
    "the document holds macros": N_("The document holds macros: save it without them."),
    "this archive is no document": N_("This archive is no document: send PDF, docx, xlsx or pptx."),
    "this is no picture that can be read": N_(
        "This is no picture that can be read: save it as JPEG or PNG and try again."
    ),
}
_TOO_LARGE = N_(
    "The file is too large for WeCom: pictures 2 MB once made smaller here, films 10 MB, files 20 MB."  # noqa: E501
)


def fault(speech: Speech, error: CoterieError) -> str:
    """Say what was wrong, and what to do."""
    if isinstance(error, Conflict):
        return speech.gettext("There is one of this name already: choose another name.")
    if not isinstance(error, Invalid):
        return error.message
    if error.path == "content":
        return speech.gettext(_REASONS.get(error.reason, _TOO_LARGE))
    if error.path.startswith("topics"):
        return speech.gettext("A topic is written like wine/italy, several with commas.")
    return speech.gettext(_PLACES[error.path]) if error.path in _PLACES else str(error)


def state_of(one: Material, now: int) -> str:
    """Say how a material stands at a moment."""
    if one.retired is not None:
        return "retired"
    if one.version.is_over(now):
        return "over"
    return "offered" if one.version.stands(now) else "waiting"
