"""The collector of cycles rests while a batch is carried, and goes on whatever becomes of it."""

import gc

import pytest

from coterie.roads.collecting import uncollected


class Stumbled(Exception):
    pass


def test_it_goes_on_after_a_batch_that_stumbled() -> None:
    assert gc.isenabled()
    with pytest.raises(Stumbled), uncollected():
        assert not gc.isenabled()
        raise Stumbled
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
