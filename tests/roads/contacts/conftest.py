from collections.abc import Iterator
from pathlib import Path

import pytest

from roads.contacts.corp import Corp, connected


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[Corp]:
    """A corporation with two guides, connected to a house that has looked at it once."""
    with connected(tmp_path) as made:
        yield made
