"""Messages: what stands where, one message's way through the gate, and the stop of all sends."""
