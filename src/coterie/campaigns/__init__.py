"""Acting: broadcasts, one template said once to one segment, with a second pair of eyes.

The console drafts, tries, asks for and approves them; the road's ``wake`` sends them in portions.
Hands requests to messaging under the origin ``broadcast:<id>``; what became of each person is in
messaging's own facts (``coterie.message.shadow``, ``held``, ``sent``, ``failed``),
which carry that origin, so the room states none of its own. It hears them to know when the last
message has gone out.
"""
