from typing import Any

import pytest

from coterie.communities.definition import parse
from coterie.core.clock import DAY
from coterie.core.errors import Invalid

PASTA: dict[str, Any] = {
    "slug": "pasta",
    "title": {"zh": "知味意面", "en": "Zhiwei Pasta"},
    "promise": {"zh": "每周一瓶意大利酒"},
    "kind": "interest",
    "topic": "wine/italy",
    "segment": "italy-lovers",
    "invitation": {"channel": "email", "template": "join-us"},
}


def test_a_definition_is_read_with_its_defaults() -> None:
    pasta = parse(PASTA)
    assert pasta.terms is not None
    assert (pasta.terms.expires, pasta.terms.cool_down) == (14 * DAY, 90 * DAY)
    assert (pasta.terms.touch, pasta.terms.holdout, pasta.present) == ("informational", None, True)
    assert pasta.tag == "community:pasta"
    assert not pasta.terms.paused


def test_texts_are_told_in_a_language_or_in_the_first_one_written() -> None:
    pasta = parse(PASTA)
    assert pasta.title("en") == "Zhiwei Pasta"
    assert pasta.title("") == pasta.title("zh") == "知味意面"
    assert pasta.promise("en") == "每周一瓶意大利酒"
    assert parse({**PASTA, "title": "Pasta"}).title("zh") == "Pasta"


def test_without_a_segment_people_join_by_themselves() -> None:
    open_one = {"slug": "tea", "title": "Tea", "promise": "A cup a day"}
    assert parse(open_one).terms is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"slug": "Pasta!"}, "slug"),
        ({"title": {}}, "title"),
        ({"title": None}, "title"),
        ({"title": {"fr": "Pâtes"}}, "title.fr"),
        ({"title": {"en": ""}}, "title.en"),
        ({"promise": None}, "promise"),
        ({"promise": "two\nlines"}, "promise"),
        ({"promise": "x" * 201}, "promise"),
        ({"kind": "party"}, "kind"),
        ({"topic": "/wine"}, "topic"),
        ({"segment": None}, "segment"),
        ({"invitation": None}, "invitation"),
        ({"invitation": {"channel": "email"}}, "invitation.template"),
        ({"invitation": {**PASTA["invitation"], "touch": "spam"}}, "invitation.touch"),
        ({"invitation": {**PASTA["invitation"], "expires": "soon"}}, "invitation.expires"),
        ({"invitation": {**PASTA["invitation"], "cool_down": "0d"}}, "invitation.cool_down"),
        ({"invitation": {**PASTA["invitation"], "holdout": 101}}, "invitation.holdout"),
        ({"invitation": {**PASTA["invitation"], "holdout": True}}, "invitation.holdout"),
        ({"invitation": {**PASTA["invitation"], "when": "now"}}, "invitation.when"),
        ({"invitation": {**PASTA["invitation"], "paused": "on"}}, "invitation.paused"),
        ({"present": "yes"}, "present"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_fault_is_named_with_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse({**PASTA, **change})
    assert caught.value.path == path


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        parse([PASTA])
