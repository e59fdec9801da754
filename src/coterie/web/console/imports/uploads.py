"""Read an upload: a file and a few fields in one form of the desk, never more than a bound."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from coterie.core.errors import Invalid, NotPermitted
from coterie.web.bodies import too_large
from coterie.web.cookies import FORM, SESSION
from coterie.web.desk import same_origin
from coterie.web.pages import is_form_token
from coterie.web.parts import parts_of

_ROOM = 100_000
"""Bytes for what is in the form beside the file."""
_FIELDS = 8


@dataclass(frozen=True)
class Upload:
    """What was sent: the fields, and the file with its name; an empty name when none was chosen.

    The file is there as long as the request is answered.
    """

    fields: dict[str, str]
    name: str
    file: Path


async def upload_form(request: Request) -> AsyncIterator[Upload]:
    """Read an upload of an import; raises NotPermitted when another site or session sent it."""
    most = parts_of(request).house.imports.most_bytes
    async for sent in own_upload(request, most, _FIELDS):
        yield sent


async def own_upload(request: Request, most: int, most_fields: int) -> AsyncIterator[Upload]:
    """Read an upload of so many bytes; raises NotPermitted when another site or session sent it."""
    here = parts_of(request)
    parser = MultiPartParser(
        request.headers, _bounded(request, most + _ROOM), max_files=1, max_fields=most_fields
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise Invalid("the form cannot be read", code="invalid_form") from error
    try:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        secret = here.cookies.get(request, FORM) or ""
        session = here.cookies.get(request, SESSION)
        given = fields.pop("form_token", "")
        if not secret or not is_form_token(given, secret, session) or not same_origin(request):
            raise NotPermitted(
                "this form has grown old or came from elsewhere: go back, reload the page and send "
                "it again",
                code="strange_form",
            )
        sent = form.get("file")
        with tempfile.TemporaryDirectory(prefix="coterie-upload-") as folder:
            file = Path(folder) / "file"
            if isinstance(sent, UploadFile):
                await to_thread.run_sync(_copy, sent, file)
            yield Upload(
                fields, (sent.filename or "") if isinstance(sent, UploadFile) else "", file
            )
    finally:
        await form.close()


Sent = Annotated[Upload, Depends(upload_form)]


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise too_large(most)
        yield part


def _copy(sent: UploadFile, file: Path) -> None:
    with file.open("xb") as out:
        file.chmod(0o600)
        shutil.copyfileobj(sent.file, out)
