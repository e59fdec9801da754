"""Digests in files: membership, whatever their halves have in common."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from coterie.events.seen import Digests, SeenFiles, joined

halves = st.sampled_from([b"\0" * 8, b"\0\1" + b"\0" * 6, b"\xff" * 8, b"12345678"])
digests = st.lists(st.builds(lambda one, two: one + two, halves, halves), min_size=1, max_size=20)


@given(given_ones=digests)
def test_the_first_of_equals_is_the_first_that_came(given_ones: list[bytes]) -> None:
    firsts = Digests.of(given_ones).first_of_each().tolist()
    assert firsts == [one not in given_ones[:place] for place, one in enumerate(given_ones)]
    assert Digests.of(given_ones).as_bytes() == given_ones


@given(held=st.lists(digests, max_size=3), asked=digests)
def test_a_digest_is_known_if_a_file_holds_it(
    held: list[list[bytes]], asked: list[bytes], tmp_path_factory: object
) -> None:
    folder: Path = tmp_path_factory.mktemp("ids")  # type: ignore[attr-defined]
    files = SeenFiles(folder)
    names = [str(number) for number in range(len(held))]
    for name, ones in zip(names, held, strict=True):
        files.write(name, Digests.of(ones).shortened())
    everything = {one for ones in held for one in ones}
    assert files.known(names, Digests.of(asked)).tolist() == [one in everything for one in asked]
    if names:
        files.write("whole", joined(files.read(name) for name in names).sorted())
        assert files.known(["whole"], Digests.of(list(everything))).all()
        assert len(files.read("whole")) == sum(map(len, held))
