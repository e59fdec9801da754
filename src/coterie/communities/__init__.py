"""Acting: what people gather round, who takes part, and the personal invitation to join.

The road lets it hear moves into a community's segment and the answers to invitations; the web
asks for members and the funnel and hands in answers. People are invited, never silently added.
Hands on facts (``coterie.community.invited``, ``accepted``, ``declined``, ``expired``, ``joined``,
``left``) and a tag ``community:<slug>`` while a person takes part, which segments can ask.
"""
