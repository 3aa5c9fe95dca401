import tomllib
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures import content_toml, drafts
from procedures.management.commands.load_content import SHIPPED
from procedures.models import Page, Section
from tests.procedures.pages import make_item, make_page, make_section


def export(path):
    out = StringIO()
    call_command("export_content", str(path), stdout=out)
    return out.getvalue()


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.toml")}


def test_the_shipped_pages_come_out_as_they_went_in_byte_for_byte(content, tmp_path):
    assert export(tmp_path / "new") == f"Pages written to {tmp_path}/new: 13\n"
    assert files(tmp_path / "new") == files(SHIPPED)


def test_what_staff_wrote_goes_out_and_in_and_out_the_same(content, tmp_path):
    page = Page.objects.get(slug="trauma")
    Page.objects.filter(pk=page.pk).update(introduction='Quotes " and \\ and\n\ntabs\t, é and \x7f.')
    Section.objects.filter(page=page).update(awaits_review=True, meaning="preparation")
    export(tmp_path / "first")
    drafts.write(page, drafts.current(Page.objects.get(slug="cancer")))
    call_command("load_content", str(tmp_path / "first"), stdout=StringIO())
    export(tmp_path / "second")
    assert files(tmp_path / "second") == files(tmp_path / "first") != files(SHIPPED)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), min_size=1))
def test_any_text_is_read_as_it_was_written(text):
    data = content_toml.tidied({"kind": "condition", "slug": "x", "title": text, "summary": "S"})
    assert content_toml.tidied(tomllib.loads(content_toml.written(data))) == data


def test_words_of_a_link_without_a_link_are_refused_and_leave_no_trace(content, tmp_path):
    section = make_section(make_page(), link_text="Read on", kind="prose")
    with pytest.raises(ValidationError, match="there is none"):
        section.full_clean()
    export(tmp_path)
    assert b"link_text" not in files(tmp_path)["new.toml"]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
WORDS = TEXT.filter(str.strip)
LINK = st.none() | st.sampled_from(["cancer", "home", "privacy"])
DRAWING = st.sampled_from(["", "step-balloon"])
ITEM = {"term": TEXT, "text": TEXT, "urgency": st.sampled_from(["", "urgent"]), "illustration": DRAWING}
SECTION = {
    "heading": WORDS,
    "kind": st.sampled_from(Section.Kind.values),
    "meaning": st.sampled_from(["", *Section.Meaning.values]),
    "awaits_review": st.booleans(),
    "illustration": DRAWING,
    "intro": TEXT,
    "link": LINK,
    "link_text": TEXT,
    "items": st.lists(st.fixed_dictionaries(ITEM | {"link": LINK}), max_size=3),
}
PAGE = {
    "kind": st.sampled_from(["procedure", "condition", "notice"]),
    "title": WORDS,
    "summary": WORDS,
    "introduction": TEXT,
    "body_location": TEXT,
    "effective_on": st.none() | st.dates(),
    "order": st.integers(0, 32767),
    "is_placeholder": st.booleans(),
    "sections": st.lists(st.fixed_dictionaries(SECTION), max_size=3),
}


def stored(data):
    """A page as the forms would store it."""
    linked = {None: None} | {page.slug: page for page in Page.objects.all()}
    page = Page(slug="generated", **{key: value for key, value in data.items() if key != "sections"})
    page.full_clean()
    page.save()
    for number, told in enumerate(data["sections"], start=1):
        fields = dict(told)
        items, fields["linked_page"] = fields.pop("items"), linked[fields.pop("link")]
        section = Section(page=page, slug=f"section-{number}", order=number, **fields)
        if not section.linked_page:
            section.link_text = ""
        section.full_clean()
        section.save()
        for place, item in enumerate(items, start=1):
            fields = dict(item)
            make_item(section, order=place, linked_page=linked[fields.pop("link")], **fields)
    return page


@given(st.fixed_dictionaries(PAGE))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_page_goes_out_and_in_and_out_the_same_byte_for_byte(content, tmp_path, data):
    with transaction.atomic():
        page = stored(data)
        export(tmp_path / "first")
        drafts.write(page, drafts.current(Page.objects.get(slug="trauma")))
        call_command("load_content", str(tmp_path / "first"), stdout=StringIO())
        export(tmp_path / "second")
        transaction.set_rollback(True)
    assert files(tmp_path / "second") == files(tmp_path / "first")


def test_pages_of_one_slug_get_files_of_their_own(content, tmp_path):
    make_section(make_page("trauma", kind="notice"))
    export(tmp_path)
    assert {"condition-trauma.toml", "notice-trauma.toml"} <= set(files(tmp_path))


def test_a_folder_that_cannot_be_made_is_told(content, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        export(tmp_path / "file" / "folder")
