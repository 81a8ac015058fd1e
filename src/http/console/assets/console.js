// Small conveniences; every page works without them. One policy, one listener per kind of event, nothing that evaluates text.
"use strict";
(() => {
  const html = window.trustedTypes
    ? trustedTypes.createPolicy("console", { createHTML: (text) => text })
    : { createHTML: (text) => text };
  const parse = (text) => new DOMParser().parseFromString(html.createHTML(text), "text/html");
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const word = (name) => document.body.dataset[name] || "";
  const tell = (text) => { const place = one("#status"); if (place) place.textContent = text; };

  // The key of an access link stands behind `#`, which no server sees; it goes in by the form.
  const entrance = one("form[data-hash]");
  const key = entrance && new URLSearchParams(location.hash.slice(1)).get(entrance.dataset.hash);
  if (key) {
    history.replaceState(null, "", location.pathname);
    one("input[name=key]", entrance).value = key;
    entrance.requestSubmit();
  }

  // Questions open in a dialog over the page they are asked on.
  let asker = null;
  async function ask(link) {
    const answer = await fetch(link.href, { headers: { "X-Part": "question" } }).catch(() => null);
    const question = answer && answer.ok && one(".question", parse(await answer.text()));
    if (!question) { location.assign(link.href); return; }
    one("#dialog")?.remove();
    const dialog = document.createElement("dialog");
    dialog.id = "dialog";
    const heading = one("h1, h2", question);
    if (heading) { heading.id = "dialog-title"; dialog.setAttribute("aria-labelledby", "dialog-title"); }
    dialog.append(document.adoptNode(question));
    document.body.append(dialog);
    asker = link;
    dialog.addEventListener("close", () => { dialog.remove(); asker?.focus(); });
    dialog.showModal();
    (one("input:not([type=hidden]), textarea, select", dialog) || one("button", dialog))?.focus();
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-ask], [data-close], [data-copy], button[data-pause], [data-all], [data-toggle]");
    if (!target) return;
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (target.dataset.ask !== undefined && plain) { event.preventDefault(); ask(target); }
    if (target.dataset.close !== undefined && target.closest("dialog")) { event.preventDefault(); target.closest("dialog").close(); }
    if (target.dataset.copy !== undefined) {
      const source = one(target.dataset.copy);
      navigator.clipboard?.writeText(source ? source.textContent.trim() : "").then(() => tell(word("copied")));
    }
    if (target.dataset.pause !== undefined) {
      paused = !paused;
      target.textContent = paused ? word("resume") : word("pause");
    }
    if (target.dataset.all !== undefined) {
      all("input[name=job]").forEach((box) => { box.checked = target.checked; });
    }
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method.toLowerCase() === "post") form.dataset.sent = "1";
    dirty = null;
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // What was typed is not lost by a slip.
  let dirty = null;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) dirty = form;
    if (event.target.matches("form[data-live] input[type=search]")) search(event.target.form);
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // Search as you type: the same page, only its list.
  let typing = 0;
  function search(form) {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "list" } }).catch(() => null);
      if (answer && answer.ok) swap("list", await answer.text(), answer.url);
    }, 400);
  }

  // A part of the page is renewed; focus and what was folded open stay.
  function swap(id, text, url) {
    const old = document.getElementById(id);
    const fresh = parse(text).getElementById(id);
    if (!old || !fresh) return;
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const mark = active && (active.id ? `#${CSS.escape(active.id)}` : active.href ? `a[href="${CSS.escape(active.getAttribute("href"))}"]` : null);
    const open = all("details[open][id]", old).map((details) => details.id);
    old.replaceWith(document.adoptNode(fresh));
    open.forEach((name) => { const details = document.getElementById(name); if (details) details.open = true; });
    if (mark) one(mark, document.getElementById(id))?.focus();
    if (url) history.replaceState(null, "", url);
    tell(document.getElementById(id).dataset.said || "");
  }

  // Pages that live are renewed while somebody looks, for ten minutes.
  let paused = false;
  all("[data-renew]").forEach((part) => {
    const began = Date.now();
    const every = setInterval(async () => {
      if (Date.now() - began > 600000) { clearInterval(every); return; }
      if (paused || document.hidden || one("dialog[open]")) return;
      const answer = await fetch(location.href, { headers: { "X-Part": part.id } }).catch(() => null);
      if (answer && answer.ok) swap(part.id, await answer.text());
    }, Number(part.dataset.renew) * 1000);
  });
  all("[data-scripts]").forEach((part) => { part.hidden = false; });

  // Keys, only when switched on and nothing is being typed.
  let lead = "";
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const rows = all(".list .who");
    const at = rows.indexOf(document.activeElement);
    const go = { h: "/console/today", i: "/console/reports", p: "/console/todo" };
    if (lead === "g" && go[event.key]) location.assign(go[event.key]);
    else if (event.key === "/") { const box = one("input[type=search]"); if (box) { event.preventDefault(); box.focus(); } }
    else if (event.key === "j") rows[Math.min(at + 1, rows.length - 1)]?.focus();
    else if (event.key === "k") rows[Math.max(at - 1, 0)]?.focus();
    else if (event.key === "u") one("[data-up]")?.click();
    else if (event.key === "?") location.assign("/console/help");
    lead = event.key;
  });

  // The newest moment is what somebody wants to read after an act.
  one("[data-focus]")?.focus({ preventScroll: false });
})();
