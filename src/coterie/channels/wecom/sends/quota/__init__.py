"""The platform's quota of mass sends: how often a customer or a group may get one, and when again.

Asked by the gate through the channel; reserved when guides are asked, settled by what was sent.
"""
