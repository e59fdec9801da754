"""A caller of the simulated platform that knows nothing of our client: plain HTTP and JSON."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from coterie.channels.wecom.crypt import Crypt
from coterie.testing.wecom import Wecom


class Caller:
    """Calls the API with a token of its own, and keeps what it is called back with."""

    def __init__(self, wecom: Wecom) -> None:
        self.wecom = wecom
        self.http = httpx2.Client(base_url=f"{wecom.base_url}/cgi-bin/", verify=False)
        self.token = self.fetch_token()
        self.heard: list[dict[str, Any]] = []
        self.status = 200
        self._crypt = Crypt(wecom.token, wecom.aes_key, wecom.corp_id)

    def fetch_token(self) -> str:
        told = self.raw("GET", "gettoken", corpid=self.wecom.corp_id, corpsecret=self.wecom.secret)
        assert told["errcode"] == 0
        return str(told["access_token"])

    def later(self, seconds: float) -> None:
        """Let time pass, and take a fresh token if the old one died of it."""
        self.wecom.advance(seconds)
        self.token = self.fetch_token()

    def raw(self, method: str, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.request(method, path, params=query)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.raw("GET", path, access_token=self.token, **query)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        query = {"access_token": self.token}
        answer = self.http.post(path, params=query, json=body)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def ok(self, path: str, **body: Any) -> dict[str, Any]:
        told = self.post(path, **body)
        assert told["errcode"] == 0, told
        return told

    def code(self, path: str, **body: Any) -> int:
        return int(self.post(path, **body)["errcode"])

    def __call__(self, method: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        if method == "GET":
            return 200, self._crypt.open(*signed, query["echostr"])
        if self.status != 200:
            return self.status, b""
        found = re.search(rb"<Encrypt><!\[CDATA\[(.+?)\]\]></Encrypt>", body)
        assert found
        xml = ElementTree.fromstring(self._crypt.open(*signed, found[1].decode()))
        said: dict[str, Any] = {one.tag: one.text for one in xml}
        said |= {one.tag: [each.text for each in one] for one in xml if len(one)}
        self.heard.append(said)
        return 200, b""

    def events(self) -> list[str]:
        self.wecom.deliver()
        return [str(one["ChangeType"]) for one in self.heard]


@pytest.fixture
def caller(wecom: Wecom) -> Iterator[Caller]:
    wecom.add_member("anna", "Anna")
    wecom.add_member("bob", "Bob")
    made = Caller(wecom)
    wecom.connect(made)
    yield made
    made.http.close()


@pytest.fixture
def way(caller: Caller) -> str:
    """A contact way of Anna's with a state."""
    told = caller.ok("externalcontact/add_contact_way", type=1, scene=2, user=["anna"], state="c-1")
    return str(told["config_id"])
