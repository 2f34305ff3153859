// The page works without this. With it, what is new appears by itself, and charts zoom in place.
"use strict";
(() => {
  const main = document.getElementById("main");
  const status = document.getElementById("status");
  let stamp = null;
  let wanted = 0;

  const busy = () => {
    const at = document.activeElement;
    const typing = at && main.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
    const selecting = String(document.getSelection() || "") !== "";
    return document.hidden || typing || selecting;
  };

  async function show(address, push) {
    const turn = ++wanted;
    let text;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok) return false;
      text = await answer.text();
    } catch {
      return false;
    }
    if (turn !== wanted) return false;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.getElementById("main");
    if (!next) return false;
    for (const open of main.querySelectorAll("details[open][id]")) {
      const same = next.querySelector(`#${CSS.escape(open.id)}`);
      if (same) same.open = true;
    }
    const focused = document.activeElement && main.contains(document.activeElement) ? document.activeElement.id : "";
    main.replaceChildren(...next.childNodes);
    document.title = fresh.title;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (push) history.pushState({}, "", address);
    return true;
  }

  if (main?.hasAttribute("data-live") && window.EventSource) {
    let source = null;
    let due = false;
    const refresh = async () => {
      if (busy()) { due = true; return; }
      due = false;
      if (await show(location.href, false)) status.textContent = "The page was brought up to date.";
    };
    // A browser has six connections for a host, whatever the number of its tabs and of the pages it keeps for going
    // back: only the page that is looked at may hold one.
    const listen = () => {
      if (document.hidden) { source?.close(); source = null; return; }
      if (source) return;
      source = new EventSource("/live");
      source.onmessage = (event) => {
        if (stamp !== null && event.data !== stamp) refresh();
        stamp = event.data;
      };
    };
    document.addEventListener("visibilitychange", () => { listen(); if (due) refresh(); });
    addEventListener("pagehide", () => { source?.close(); source = null; });
    addEventListener("pageshow", listen);
    setInterval(refresh, 60000); // "5 min ago" grows older too
    listen();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const address = link.href.baseVal ?? link.href;
    show(address, true).then((done) => { if (!done) location.assign(address); });
  });
  addEventListener("popstate", () => { if (main) show(location.href, false); });

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const box = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(box.value);
        status.textContent = button.textContent = "Copied";
      } catch { // not allowed here: then it is marked, to be copied by hand
        box.select();
      }
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    document.getElementById("search")?.focus();
  });
})();
