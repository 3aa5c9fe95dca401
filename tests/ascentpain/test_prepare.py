from io import StringIO

import pytest

from ascentpain.management.commands import prepare


@pytest.fixture
def collected(monkeypatch, settings, tmp_path):
    """What was collected, while the static files are said to have the fingerprint last set."""
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    calls = []

    def collect(command, **options):
        calls.append(command)
        settings.STATIC_ROOT.mkdir(exist_ok=True)

    monkeypatch.setattr(prepare, "call_command", collect)
    return calls


def test_static_files_are_collected_when_they_changed_and_only_then(collected, settings, monkeypatch):
    command = prepare.Command(stdout=StringIO())
    command.collect_static_files()
    command.collect_static_files()
    assert collected == ["collectstatic"]
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "tests"]
    command.collect_static_files()
    assert collected == ["collectstatic"] * 2
    settings.STATIC_ROOT.rmdir()
    command.collect_static_files()
    assert collected == ["collectstatic"] * 3


def test_an_account_is_made_when_there_is_none_and_never_again(db, django_user_model):
    out = StringIO()
    command = prepare.Command(stdout=out)
    command.make_first_account()
    command.make_first_account()
    assert out.getvalue().count("Password:") == 1
    staff = django_user_model.objects.get()
    assert staff.is_superuser
    assert staff.check_password(out.getvalue().split("Password: ")[1].split()[0])
