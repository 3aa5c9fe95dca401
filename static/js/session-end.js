// Warns before an idle session ends, renews it while something is done, and ends it with a chance to save what was
// typed: a cancellable "signout" event on the document. Without script the server ends it at the same time.
"use strict";
(() => {
  const box = document.getElementById("session-end");
  const left = document.getElementById("session-end-left");
  const renewForm = document.getElementById("session-renew");
  const outForm = document.getElementById("session-out");
  const WARNING = Number(box.dataset.warning);
  const EARLY = 8; // seconds before the server's own end, in which a page saves what was typed
  const SAVING = 2500; // milliseconds that it is given
  const QUIET = 60; // seconds between two renewals
  let end = 0;
  let renewed = Date.now();
  let asking = false;
  let over = false;
  let before = null;

  const setEnd = (seconds) => {
    end = Date.now() + (seconds - EARLY) * 1000;
  };
  const secondsLeft = () => Math.ceil((end - Date.now()) / 1000);

  async function ask(method) {
    asking = true;
    try {
      const body = method === "POST" ? new FormData(renewForm) : null;
      const answer = await fetch(renewForm.action, { method, body, headers: { Accept: "application/json" } });
      if (answer.redirected) {
        setEnd(0);
      } else if (answer.ok) {
        setEnd((await answer.json()).ends_in);
      }
    } catch {
      // Without an answer the time that was told last stands.
    }
    asking = false;
  }

  async function renew() {
    renewed = Date.now();
    await ask("POST");
    show();
  }

  function words(seconds) {
    return seconds > 90 ? "2 minutes" : seconds > 60 ? "90 seconds" : seconds > 30 ? "1 minute" : seconds > 10 ? "30 seconds" : "10 seconds";
  }

  function show() {
    const seconds = secondsLeft();
    const late = seconds <= WARNING;
    if (late) {
      const text = `You will be signed out in ${words(seconds)}, because nothing is being done.`;
      if (left.textContent !== text) left.textContent = text;
    }
    if (late && box.hidden) {
      before = document.activeElement;
      box.hidden = false;
      renewForm.querySelector("button").focus();
    } else if (!late && !box.hidden) {
      const hadFocus = box.contains(document.activeElement);
      box.hidden = true;
      if (hadFocus && before) before.focus();
    }
  }

  function signOut() {
    over = true;
    const event = new Event("signout", { cancelable: true });
    if (document.dispatchEvent(event)) {
      outForm.elements.next.value = location.pathname + location.search;
      setTimeout(() => outForm.submit(), SAVING);
    }
  }

  async function tick() {
    if (over || asking) return;
    if (secondsLeft() <= (box.hidden ? WARNING : 0)) await ask("GET"); // something may have been done in another tab
    if (secondsLeft() <= 0) signOut();
    else show();
  }

  const active = () => {
    if (!over && Date.now() - renewed > QUIET * 1000) renew();
  };
  document.addEventListener("input", active);
  document.addEventListener("click", active);
  renewForm.addEventListener("submit", (event) => {
    event.preventDefault();
    renew();
  });
  setEnd(Number(box.dataset.endsIn));
  setInterval(tick, 1000);
})();
