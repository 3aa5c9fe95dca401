from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from procedures.management.commands.load_content import SHIPPED
from procedures.models import Item, Page, Revision, Section

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


def load(path: Path) -> str:
    out = StringIO()
    call_command("load_content", str(path), stdout=out)
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
    assert "Published /procedures/kyphoplasty/ (Kyphoplasty)" in load(SHIPPED)
    assert client.get("/procedures/kyphoplasty/").status_code == 200
    assert load(SHIPPED) == "Pages left as they are: 11\n"
    assert Revision.objects.count() == Page.objects.count() == 11


def test_what_staff_edited_is_never_touched(content):
    page = Page.objects.get(slug="kyphoplasty")
    page.title = "Edited by staff"
    page.save()
    page.sections.first().delete()
    sections = page.sections.count()
    load(SHIPPED)
    page.refresh_from_db()
    assert (page.title, page.sections.count()) == ("Edited by staff", sections)


def test_a_new_file_is_added_beside_what_is_there(content, folder, client):
    assert (
        load(folder(sciatica=GOOD.format(slug="sciatica"))) == "Published /conditions/sciatica/ (Sciatica)\n"
    )
    assert "Sciatica" in client.get("/conditions/").content.decode()


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
            "bad.toml: colour: not known here. Use one of: introduction, is_placeholder, ",
        ),
        ("order = true", "bad.toml: order: a whole number is needed, not True."),
        ("introduction = 5", "bad.toml: introduction: text is needed, not 5."),
        ("sections = 5", "bad.toml: sections: a list of tables is needed, not 5."),
        ("sections = [1]", "bad.toml: sections: a list of tables is needed, not [1]."),
        ("order = -1", "bad.toml: order: Ensure this value is greater than or equal to 0."),
        ("= 5", "bad.toml: not readable as TOML: "),
        ('introduction = "a\\u0000b"', "bad.toml: introduction: it holds a null character."),
        (
            SECTION.format(kind="wheel"),
            "bad.toml: sections[1].kind: Value 'wheel' is not a valid choice. Use one of: prose, bullets",
        ),
        (
            SECTION.format(kind="bullets"),
            "bad.toml: “Sciatica”, section “Signs”: it is empty. Write its text",
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
            SECTION.format(kind="prose") + SECTION.format(kind="prose"),
            "bad.toml: sections[2]: Another section",
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
    assert "Published" in load(path)


def test_an_empty_or_missing_folder_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match=r"no \.toml file"):
        load(tmp_path / "nowhere")
