from django.urls import path

from procedures import views
from procedures.models import Page

app_name = "procedures"

urlpatterns = [
    path("", views.page, {"kind": Page.Kind.INDEX, "slug": "home"}, name="home"),
    path(
        "procedures/",
        views.page,
        {"kind": Page.Kind.INDEX, "slug": "procedures"},
        name="procedures",
    ),
    path("procedures/<slug:slug>/", views.page, {"kind": Page.Kind.PROCEDURE}, name="procedure"),
    path("procedures/<slug:slug>/handout/", views.handout, name="handout"),
    path(
        "conditions/",
        views.page,
        {"kind": Page.Kind.INDEX, "slug": "conditions"},
        name="conditions",
    ),
    path("conditions/<slug:slug>/", views.page, {"kind": Page.Kind.CONDITION}, name="condition"),
    path("clinicians/", views.clinicians, name="clinicians"),
    path("preview/<str:token>/", views.preview_link, name="preview"),
    path("<slug:slug>/", views.page, {"kind": Page.Kind.NOTICE}, name="notice"),
]
