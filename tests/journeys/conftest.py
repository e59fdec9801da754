from pathlib import Path

import pytest

from coterie.storage.database import Database
from journeys.town import Town


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A town whose journeys have no default holdout."""
    return Town(database, tmp_path)
