"""Templates: listed with where they are used, edited with a preview on a real person."""

from coterie.core.actor import COMMAND
from coterie.messaging.model import Template
from web.console.conftest import Desk


def with_ada(desk: Desk) -> Desk:
    app = desk.app
    app.door.accept("shop", b'{"userId":"u1","traits":{"city":"Turin"}}', "identify", 1)
    desk.settle()
    return desk


def templates(desk: Desk) -> dict[str, Template]:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return {each.name: each for each in desk.app.messaging.templates(work)}


def test_an_empty_list_teaches(desk: Desk) -> None:
    assert "No template yet" in desk.get("/templates", lang="en").text


def test_a_new_one_is_kept_with_its_lines(desk: Desk) -> None:
    answer = desk.form(
        "/templates/save", is_new="1", name="spring", channel="", subject="Hi", text="a\r\nb"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/templates/spring")
    assert templates(desk) == {"spring": Template("spring", "a\nb", "Hi", None)}


def test_a_name_that_is_taken_or_none_is_said_at_its_field(desk: Desk) -> None:
    desk.form("/templates/save", is_new="1", name="spring", text="one")
    for name in ("spring", "new", "No Name"):
        answer = desk.form("/templates/save", is_new="1", name=name, text="two")
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
    assert templates(desk)["spring"].text == "one"


def test_an_existing_one_is_written_over(desk: Desk) -> None:
    desk.form("/templates/save", is_new="1", name="spring", text="one")
    assert desk.form("/templates/save", name="spring", text="two").status_code == 303
    assert templates(desk)["spring"].text == "two"


def test_a_fault_is_shown_at_its_line_and_nothing_is_kept(desk: Desk) -> None:
    text = "first\n{{ x | uppcase }}\nlast"
    answer = desk.form("/templates/save?lang=en", is_new="1", name="spring", text=text)
    assert answer.status_code == 400
    assert "did you mean &#39;upcase&#39;" in answer.text
    assert 'aria-current="true"><span class="text-quiet w-6 shrink-0 text-right">2<' in answer.text
    assert "{{ x | uppcase }}" in answer.text
    assert templates(desk) == {}


def test_the_preview_is_what_a_real_person_would_read(desk: Desk) -> None:
    with_ada(desk)
    said = desk.form(
        "/templates/preview", name="", text="From {{ traits.city }} <b>", subject="S", person="u1"
    )
    assert said.status_code == 200
    assert "From Turin &lt;b&gt;" in said.text
    assert "<html" not in said.text, "a part of the page"


def test_the_preview_says_when_nobody_is_called_so_or_nothing_is_written(desk: Desk) -> None:
    nobody = desk.form("/templates/preview?lang=en", text="x", person="u9")
    assert "We know nobody by that user id" in nobody.text
    assert "Write something" in desk.form("/templates/preview?lang=en", text=" ").text


def test_an_email_looks_like_a_letter(desk: Desk) -> None:
    with_ada(desk)
    said = desk.form(
        "/templates/preview?lang=en", text="x", subject="The S", channel="email", person="u1"
    )
    assert '<strong class="block">The S</strong>' in said.text
    assert 'class="bubble' not in said.text


def test_the_list_says_where_each_is_used(wine: Desk) -> None:
    page = wine.get("/templates", lang="en").text
    assert "Journey: Win back the sleeping" in page
    assert 'href="/journeys/win-back"' in page
    assert 'href="/communities/italy"' in page


def test_the_editor_fills_in_what_only_an_invitation_knows(wine: Desk) -> None:
    page = wine.get("/templates/invitation", lang="en").text
    assert "A table is set for you: The French Table" in page
    assert "Where it is used" in page


def test_an_unknown_one_is_a_404(desk: Desk) -> None:
    assert desk.browser.get("/templates/nothing").status_code == 404
