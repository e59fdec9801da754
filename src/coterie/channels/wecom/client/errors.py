"""The error that a refusal of WeCom becomes."""

from coterie.channels.wecom.client.codes import LATER, Code, Kind, judge
from coterie.core.errors import ChannelError

SETUP_SECONDS = 600.0
"""What an administrator must mend is looked at again after so long."""


class WecomError(ChannelError):
    """WeCom refused: ``errcode`` says why, ``mend`` what to do; the message has both.

    ``permanent`` when the same request would be refused again. No address, token or name of a
    person is in the message; ``errmsg``, WeCom's own words, is for a doctor to read.
    """

    code = "wecom_refused"

    def __init__(
        self, api: str, errcode: int, *, retry_after: float | None = None, errmsg: str = ""
    ) -> None:
        self.judged: Code = judge(errcode)
        self.api, self.errcode, self.errmsg = api, errcode, errmsg
        later = self.judged.kind in LATER
        if retry_after is None and self.judged.kind == "setup":
            retry_after = SETUP_SECONDS
        mend = f" {self.judged.mend}" if self.judged.mend else ""
        super().__init__(
            f"WeCom refused {api} with {errcode}: {self.judged.means}{mend}",
            permanent=not later,
            retry_after=retry_after if later else None,
        )

    @property
    def kind(self) -> Kind:
        """How this refusal is met."""
        return self.judged.kind

    @property
    def mend(self) -> str:
        """What to do about it; empty when nothing is ours to do."""
        return self.judged.mend
