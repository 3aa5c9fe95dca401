// Says in words why a passkey did not work; allauth's script tells only the console.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const box = document.getElementById("passkey-error");
  const stopped = event.detail.exception && event.detail.exception.name === "NotAllowedError";
  const known = event.detail.exception && event.detail.exception.name === "InvalidStateError";
  box.textContent = known
    ? "This device already has a passkey for your account."
    : stopped
      ? "The passkey was not used: it took too long or was stopped. Try again."
      : "The passkey did not work here. Try again, or use a code.";
  box.hidden = false;
});
