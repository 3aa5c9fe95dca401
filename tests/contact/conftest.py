import pytest

from contact.models import Practice
from tests.smtp import MailServer


@pytest.fixture
def practice(db):
    Practice.objects.update(alert_addresses="desk@example.com")


@pytest.fixture(autouse=True)
def mail_is_sent(settings):
    settings.MAIL_IS_PRINTED = False


@pytest.fixture
def mail_server(settings, practice):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
        yield server
