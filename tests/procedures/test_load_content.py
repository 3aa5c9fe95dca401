import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from procedures import notices
from procedures.content_files import BadContent, load_missing
from procedures.management.commands.load_content import SHIPPED
from procedures.models import Item, Page, Revision, Section
from procedures.publishing import move, publish, withdraw

GOOD = """
kind = "condition"
slug = "{slug}"
title = "Sciatica"
summary = "Pain along a nerve."
"""


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text)
        return tmp_path

    return write


def load(*path: Path) -> str:
    """With a folder its drafts, without one what the site ships with."""
    out = StringIO()
    call_command("load_content", *map(str, path), stdout=out)
    return out.getvalue()


def refusal(path: Path) -> str:
    before = [model.objects.count() for model in (Page, Section, Item, Revision)]
    with pytest.raises(CommandError) as error:
        load(path)
    assert [model.objects.count() for model in (Page, Section, Item, Revision)] == before
    message = str(error.value)
    assert message.startswith("Nothing was changed.\n")
    return message.removeprefix("Nothing was changed.\n").replace(f"{path}/", "")


def test_shipped_files_are_created_and_published_once(no_content, client):
    assert "Published /procedures/kyphoplasty/ (Kyphoplasty)" in load()
    assert client.get("/procedures/kyphoplasty/").status_code == 200
    assert load() == "Pages left as they are: 13\n"
    assert Revision.objects.count() == Page.objects.count() == 13


def test_what_staff_edited_is_never_touched_by_what_the_site_ships_with(content):
    page = Page.objects.get(slug="kyphoplasty")
    page.title = "Edited by staff"
    page.save()
    page.sections.first().delete()
    sections = page.sections.count()
    load()
    page.refresh_from_db()
    assert (page.title, page.sections.count()) == ("Edited by staff", sections)


def test_a_new_file_of_a_folder_is_a_draft_and_never_live(content, folder, client):
    told = load(folder(sciatica=GOOD.format(slug="sciatica")))
    assert told == "Draft made, to be published in the admin: /conditions/sciatica/ (Sciatica)\n"
    assert client.get("/conditions/sciatica/").status_code == 404
    publish(Page.objects.get(slug="sciatica"))
    assert "Sciatica" in client.get("/conditions/").content.decode()


def test_a_changed_file_changes_the_draft_keeps_the_one_before_and_gives_patients_nothing(
    content, folder, client
):
    page = Page.objects.get(slug="trauma")
    Page.objects.filter(pk=page.pk).update(summary="What staff were writing.")
    shown = client.get("/conditions/trauma/").content
    text = (SHIPPED / "trauma.toml").read_text()
    changed = text.replace('title = "Trauma"', 'title = "A fall"')
    path = folder(trauma=changed, cancer=(SHIPPED / "cancer.toml").read_text())
    assert load(path) == "Draft changed: /conditions/trauma/ (A fall)\nPages left as they are: 1\n"
    page.refresh_from_db()
    assert page.title == "A fall" and page.summary != "What staff were writing."
    kept = page.revisions.get(live_from=None)
    assert kept.snapshot["summary"] == "What staff were writing."
    assert client.get("/conditions/trauma/").content == shown
    assert load(path) == "Pages left as they are: 2\n"


def test_a_shipped_file_that_is_not_fit_for_patients_changes_nothing(no_content, folder):
    path = folder(bad=GOOD.format(slug="bad") + SECTION.format(kind="bullets"))
    with pytest.raises(BadContent, match="“Sciatica”, section “Signs”: it is empty"):
        load_missing(path)
    assert not Page.objects.exists()


def test_a_moved_page_is_not_made_anew_at_its_former_addresses(content, client, admin_user, folder):
    page = Page.objects.get(slug="osteoporosis")
    for slug in ("weak-bones", "thin-bones"):
        move(page, slug, admin_user)
        assert load() == "Pages left as they are: 13\n"
    for old in ("osteoporosis", "weak-bones"):
        assert client.get(f"/conditions/{old}/")["Location"] == "/conditions/thin-bones/"
    path = folder(osteoporosis=(SHIPPED / "osteoporosis.toml").read_text())
    assert load(path) == "Pages left as they are: 1\n"


def test_a_file_of_a_moved_page_changes_its_draft_where_it_is_now(content, admin_user, folder):
    page = Page.objects.get(slug="osteoporosis")
    move(page, "weak-bones", admin_user)
    text = (SHIPPED / "osteoporosis.toml").read_text()
    changed = text.replace('title = "Osteoporosis"', 'title = "Weak bones"')
    told = load(folder(osteoporosis=changed))
    assert "Draft changed: /conditions/weak-bones/ (Weak bones)" in told
    page.refresh_from_db()
    assert (page.slug, page.title) == ("weak-bones", "Weak bones")


def test_what_a_later_release_adds_is_a_draft_and_never_live(content, folder, client):
    loaded = load_missing(folder(sciatica=GOOD.format(slug="sciatica")))
    assert [page.slug for page in loaded.created] == ["sciatica"] and loaded.published == []
    assert client.get("/conditions/sciatica/").status_code == 404
    notice = GOOD.format(slug="advice").replace("condition", "notice")
    load_missing(folder(advice=notice))
    assert client.get("/advice/").status_code == 404


@pytest.fixture
def a_new_notice(content, folder, monkeypatch):
    """Of the next release: every page's foot links to it."""
    monkeypatch.setattr(notices, "LINKED", notices.LINKED | {"billing": "Billing"})
    return GOOD.format(slug="billing").replace("condition", "notice")


