"""Give the snapshots of before what snapshots hold now, so that a draft can be compared with them and restored."""

from django.db import migrations

ROOTS = {"procedure": "procedures/", "condition": "conditions/", "notice": ""}


def complete(apps, schema_editor):
    page_model, revision_model = apps.get_model("procedures", "Page"), apps.get_model("procedures", "Revision")
    pages = {path(page): page for page in page_model.objects.all()}
    for revision in revision_model.objects.all():
        snapshot = revision.snapshot
        snapshot.setdefault("body_location", "")
        snapshot.setdefault("effective_on", None)
        for section in snapshot.get("sections", []):
            section.setdefault("meaning", "")
            complete_link(section, pages)
            for item in section["items"]:
                item.setdefault("urgency", "")
                complete_link(item, pages)
        revision.save(update_fields=["snapshot"])


def complete_link(holder, pages):
    link = holder["link"]
    if link and "page" not in link:
        page = pages.get(link["path"])
        is_own_title = page is not None and page.title == link["title"]
        link |= {"page": page and page.pk, "text": "" if is_own_title else link["title"]}


def path(page):
    if page.kind == "index":
        return "/" if page.slug == "home" else f"/{page.slug}/"
    return f"/{ROOTS[page.kind]}{page.slug}/"


class Migration(migrations.Migration):
    dependencies = [("procedures", "0003_content_desk")]

    operations = [migrations.RunPython(complete, migrations.RunPython.noop)]
