"""The web: HTTP and nothing else. Parse, call a room's face, render.

The only room that imports the web framework. The composition root hands it a ``ports.Served``;
it hands back an ASGI application (``server.create_app``). ``api`` answers programs, ``console``
the operator, ``member`` the brand's readers.
"""