def test_a_notice_that_every_page_links_to_is_published_when_a_release_adds_it(a_new_notice, folder, client):
    load_missing(folder(billing=a_new_notice))
    assert client.get("/billing/").status_code == 200


def test_a_new_notice_that_is_not_fit_stays_a_draft_and_the_site_starts(
    a_new_notice, folder, client, admin_user
):
    withdraw(Page.objects.get(slug="cancer"), admin_user, "Out of date")
    link = SECTION.format(kind="prose") + 'intro = "Text."\nlink = "condition/cancer"\n'
    assert load_missing(folder(billing=a_new_notice + link)).published == []
    assert client.get("/billing/").status_code == 404


def test_no_page_takes_an_address_that_leads_to_another(content, admin_user):
    page = Page.objects.get(slug="osteoporosis")
    move(page, "weak-bones", admin_user)
    with pytest.raises(ValidationError, match="leads to “Osteoporosis”, which had it before"):
        Page(kind="condition", slug="osteoporosis", title="New", summary="New.").full_clean()
    with pytest.raises(ValidationError, match="leads to “Osteoporosis”, which had it before"):
        move(Page.objects.get(slug="cancer"), "osteoporosis", admin_user)
    move(page, "osteoporosis", admin_user)
    page.refresh_from_db()
    page.full_clean()


def test_order_in_the_file_is_order_on_the_page(content):
    headings = Page.objects.get(slug="kyphoplasty").sections.values_list("heading", flat=True)
    assert list(headings)[:3] == [
        "At a glance",
        "What Is a Vertebral Compression Fracture?",
        "How Kyphoplasty Works",
    ]


SECTION = '\n[[sections]]\nheading = "Signs"\nslug = "signs"\nkind = "{kind}"\n'


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        (
            'colour = "red"',
            "bad.toml: colour: not known here. Use one of: body_location, effective_on, ",
        ),
        ("order = true", "bad.toml: order: a whole number is needed, not True."),
        ("introduction = 5", "bad.toml: introduction: text is needed, not 5."),
        ("sections = 5", "bad.toml: sections: a list of tables is needed, not 5."),
        ("sections = [1]", "bad.toml: sections: a list of tables is needed, not [1]."),
        ('effective_on = "2026-11-24"', "bad.toml: effective_on: a day like 2026-11-24, without quotes, is"),
        ("order = -1", "bad.toml: order: Ensure this value is greater than or equal to 0."),
        ("= 5", "bad.toml: not readable as TOML: "),
        ('introduction = "a\\u0000b"', "bad.toml: introduction: it holds a null character."),
        (
            SECTION.format(kind="wheel"),
            "bad.toml: sections[1].kind: Value 'wheel' is not a valid choice. Use one of: prose, bullets",
        ),
        (
            SECTION.format(kind="prose") + 'link = "condition/none"',
            "bad.toml: sections[1].link: there is no page",
        ),
        (
            SECTION.format(kind="bullets") + '[[sections.items]]\ntext = "One"\nlink = "x"',
            "bad.toml: sections[1].items[1].link: there is no page 'x'. Use one of: condition/bad, ",
        ),
        (
            SECTION.format(kind="bullets") + '[[sections.items]]\nwords = "One"',
            "bad.toml: sections[1].items[1].words: not known here.",
        ),
        (
            SECTION.format(kind="prose") + 'link_text = "More"',
            "bad.toml: sections[1].link_text: These are the words of a link, and there is none.",
        ),
        (
            SECTION.format(kind="prose") + SECTION.format(kind="prose"),
            "bad.toml: sections[2].slug: Another section",
        ),
    ],
)
def test_a_bad_file_names_file_key_and_fix_and_changes_nothing(content, folder, addition, message):
    path = folder(good=GOOD.format(slug="good"), bad=GOOD.format(slug="bad") + addition)
    assert message in refusal(path)


def test_a_bad_file_is_told_though_its_page_exists_already(content, folder):
    load(folder(good=GOOD.format(slug="good")))
    path = folder(good=GOOD.format(slug="good").replace("Sciatica", "S" * 201))
    assert "good.toml: title: Ensure this value has at most 200 characters" in refusal(path)


def test_the_page_that_the_readme_shows_is_added_without_touching_code(content, folder, client):
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (example,) = re.findall(r"```toml\n(.+?)```", readme, re.DOTALL)
    assert load(folder(sciatica=example)).startswith("Draft made")
    publish(Page.objects.get(slug="sciatica"))
    shown = client.get("/conditions/sciatica/").content.decode()
    assert "Signs" in shown and "<dfn>sciatica</dfn>" in shown
    assert client.get("/contact/?about=sciatica").status_code == 200


def test_a_missing_key_is_named(content, folder):
    assert refusal(folder(bad='kind = "condition"\nslug = "x"')) == (
        "bad.toml: summary: missing. Add it.\nbad.toml: title: missing. Add it."
    )


def test_two_files_for_one_address_are_refused(content, folder):
    path = folder(a=GOOD.format(slug="same"), b=GOOD.format(slug="same"))
    assert refusal(path) == "b.toml: slug: a.toml has the same kind and slug. Change one."


def test_a_file_that_is_not_text_is_refused(content, folder):
    path = folder(good=GOOD.format(slug="good"))
    (path / "bad.toml").write_bytes(b"\xff\xfe")
    assert refusal(path).startswith("bad.toml: not readable as TOML")


def test_a_byte_order_mark_is_no_matter(content, folder):
    path = folder()
    (path / "good.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.format(slug="good").encode())
    assert "Draft made" in load(path)


def test_an_empty_or_missing_folder_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match=r"no \.toml file"):
        load(tmp_path / "nowhere")
