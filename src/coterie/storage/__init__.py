"""Ground floor: the operational database. Engine, unit of work, leases, audit, migrations.

SQLite (WAL) by default, PostgreSQL by URL; SQLAlchemy Core, synchronous. Rooms declare their
tables on ``schema.metadata`` in their own ``store.py`` and never commit: the road and the web
open one unit of work per batch or request.
"""
