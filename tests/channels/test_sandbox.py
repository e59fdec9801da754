from coterie.channels.sandbox import build
from coterie.channels.sandbox.channel import SandboxChannel
from coterie.testing.contracts import ChannelContract


class TestSandboxKeepsTheContract(ChannelContract):
    entry_point = "sandbox"
    address = None

    def make_channel(self) -> SandboxChannel:
        return build({})
