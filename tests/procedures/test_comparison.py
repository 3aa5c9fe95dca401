from procedures.comparison import compare
from procedures.models import Page
from procedures.publishing import publish
from tests.staff import make_staff, sign_in


def snapshot(*sections, **fields):
    blank = {"title": "Trauma", "summary": "A fall.", "introduction": "", "body_location": "", "order": 0}
    return blank | {"effective_on": None, "is_placeholder": False, "sections": list(sections)} | fields


def section(slug, *texts, **fields):
    items = [{"term": "", "text": text, "urgency": "", "illustration": "", "link": None} for text in texts]
    blank = {"heading": slug.title(), "slug": slug, "kind": "bullets", "intro": "", "illustration": ""}
    return blank | {"meaning": "", "link": None, "items": items} | fields


def marked(pieces):
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in pieces)


def changes(before, after):
    return [
        (part.heading, line.label, marked(line.before), marked(line.after))
        for part in compare(before, after)
        for line in part.lines
        if line.is_changed
    ]


def test_two_versions_that_say_the_same_have_no_change():
    page = snapshot(section("signs", "Pain"))
    assert not any(part.is_changed for part in compare(page, page))


def test_words_that_went_and_came_are_marked_and_the_rest_is_not():
    before = snapshot(section("signs", "Back pain that starts suddenly at night"))
    after = snapshot(section("signs", "Back pain that starts slowly at night"))
    assert changes(before, after) == [
        (
            "Signs",
            "Item",
            "Back pain that starts [suddenly] at night",
            "Back pain that starts [slowly] at night",
        )
    ]


def test_a_text_that_is_all_new_is_marked_as_a_whole():
    before = snapshot(section("signs", "One two three"))
    assert changes(before, snapshot(section("signs", "Quite another sentence"))) == [
        ("Signs", "Item", "[One two three]", "[Quite another sentence]")
    ]


def test_words_that_move_from_an_items_term_to_its_text_are_a_change():
    before, after = section("signs", "Pain"), section("signs", "")
    after["items"][0]["term"] = "Pain"
    assert changes(snapshot(before), snapshot(after)) == [("Signs", "Item", "Pain", "[Term: ]Pain")]


def test_an_item_put_between_others_is_the_only_change():
    before = snapshot(section("signs", "One", "Three"))
    assert changes(before, snapshot(section("signs", "One", "Two", "Three"))) == [
        ("Signs", "Item", "", "[Two]")
    ]


def test_sections_are_added_removed_and_moved():
    one, two, three = section("one", "1"), section("two", "2"), section("three", "3")
    parts = compare(snapshot(one, two), snapshot(three, two, one))
    states = {part.heading: (part.state, part.has_moved) for part in parts[1:]}
    assert states["Three"] == ("added", False)
    assert sorted([states["One"], states["Two"]]) == [("", False), ("", True)]
    parts = compare(snapshot(one, two, three), snapshot(one, three))
    assert [part.heading for part in parts[1:]] == ["One", "Two", "Three"]
    assert parts[2].state == "removed" and not parts[2].has_moved


def test_the_page_itself_is_compared():
    assert changes(snapshot(), snapshot(title="Falls", is_placeholder=True)) == [
        ("The page itself", "Title", "[Trauma]", "[Falls]"),
        ("The page itself", "Placeholder", "", "[Yes]"),
    ]


def test_the_screen_says_in_words_what_went_and_what_came(content, client):
    page = Page.objects.get(slug="trauma")
    first = page.revisions.get()
    Page.objects.filter(pk=page.pk).update(title="<b>Falls</b>")
    sign_in(client, make_staff("edna", "Content editor"))
    path = f"/admin/procedures/page/{page.pk}/compare/"
    told = client.get(path).content.decode()
    assert '<span class="visually-hidden">Removed: </span>Trauma' in told
    assert '<span class="visually-hidden">Added: </span>&lt;b&gt;Falls&lt;/b&gt;' in told
    publish(page)
    assert "Both say the same" in client.get(path).content.decode()
    told = client.get(path, {"before": first.pk, "after": "live"}).content.decode()
    assert "1 part changed" in told
    assert client.get(path, {"before": "99999"}).status_code == 404
    assert client.get(path, {"before": "x"}).status_code == 404
