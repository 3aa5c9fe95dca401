from django.urls import path

from contact import views

app_name = "contact"

urlpatterns = [
    path("", views.inquiry, name="inquiry"),
    path("sent/", views.sent, name="sent"),
    path("sent/<slug:key>/", views.receipt_page, name="receipt"),
]
