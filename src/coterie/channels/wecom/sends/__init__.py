"""Mass sends on WeCom: guides are asked to send, and send, or not; what became of it is told.

The channel hands over what messaging leased; the road of contacts runs the errands that ask the
platform. Groups are written to in the same way, and moments are posted by guides.
"""
