// Keeps what is being written on the server when the session ends, for when its writer is back: of each form that
// names an address for it. Without script, what is sent too late is kept, too (ascentpain.sessions.expired_with_post).
"use strict";
document.addEventListener("signout", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const texts = form.querySelectorAll("textarea, input[type=text], input[type=email], input[type=tel]");
    if ([...texts].some((field) => field.value.trim())) {
      fetch(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: true });
    }
  }
});
