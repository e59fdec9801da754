"""The dry run: a journey over recorded history, and the messages that it would have sent.

Called by the drafts' page and the command line. Steps runs by ``stepper.step`` over as-of readings
of people, asks the same gate, and writes nothing.
"""
