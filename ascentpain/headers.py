"""Response headers that neither Django nor django-csp sends."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

UNUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES)
# Staff sign in with passkeys.
STAFF_POLICY = PERMISSIONS_POLICY.replace("-create=()", "-create=(self)").replace("-get=()", "-get=(self)")


class PermissionsPolicyMiddleware:
    """Turn off, for every response, the browser features that no page of this site uses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_sign_in = request.path.startswith("/staff/")
        response["Permissions-Policy"] = STAFF_POLICY if is_sign_in else PERMISSIONS_POLICY
        return response
