"""What patients read of clinicians, and who writes it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from procedures.models import Clinician
from procedures.models.clinician import NEEDS_BOARD
from tests.procedures.pages import make_clinician
from tests.staff import make_staff, sign_in

NOT_WHOLE = ("is_board_certified", NEEDS_BOARD)


@pytest.mark.parametrize(
    ("claim", "field", "told"),
    [
        ({"degree": ""}, "degree", "This field cannot be blank."),
        ({"is_board_certified": True}, "is_board_certified", NEEDS_BOARD),
        ({"is_board_certified": True, "board": "American Board of Anesthesiology"}, *NOT_WHOLE),
        ({"is_board_certified": True, "specialty": "Pain medicine"}, *NOT_WHOLE),
    ],
)
def test_a_claim_about_a_clinician_is_whole_or_refused_in_the_form_and_in_the_database(
    db, claim, field, told
):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_clinician(**claim)
    with pytest.raises(ValidationError) as refused:
        Clinician(**({"name": "Ada Doe", "degree": "MD"} | claim)).full_clean()
    assert refused.value.message_dict[field] == [told]


@pytest.mark.parametrize("claim", ["Board certified", "BOARD-CERTIFIED", "board certification", "Diplomate"])
@pytest.mark.parametrize("field", ["name", "degree", "about"])
def test_a_claim_in_words_needs_the_board_and_the_specialty(db, field, claim):
    clinician = Clinician(**({"name": "Ada Doe", "degree": "MD"} | {field: f"Doe, {claim}, since 2010"}))
    with pytest.raises(ValidationError) as refused:
        clinician.full_clean()
    assert list(refused.value.message_dict) == [field]
    assert NEEDS_BOARD in refused.value.message_dict[field][0]
    clinician.board, clinician.specialty = "American Board of Anesthesiology", "Pain Medicine"
    with pytest.raises(ValidationError):  # patients would read the claim without them
        clinician.full_clean()
    clinician.is_board_certified = True
    clinician.full_clean()


def test_words_that_claim_no_certification_are_fine(db):
    Clinician(name="Ada Doe", degree="MD", about="On the board of a clinic. A diplomat.").full_clean()


def test_only_a_reviewer_writes_of_clinicians_what_patients_read_at_once(db, client):
    path = f"/admin/procedures/clinician/{make_clinician().pk}/change/"
    sent = {"name": "Ada Doe", "degree": "MD", "about": "New words", "order": 1}
    sign_in(client, make_staff("edna", "Content editor"))
    assert client.post(path, sent).status_code == 403
    sign_in(client, make_staff("rita", "Reviewer"))
    assert client.post(path, sent).status_code == 302
    assert Clinician.objects.get().about == "New words"


def test_initials_are_no_name_of_a_board():
    clinician = Clinician(name="Ada", degree="MD", is_board_certified=True, board="ABA", specialty="Pain")
    with pytest.raises(ValidationError, match="full name, not its initials"):
        clinician.clean()


def test_clinicians_have_a_page_when_there_are_any(content, read, client):
    assert client.get("/clinicians/").status_code == 404
    assert not read("/").find("a", href="/clinicians/")
    certified = {"is_board_certified": True, "board": "American Board of Anesthesiology"}
    make_clinician(specialty="Pain Medicine", **certified)
    make_clinician(name="Gone", is_listed=False)
    page = read("/clinicians/")
    assert page.find("h2").text == "Ada Doe, MD" and "Gone" not in page.main.text
    assert "Board certified in Pain Medicine by the American Board of Anesthesiology" in page.main.text
    assert read("/").find("a", href="/clinicians/")
    assert "/clinicians/" in client.get("/sitemap.xml").content.decode()
