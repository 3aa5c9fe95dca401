from contact.checks import staff_are_told_of_requests
from contact.models import Practice


def ids():
    return [problem.id for problem in staff_are_told_of_requests(None)]


def test_mail_that_is_only_printed_is_named(db, settings):
    Practice.objects.update(alert_addresses="desk@example.com")
    settings.MAIL_IS_PRINTED = True
    assert ids() == ["contact.W001"]


def test_nobody_to_tell_is_named(db, settings):
    settings.MAIL_IS_PRINTED = False
    assert ids() == ["contact.W002"]


def test_with_a_server_and_an_address_nothing_is_found(db, settings):
    settings.MAIL_IS_PRINTED = False
    Practice.objects.update(alert_addresses="desk@example.com")
    assert ids() == []
