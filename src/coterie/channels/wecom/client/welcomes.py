"""Welcomes: of whoever was just added, within 20 seconds, and of whoever joins a group."""

from collections.abc import Sequence
from typing import Any

import msgspec

from coterie.channels.wecom.client.asking import Api, Nothing, at_most, given
from coterie.channels.wecom.client.parts import MOST_ATTACHMENTS, Attachment, Text, told


class GroupWelcome(msgspec.Struct, frozen=True, kw_only=True):
    """A group's welcome: a text, in which %NICKNAME% is the newcomer, and one attachment."""

    text: Text | None = None
    attachment: Attachment | None = None
    agentid: int = 0
    notify: bool = True


class _Id(msgspec.Struct, frozen=True):
    template_id: str


class Welcomes:
    """Welcomes of customers and of groups."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def send(
        self, welcome_code: str, text: Text | None = None, attachments: Sequence[Attachment] = ()
    ) -> None:
        """Send the one welcome that a code is good for, 20 seconds from the callback.

        41050: too late; 41051: somebody was quicker, do not try again; 41096: may be tried again.
        """
        at_most(attachments, MOST_ATTACHMENTS, "attachments")
        body = given(
            welcome_code=welcome_code,
            text=text,
            attachments=tuple(told(one) for one in attachments),
        )
        self._api.post("externalcontact/send_welcome_msg", Nothing, body, writes=True)

    def add_template(self, welcome: GroupWelcome) -> str:
        """Keep a group's welcome; return its id. 100 a corporation."""
        return self._api.post(_TEMPLATES + "add", _Id, _whole(welcome), writes=True).template_id

    def edit_template(self, template_id: str, welcome: GroupWelcome) -> None:
        """Overwrite a group's welcome."""
        body = _whole(welcome) | {"template_id": template_id}
        self._api.post(_TEMPLATES + "edit", Nothing, body)

    def template(self, template_id: str) -> dict[str, Any]:
        """Return a group's welcome as WeCom holds it, in WeCom's words."""
        return self._api.post(_TEMPLATES + "get", dict[str, Any], {"template_id": template_id})

    def delete_template(self, template_id: str, agentid: int = 0) -> None:
        """Delete a group's welcome."""
        body = given(template_id=template_id, agentid=agentid or None)
        self._api.post(_TEMPLATES + "del", Nothing, body)


_TEMPLATES = "externalcontact/group_welcome_template/"


def _whole(welcome: GroupWelcome) -> dict[str, Any]:
    body = given(text=welcome.text, agentid=welcome.agentid or None, notify=int(welcome.notify))
    if welcome.attachment is not None:
        part = told(welcome.attachment)
        body[part["msgtype"]] = part[part["msgtype"]]
    return body
