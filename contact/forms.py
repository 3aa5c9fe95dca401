from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.core.validators import MaxLengthValidator, slug_re

from contact import phone
from contact.models import Inquiry
from procedures.models import Revision

MESSAGE_LENGTH = 2000  # characters


class MessageField(forms.CharField):
    """Text of several lines, whose line breaks, two characters as browsers send them, count as one."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: str | None) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class InquiryForm(forms.ModelForm):
    """What a first call needs and nothing more.

    Lengths are checked when the form is sent, never by the browser, which would cut off what is pasted.
    """

    # The address of the page that the patient came from. Anything else is ignored, not refused.
    about = forms.Field(required=False, widget=forms.HiddenInput)
    message = MessageField(
        required=False,
        label="What would you like us to know? (optional)",
        help_text="A sentence or two is enough. You can tell us the rest when we call.",
        validators=[
            MaxLengthValidator(
                MESSAGE_LENGTH,
                "Your message has %(show_value)d characters. Shorten it to %(limit_value)d or fewer.",
            )
        ],
    )

    class Meta:
        model = Inquiry
        fields = ("about", "name", "phone", "email", "best_time", "message")
        labels = {
            "name": "Your name",
            "phone": "Phone number",
            "email": "E-mail (optional)",
            "best_time": "When is the best time to call you?",
        }
        help_texts = {
            "phone": "We will call you on this number. Add an extension if you have one.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            # Not type="tel": its keypad has no letters, and people type "ext. 12" and 1-800-FLOWERS.
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
            "best_time": forms.RadioSelect,
        }
        error_messages = {
            "name": {
                "required": "Enter your name.",
                "max_length": "Enter your name in %(limit_value)d characters or fewer.",
            },
            "phone": {
                "required": "Enter a phone number, so that we can call you.",
                "max_length": "This is too long for a phone number. Enter one number with its area code.",
            },
            "email": {
                "invalid": "Enter an e-mail address like name@example.com, or leave it empty.",
            },
            "best_time": {
                "invalid_choice": "Choose any time, morning or afternoon.",
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
        self.fields["best_time"].required = False

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.attrs = {"novalidate": True}
        helper.layout = Layout(
            "about",
            "name",
            "phone",
            "email",
            "best_time",
            "message",
            Submit("send", "Send my request"),
        )
        return helper

    @property
    def about_title(self) -> str | None:
        """The page of interest, in the words patients know it by."""
        slug = str(self["about"].value() or "")
        return Revision.objects.public_title(slug) if slug_re.fullmatch(slug) else None

    def clean_about(self) -> str:
        """Kept in words, as the patient saw it: addresses may change."""
        return self.about_title or ""

    def clean_phone(self) -> str:
        """As typed. The number in it is read here and stored beside it."""
        typed: str = self.cleaned_data["phone"]
        self.instance.phone_uri = phone.normalise(typed)
        return typed

    def clean_best_time(self) -> str:
        return self.cleaned_data["best_time"] or Inquiry.BestTime.ANY
