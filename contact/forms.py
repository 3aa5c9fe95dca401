import logging
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django import forms
from django.core.validators import MaxLengthValidator, slug_re
from django.db import DatabaseError, InterfaceError
from django.http import QueryDict
from django.utils.functional import cached_property

from contact import intake, phone, request_token, search, spam
from contact.models import Inquiry
from contact.plain_text import LineEmailField, LineField, LinesField
from contact.request_token import RequestToken
from procedures.models import Revision

logger = logging.getLogger(__name__)

MESSAGE_LENGTH = 2000  # characters
DETAIL_LENGTH = 200  # characters
NOT_TYPED = {"csrfmiddlewaretoken", request_token.FIELD, "send"}


def too_long(what: str, length: int) -> MaxLengthValidator:
    return MaxLengthValidator(length, f"Enter {what} in {length} characters or fewer.")


class PhoneField(LineField):
    """A number as a person types it. The text is kept; that it can be dialled is checked."""

    widget = forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    default_error_messages = {"required": "Enter a phone number, so that we can call you."}
    default_validators = [
        MaxLengthValidator(200, "This is too long for a phone number. Enter one number with its area code."),
    ]

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:
            phone.parse(value)


class InquiryForm(forms.Form):
    """What a first call needs and nothing more.

    Lengths are checked when the form is sent, never by the browser, which would cut off what is pasted.
    """

    use_required_attribute = False
    send_label = "Send my request"  # what the button says

    # Nothing in these three is ever refused: they are not the patient's doing.
    token = forms.Field(required=False, widget=forms.HiddenInput)
    about = forms.Field(required=False, widget=forms.HiddenInput)  # the address of a page, else ignored
    website = forms.Field(required=False, label="Leave this field empty")
    asking_for = forms.ChoiceField(
        required=False,
        label="Who needs the consultation?",
        help_text="So that we know whom to ask for. You can ask for a parent, your spouse or a friend.",
        choices=Inquiry.AskingFor.choices,
        initial=Inquiry.AskingFor.SELF,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose yourself or someone you are helping."},
    )
    helper_name = LineField(
        required=False,
        label="Your own name (optional)",
        help_text="If you are helping someone: so that we know whom we are talking to.",
        widget=forms.TextInput(attrs={"autocomplete": "section-helper name"}),
        validators=[too_long("your own name", DETAIL_LENGTH)],
    )
    helper_may_speak = forms.BooleanField(
        required=False,
        label="The patient agrees that you speak with me about this",
        help_text="Without this we speak with the patient only.",
    )
    name = LineField(
        label="Patient’s name",
        help_text="So that we ask for the right person.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter the patient’s name."},
        validators=[too_long("the name", 200)],
    )
    phone = PhoneField(
        label="Phone number",
        help_text="We will call this number. Add an extension if there is one.",
    )
    voicemail_ok = forms.BooleanField(
        required=False,
        label="You may leave a message at this number",
        help_text="Without this we leave none: others might hear it.",
    )
    email = LineEmailField(
        required=False,
        label="E-mail (optional)",
        help_text="In case we cannot reach you by phone.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        max_length=254,
        error_messages={
            "invalid": "Enter an e-mail address like name@example.com, or leave it empty.",
            "max_length": "Enter an e-mail address of %(limit_value)d characters or fewer.",
        },
    )
    best_time = forms.ChoiceField(
        required=False,
        label="When is the best time to call?",
        help_text="So that we do not call in vain.",
        choices=Inquiry.BestTime.choices,
        initial=Inquiry.BestTime.ANY,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose any time, morning or afternoon."},
    )
    message = LinesField(
        required=False,
        label="What would you like us to know? (optional)",
        help_text="So that we can prepare. A sentence or two is enough.",
        validators=[
            MaxLengthValidator(
                MESSAGE_LENGTH,
                "Your message has %(show_value)d characters. Shorten it to %(limit_value)d or fewer.",
            )
        ],
    )
    access_needs = forms.MultipleChoiceField(
        required=False,
        label="What should we prepare?",
        help_text="So that the call and the visit work for you.",
        choices=Inquiry.AccessNeed.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list."},
    )
    language = LineField(
        required=False,
        label="Language of the interpreter",
        help_text="So that we find one, like Spanish, Vietnamese or American Sign Language.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[too_long("the language", DETAIL_LENGTH)],
    )
    other_need = LineField(
        required=False,
        label="What else?",
        help_text="Whatever makes the call or the visit easier for you.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[too_long("it", DETAIL_LENGTH)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
        if not self.is_bound:
            self.initial.setdefault(request_token.FIELD, request_token.issue())

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.attrs = {"novalidate": True}
        helper.layout = Layout(
            "token",
            "about",
            "asking_for",
            Div("helper_name", "helper_may_speak", css_class="helper-fields"),
            "name",
            Div("phone", "voicemail_ok", css_class="field-pair"),
            "email",
            "best_time",
            "message",
            Fieldset(
                "Do you need an interpreter or other help? (optional)",
                "access_needs",
                "language",
                "other_need",
                template="practice/layout/details.html",
                open=self.has_access_needs,
            ),
            Field("website", template="practice/decoy.html"),
            HTML('{% include "contact/_already_sent.html" %}'),
            Submit("send", self.send_label),
        )
        return helper

    @property
    def has_access_needs(self) -> bool:
        """Whether the folded part holds something that must not be overlooked."""
        fields = ("access_needs", "language", "other_need")
        return any(self[name].value() or self[name].errors for name in fields)

    @cached_property
    def about_title(self) -> str | None:
        """The page of interest, in the words patients know it by; None, too, where it cannot be found out."""
        slug = str(self["about"].value() or "")
        if not slug_re.fullmatch(slug):
            return None
        try:
            return Revision.objects.public_title(slug)
        except (DatabaseError, InterfaceError):
            return None
        except Exception:  # no request is lost for a title
            logger.exception("inquiry: the title of a page was not found out")
            return None

    def take_token(self, token: str | None) -> None:
        """Have an empty form go on with a token that was issued before, if there is one."""
        self.initial[request_token.FIELD] = token or self.initial[request_token.FIELD]

    @property
    def token_value(self) -> str:
        return str(self[request_token.FIELD].value() or "")

    @property
    def one_time_token(self) -> RequestToken:
        sent = cast(QueryDict, self.data).lists() if self.is_bound else []
        typed = sorted((name, *values) for name, values in sent if name not in NOT_TYPED)
        return request_token.read(self.token_value, repr(typed))

    def clean_about(self) -> str:
        """Kept in words, as the patient saw it: addresses may change."""
        return self.about_title or ""

    def clean_asking_for(self) -> str:
        return self.cleaned_data["asking_for"] or Inquiry.AskingFor.SELF

    def clean_best_time(self) -> str:
        return self.cleaned_data["best_time"] or Inquiry.BestTime.ANY

    def clean(self) -> dict[str, Any]:
        """Needs and their details become one value. A detail counts though its box is not ticked.

        That a helper may be spoken with counts only where there is one: the box is hidden otherwise.
        """
        data = self.cleaned_data
        details = {"interpreter": data.get("language", ""), "other": data.get("other_need", "")}
        needs = {need: details.get(need, "") for need in data.get("access_needs", ())}
        data["access_needs"] = needs | {need: detail for need, detail in details.items() if detail}
        if data.get("asking_for") != Inquiry.AskingFor.SOMEONE_ELSE:
            data["helper_may_speak"] = False
        return data

    @cached_property
    def inquiry(self) -> Inquiry:
        """What a valid form holds, not stored."""
        written = {name: self.cleaned_data[name] for name in (*Inquiry.WRITTEN, "about")}
        return Inquiry(**written, phone_uri=phone.normalise(written["phone"]))

    def inquiry_to_store(self) -> Inquiry:
        """The same, named by its token, and quarantined where something speaks of spam."""
        inquiry, token = self.inquiry, self.one_time_token
        inquiry.request_id = token.request_id
        text = spam.text_to_compare(inquiry.message)
        inquiry.message_digest = search.text_index(text)
        inquiry.suspicions = spam.suspicions(
            token,
            decoy=self.data.get(spam.DECOY),
            names=[inquiry.name, inquiry.helper_name],
            count_same_text=lambda: intake.count_same_text(text),
        )
        if inquiry.suspicions:
            inquiry.status = Inquiry.Status.QUARANTINED
        return inquiry

    def renew(self) -> None:
        """Let what was typed be sent as another request, which was begun when this one was."""
        issued_at = self.one_time_token.issued_at
        self.data = cast(QueryDict, self.data).copy()
        self.data[request_token.FIELD] = request_token.issue(issued_at)


class PhoneCorrectionForm(forms.Form):
    """On the receipt: the right number, where the one that was sent is wrong."""

    use_required_attribute = False

    phone = PhoneField(
        label="The right phone number",
        help_text="With its area code, like (504) 555-0123.",
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.attrs = {"novalidate": True}
        helper.layout = Layout("phone", Submit("correct", "Correct the number"))
        return helper
