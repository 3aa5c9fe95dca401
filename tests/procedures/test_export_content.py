import tomllib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from procedures import content_toml, drafts
from procedures.management.commands.load_content import SHIPPED
from procedures.models import Page, Section
from tests.procedures.pages import make_page, make_section


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


def test_pages_of_one_slug_get_files_of_their_own(content, tmp_path):
    make_section(make_page("trauma", kind="notice"))
    export(tmp_path)
    assert {"condition-trauma.toml", "notice-trauma.toml"} <= set(files(tmp_path))


def test_a_folder_that_cannot_be_made_is_told(content, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        export(tmp_path / "file" / "folder")
