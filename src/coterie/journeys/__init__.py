"""Acting: journeys, the small graphs that people walk through step by step.

The road lets it ``hear`` events and moves and ``wake`` when time has passed; the console and the
API define, edit and pause. Asks segments about people, hands requests to messaging, and returns
facts (entered, exited, tags, traits, emitted events) for the next batch.
"""
