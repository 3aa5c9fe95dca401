import pytest
from django.core.management import call_command

from procedures import checks
from procedures.models import Page
from procedures.publishing import publish


def found():
    return {(message.id, message.msg) for message in checks.notices_are_filled_in(None)}


TO_WRITE = ("privacy", "nondiscrimination", "good-faith-estimate")


def test_the_shipped_notices_that_the_practice_must_write_are_refused_as_placeholders(content):
    assert found() == {("procedures.E003", f"The notice /{slug}/ is a placeholder.") for slug in TO_WRITE}


def test_notices_that_are_written_and_published_pass(content):
    pages = Page.objects.filter(slug__in=TO_WRITE)
    pages.update(is_placeholder=False)
    assert found(), "a draft that is not published changes nothing"
    publish(*pages)
    assert not found()


def test_a_notice_that_is_missing_is_refused(no_content):
    assert {code for code, _ in found()} == {"procedures.E002"}


def test_a_database_that_does_not_answer_is_an_error_not_a_crash(db, monkeypatch):
    from django.db import OperationalError

    def fail(*args):
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", fail)
    assert {code for code, _ in found()} == {"procedures.E001"}


def test_check_deploy_runs_it(content):
    from django.core.management.base import SystemCheckError

    with pytest.raises(SystemCheckError, match="The notice /privacy/ is a placeholder"):
        call_command("check", deploy=True)
