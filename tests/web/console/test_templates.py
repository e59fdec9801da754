"""Templates: listed with where they are used, edited with a preview on a real person."""

from coterie.core.actor import COMMAND
from coterie.messaging.model import Template, Wording
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
    assert "We know nobody by that" in nobody.text
    with_ada(desk)
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


# --- the composer


LETTER = {
    "name": "letter", "channel": "", "language": "zh", "subject": "您好",
    "text": "{{ traits.city }}", "lang-0": "en", "subject-0": "Hi",
    "text-0": "From {{ traits.city }}",
}  # fmt: skip


def test_languages_are_kept_added_and_taken_out(desk: Desk) -> None:
    assert desk.form("/templates/save", is_new="1", **LETTER).status_code == 303
    kept = templates(desk)["letter"]
    assert (kept.language, dict(kept.variants)) == (
        "zh",
        {"en": Wording("Hi", "From {{ traits.city }}")},
    )
    added = desk.form("/templates/reshape?lang=en", new_language="fr", **LETTER)
    assert 'id="in-fr"' in added.text and 'id="in-en"' in added.text
    dropped = desk.form("/templates/reshape?lang=en", drop="en", **LETTER)
    assert 'id="in-en"' not in dropped.text
    assert templates(desk)["letter"] == kept, "nothing is kept before it is saved"
    assert "Chinese, English" in desk.get("/templates", lang="en").text


def test_a_fault_of_another_language_stands_at_its_field(desk: Desk) -> None:
    answer = desk.form("/templates/save", is_new="1", **{**LETTER, "text-0": "a\n{{ x"})
    assert answer.status_code == 400
    field = answer.text.partition('id="text-0"')[2]
    assert 'aria-invalid="true"' in field.partition(">")[0]
    assert templates(desk) == {}


def test_she_reads_her_own_language_and_its_gaps_are_told(desk: Desk) -> None:
    app = with_ada(desk).app
    app.door.accept("shop", b'{"userId":"u2","traits":{"locale":"en-GB"}}', "identify", 1)
    desk.settle()
    hers = desk.form("/templates/preview?lang=en", person="u2", **LETTER).text
    assert "She gets it in: English" in hers and "<strong>Hi" not in hers
    assert "1 of 2 people have none." in hers
    assert "The same in: Chinese" in hers
    other = desk.form("/templates/preview?lang=en", person="u1", **LETTER).text
    assert "she told no language" in other and "Turin" in other
    assert "would read nothing" not in other
    misspelt = desk.form("/templates/preview?lang=en", person="u1", text="{{ trait.city }}")
    assert "is it misspelt?" in misspelt.text
    money = desk.form("/templates/preview?lang=en", person="u1", text="save 20%")
    assert "It speaks of money" in money.text


def test_one_goes_from_person_to_person_and_looks_at_twenty(desk: Desk) -> None:
    for number in range(30):
        body = b'{"userId":"u%d","traits":{"city":"C%d"}}' % (number, number)
        desk.app.door.accept("shop", body, "identify", 1)
    desk.settle()
    desk.form("/templates/save", is_new="1", name="c", text="In {{ traits.city }}")
    first = desk.form("/templates/preview?lang=en", name="c", text="In {{ traits.city }}")
    assert "1 of 20" in first.text
    step = desk.form(
        "/templates/preview?lang=en", name="c", text="x", person=first.text.partition("/people/")[2]
        .partition('"')[0], step="back"
    )  # fmt: skip
    assert "20 of 20" in step.text and 'hx-swap-oob="true"' in step.text
    page = desk.get("/templates/c/people", lang="en").text
    assert page.count("In C") == 20
    assert "nobody reads a gap" in page
    found = desk.form("/templates/somebody", person="u7").text
    assert found.count("<option") == 1


def test_a_test_goes_through_the_real_channel_and_is_nobodys_message(desk: Desk) -> None:
    with_ada(desk)
    sent = desk.form("/templates/test?lang=en", person="u1", by="sandbox", **LETTER)
    assert "The channel took it" in sent.text
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        assert desk.app.messaging.page(work) == []
    nothing = desk.form("/templates/test?lang=en", person="u1", by="pigeon", **LETTER)
    assert "nothing yet to send" in nothing.text


def test_versions_come_back_and_what_is_used_stays(wine: Desk) -> None:
    for text in ("one", "two"):
        wine.form("/templates/save", name="miss-you", text=text)
    history = wine.get("/templates/miss-you/versions/2", lang="en").text
    assert "one" in history and "Bring this version back" in history
    answer = wine.form("/templates/miss-you/versions/2/restore")
    assert answer.status_code == 303
    assert templates(wine)["miss-you"].text == "one"
    wine.form("/templates/miss-you/delete")
    assert "miss-you" in templates(wine), "a journey uses it"
    wine.form("/templates/save", is_new="1", name="unused", text="x")
    wine.form("/templates/unused/delete")
    assert "unused" not in templates(wine)
