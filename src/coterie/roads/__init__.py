"""The road: the one place that calls every station, each once, in order.

``inbound`` carries accepted events down to what they cause; ``outbound`` carries queued messages
to their channel and brings the receipt back as a fact. ``imports`` brings files in by the bulk
form of the inbound road, a portion at a time. Rooms never call the road.
"""
