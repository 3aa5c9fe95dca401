// Up and down buttons save the new place at once and move the row where it stands; nothing that is being typed is lost.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const status = document.getElementById("shift-status");
  const rowOf = element => element.closest(".inline-related");
  document.addEventListener("click", async event => {
    const button = event.target.closest(".place button");
    if (!button || !status) return;
    event.preventDefault();
    const place = button.closest(".place");
    const to = button.value.split("-").pop();
    const sent = new FormData();
    sent.set("to", to);
    sent.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    let answer;
    try {
      const response = await fetch(place.dataset.path, { method: "POST", body: sent });
      if (!response.ok || response.redirected) throw new Error(response.status);
      answer = await response.json();
    } catch {
      status.textContent = "Not moved: the site did not answer. Try again.";
      status.classList.remove("visually-hidden");
      return;
    }
    const row = rowOf(button);
    const rows = [...row.parentElement.querySelectorAll(":scope > .inline-related")]
      .filter(other => other.querySelector(".place"));
    const other = rows[rows.indexOf(row) + (to === "up" ? -1 : 1)];
    if (other && to === "up") other.before(row);
    if (other && to === "down") other.after(row);
    button.focus();
    status.textContent = `“${answer.name}” is number ${answer.place} of ${answer.number} now. It is saved.`;
    status.classList.remove("visually-hidden");
  });
});
