// How long a text is, as it is written, beside what is best. Read out when the writer pauses.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("[data-advised-most]")) {
    const least = Number(field.dataset.advisedLeast);
    const most = Number(field.dataset.advisedMost);
    const advice = document.createElement("strong");
    advice.className = "character-advice";
    advice.setAttribute("role", "status");
    const help = document.getElementById(field.getAttribute("aria-describedby"));
    if (!help) continue;
    (help.firstElementChild ?? help).append(" ", advice);
    let pause;
    const tell = () => {
      const length = [...field.value.trim()].length;
      const judged = length > most ? `${length - most} too many` : length < least ? `${least - length} too few` : "good";
      advice.textContent = `${length} characters: ${judged}.`;
      advice.classList.toggle("character-advice-off", judged !== "good");
    };
    field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(tell, 400); });
    tell();
  }
});
