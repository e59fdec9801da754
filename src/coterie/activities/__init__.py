"""Acting: tastings, courses, talks: what people come to at a time, a place and under a capacity.

The web defines activities, registers people, lets a host check them in; the road wakes the room
when one ends. Hands on facts (``coterie.activity.invited``, ``registered``, ``waitlisted``,
``cancelled``, ``attended``, ``no_show``, ``passed`` and what takes them back) with the activity's
item, so that interests follow its topics, and the tags ``no-show`` and ``passed:<level>``.
"""
