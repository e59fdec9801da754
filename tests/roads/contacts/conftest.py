from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.testing.wecom import Wecom
from roads.contacts.corp import Corp


@pytest.fixture
def corp(wecom: Wecom, tmp_path: Path) -> Iterator[Corp]:
    """A corporation with two guides, connected to a house that has looked at it once."""
    wecom.add_department(2, "Shop")
    wecom.add_member("anna", "Anna", (2,))
    wecom.add_member("bert", "Bert", (2,))
    wecom.add_member("clerk", "Clerk", (1,), contact_right=False)
    made = Corp(wecom, tmp_path)
    made.house.settle()
    yield made
    made.house.close()
