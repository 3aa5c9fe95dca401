// Keeps the note that is being written on the server when the session ends, for when its writer is back.
// Without script, a note that is sent too late is kept, too (contact.desk.keep_draft).
"use strict";
(() => {
  const form = document.getElementById("act");
  const note = document.getElementById("note");
  document.addEventListener("signout", () => {
    if (note.value.trim()) {
      const sent = new FormData();
      sent.set("note", note.value);
      sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      fetch(form.dataset.draft, { method: "POST", body: sent, keepalive: true });
    }
  });
})();
