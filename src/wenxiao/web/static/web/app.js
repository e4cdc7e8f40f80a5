/* What every page needs: a form sent once, toasts with the way back, dialogs, keys, drag a file.
   No inline handlers and no eval, so that the content policy can forbid them. Words come from the page. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = document.body.dataset;
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  let gone = false;  // this page is being left: a key typed now was meant for the next one

  /* ---- A form is sent once: a second click finds its buttons off. ---- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const file = $("input[type=file]", form);
    if (file && file.files.length) $("[data-named]", form).textContent = `${say.sayUploading} ${file.files[0].name} · ${(file.files[0].size / 1048576).toFixed(1)} MB`;
    setTimeout(() => $$("button", form).forEach((b) => { b.disabled = true; }));
    // A download leaves the page where it is: its button comes back after a while.
    if (form.dataset.once === "download") setTimeout(() => ready(form), 4000);
    else gone = true;
  });
  function ready(form) {
    delete form.dataset.sent;
    $$("button", form).forEach((b) => { b.disabled = false; });
  }
  window.addEventListener("pageshow", () => {
    gone = false;
    $$("form[data-sent]").forEach(ready);
  });

  /* ---- Toasts. ---- */
  const toasts = $("#toasts");
  let lastUndo = "";
  function toast({ text, undo = "", error = false }) {
    // Trouble that two requests met is told once.
    if (error && $$(".toast-it.error", toasts).some((box) => box.dataset.told === text)) return;
    const box = document.createElement("div");
    box.className = error ? "toast-it error" : "toast-it";
    box.dataset.told = text;
    const words = document.createElement("span");
    words.textContent = text;
    box.append(words);
    dress(box, undo);
    toasts.append(box);
  }
  function dress(box, undo) {
    if (undo) {
      lastUndo = undo;
      const back = document.createElement("button");
      back.type = "button";
      back.textContent = say.sayUndo;
      back.addEventListener("click", () => { back.disabled = true; box.remove(); if (isBusy()) later.push(() => takeBack(undo)); else takeBack(undo); });
      box.append(back);
    }
    const shut = document.createElement("button");
    shut.type = "button";
    shut.className = "shut";
    shut.textContent = "✕";
    shut.setAttribute("aria-label", say.sayClose);
    shut.addEventListener("click", () => box.remove());
    box.append(shut);
    // Long enough to read and to reach the button; it waits while pointed at or focused.
    let left = undo ? 12 : 7;
    const clock = setInterval(() => {
      if (box.matches(":hover, :focus-within")) return;
      left -= 1;
      if (left <= 0) { clearInterval(clock); box.remove(); }
    }, 1000);
  }
  $$(".toast-it", toasts).forEach((box) => dress(box, box.dataset.undo));
  function takeBack(orders) {
    lastUndo = "";
    const list = $("#results");
    if (list && window.htmx) {
      htmx.ajax("POST", "/assess/undo", { source: "#main", values: { order: orders.split(","), back: location.search.slice(1) }, target: "#results", swap: "outerHTML" });
      return;
    }
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/assess/undo";
    const put = (name, value) => { const i = document.createElement("input"); i.type = "hidden"; i.name = name; i.value = value; form.append(i); };
    put("csrfmiddlewaretoken", csrf());
    put("next", location.pathname + location.search);
    orders.split(",").forEach((o) => put("order", o));
    document.body.append(form);
    form.submit();
  }
  document.addEventListener("toast", (event) => toast(event.detail));

  /* ---- htmx: what goes wrong is said, never swallowed; a session that ended leads to the sign-in page. ---- */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/login")) {
      event.detail.shouldSwap = false;
      toast({ text: say.sayExpired, error: true });
      setTimeout(() => { location.href = "/login/?next=" + encodeURIComponent(location.pathname + location.search); }, 1800);
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const given = xhr.getResponseHeader("X-Message");
    const page = new DOMParser().parseFromString(xhr.responseText || "", "text/html");
    const said = $$("[role=alert] h1, [role=alert] p", page).map((e) => e.textContent.trim()).join("　");
    toast({ text: given ? decodeURIComponent(given) : said || say.sayError, error: true });
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => toast({ text: say.sayOffline, error: true })));

  /* ---- Dialogs and menus. ---- */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); $("#" + opener.dataset.open).showModal(); return; }
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) { event.preventDefault(); askReason(dismiss.dataset.dismiss === "checked" ? checked() : [dismiss.dataset.dismiss]); return; }
    const shut = event.target.closest("[data-shut]");
    if (shut) { shut.closest("dialog").close(); return; }
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) { navigator.clipboard.writeText(copy.dataset.copy); toast({ text: say.sayCopied }); return; }
    if (event.target.closest("[data-print]")) { window.print(); return; }
    if (event.target.matches("dialog")) event.target.close();
    $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  function askReason(orders) {
    const dialog = $("#dismiss");
    if (!dialog || !orders.length) return;
    const holder = $("[data-orders]", dialog);
    holder.replaceChildren(...orders.map((value) => { const i = document.createElement("input"); i.type = "hidden"; i.name = "order"; i.value = value; return i; }));
    $("[data-count]", dialog).textContent = orders.length > 1 ? `（${orders.length}）` : "";
    $("form", dialog).reset();
    dialog.showModal();
    $("input[type=radio]", dialog).focus();
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const dialog = event.target.closest && event.target.closest("dialog");
    if (dialog && event.detail.successful) dialog.close();
  });

  /* ---- The list: one row is the present one; keys act on it. It is known by its order, not by its place: rows
     move up when one is decided, and a key must never meet another order than the one that is marked. ---- */
  let place = -1;  // no row yet: a page without a preview marks one only when a key is used
  let chosen = "";
  const rows = () => $$("[data-row]");
  const checked = () => $$("[data-row] input[name=order]:checked").map((i) => i.value);
  const rowOf = (order) => (order ? rows().findIndex((row) => row.dataset.row === order) : -1);
  function go(to, focus = true) {
    const all = rows();
    const pane = $("#peek");
    if (pane) pane.hidden = !all.length;
    if (!all.length) { place = -1; chosen = ""; return; }
    place = Math.max(0, Math.min(to, all.length - 1));
    chosen = all[place].dataset.row;
    all.forEach((row, n) => { row.classList.toggle("present", n === place); if (n === place) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current"); });
    const row = all[place];
    if (focus) { const link = $("a[data-main]", row); if (link) link.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
    peek(row);
  }
  // After a swap: the same order if it is still there, else whatever stands in its place now.
  function stay(focus) { const at = rowOf(chosen); go(at < 0 ? place : at, focus); }

  /* ---- While the list is being answered, what is typed or clicked on it waits; an answer that fails drops it. ---- */
  const asked = new Set();
  const later = [];
  const isBusy = () => asked.size > 0;
  function free(xhr, dropped = false) {
    if (!asked.delete(xhr)) return;
    if (dropped) later.length = 0;
    while (later.length && !isBusy()) later.shift()();
  }
  const ofList = (detail) => detail.target && detail.target.id === "results";
  document.addEventListener("htmx:beforeSend", (event) => {
    const { detail } = event;
    if (!ofList(detail)) return;
    asked.add(detail.xhr);
    const decided = detail.requestConfig.parameters.getAll ? [...detail.requestConfig.parameters.getAll("one"), ...detail.requestConfig.parameters.getAll("order")] : [];
    if (detail.pathInfo.requestPath.endsWith("/decide")) leave(detail.xhr, detail.requestConfig.parameters.get("one") ? [detail.requestConfig.parameters.get("one")] : decided);
    if (detail.pathInfo.requestPath.endsWith("/undo") && decided.length) chosen = decided[0];
  });
  // What is decided is let go of at once: the next order is the present one before the server has answered.
  function leave(xhr, orders) {
    const all = rows();
    xhr.leaves = { orders, from: chosen };
    all.forEach((row) => row.classList.toggle("leaving", orders.includes(row.dataset.row)));
    if (!orders.includes(chosen)) return;
    const here = rowOf(chosen);
    const next = all.findIndex((row, n) => n > here && !orders.includes(row.dataset.row));
    if (next >= 0) go(next, $("dialog[open]") === null);
    else chosen = "";  // the last of the page: what moves up will stand in its place
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, successful } = event.detail;
    if (!asked.has(xhr)) return;
    if (successful) { setTimeout(() => free(xhr), 300); return; }  // in case nothing was swapped and nothing settles
    rows().forEach((row) => row.classList.remove("leaving"));
    if (xhr.leaves && rowOf(xhr.leaves.from) >= 0 && $("dialog[open]") === null) go(rowOf(xhr.leaves.from));
    free(xhr, true);
  });
  // Buttons of the list pressed meanwhile: the same button of the same order, once the list is there again.
  document.addEventListener("click", (event) => {
    const button = isBusy() && event.target.closest("#results button:not([data-dismiss])");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    const row = button.closest("[data-row]");
    if (!row || row.classList.contains("leaving")) return;
    const { key } = button.dataset;
    later.push(() => { const at = rows()[rowOf(row.dataset.row)]; if (at) press(`[data-key=${key}]`, at); });
  }, true);
  let soon;
  function peek(row) {
    const pane = $("#peek");
    clearTimeout(soon);  // first: whoever goes back to the row that is shown must not be given the one between
    if (!pane || pane.hidden || !row.dataset.peek || !matchMedia("(min-width: 1280px)").matches || pane.dataset.shows === row.dataset.peek) return;
    soon = setTimeout(() => { pane.dataset.shows = row.dataset.peek; htmx.ajax("GET", row.dataset.peek, { source: "#peek", target: "#peek", swap: "innerHTML" }); pane.scrollTop = 0; }, 50);
  }
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && rows().indexOf(row) !== place) go(rows().indexOf(row), false);
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a, button, input, label")) go(rows().indexOf(row), true);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "results" || $("#results", event.target)) {
      keepAddress();
      tallyChecked();
      if (place >= 0 || $("#peek")) stay($("dialog[open]") === null && document.activeElement === document.body);
      free(event.detail.xhr);
    }
  });
  // Past the last row the next page begins, before the first the one before; whoever comes back finds their row again.
  function step(by) {
    const to = place + by;
    const turn = rows().length && place >= 0 && (to < 0 || to >= rows().length) && $(`#results .pager [rel=${by < 0 ? "prev" : "next"}]`);
    if (!turn) { go(to); return; }
    remember(new URL(turn.href).search, "", by < 0 ? Infinity : 0);
    gone = turned = true;
    turn.click();
  }
  let turned = false;  // where the next page begins is settled already
  const spot = () => "row:" + location.pathname;
  function remember(search, order, at) { try { sessionStorage.setItem(spot(), JSON.stringify({ search, order, at: Math.min(at, 999) })); } catch { /* a browser that keeps nothing */ } }
  function recalled() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(spot()));
      const [here] = performance.getEntriesByType("navigation");
      // Whoever opens the list afresh begins at its top.
      return kept && kept.search === location.search && (!kept.order || here.type !== "navigate") ? kept : null;
    } catch { return null; }
  }
  window.addEventListener("pagehide", () => { if (place >= 0 && chosen && !turned && $("#results")) remember(location.search, chosen, place); });
  // What stands outside the results (saving a view, export, the hidden state of the filter) follows them.
  function keepAddress() {
    const back = $("#back");
    if (!back) return;
    $$("[data-address]").forEach((field) => { field.value = back.value.replace(/&page=\d+$/, ""); });
  }
  let lastBox, shifted = false;  // Shift and a click ticks everything from the last one on
  document.addEventListener("click", (event) => { shifted = event.shiftKey; }, true);
  function tallyChecked() {
    const bar = $("#bulk");
    if (!bar) return;
    const n = checked().length;
    bar.hidden = n === 0;
    $$("[data-n]", bar).forEach((e) => { e.textContent = n; });
  }
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-row] input[name=order]")) {
      const boxes = $$("[data-row] input[name=order]");
      const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
      if (shifted && from >= 0) boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      lastBox = box;
    }
    if (event.target.matches("[data-all]")) $$("[data-row] input[name=order]").forEach((i) => { i.checked = event.target.checked; });
    if (event.target.matches("[data-every]")) $$(`input[name=${event.target.dataset.every}]`, event.target.form).forEach((i) => { i.checked = event.target.checked; });
    if (event.target.closest("#results")) tallyChecked();
  });

  /* ---- Keys. Never while typing, never with Ctrl, Alt or Meta. ---- */
  const typing = (t) => t.matches("input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, [contenteditable]");
  const press = (selector, root = document) => { const b = $(selector, root); if (b && !b.disabled) { b.click(); return true; } return false; };
  const follow = (selector, root = document) => press(selector, root) && (gone = true);
  const present = () => (isBusy() && !chosen ? undefined : rows()[place]);
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => present() && follow("a[data-main]", present()),
    a: () => press("[data-all]"),
    m: () => (present() ? follow("[data-key=m]", present()) : follow("[data-key=m]")),
    x: () => { const box = present() && $("input[name=order]", present()); if (box) box.click(); },
    c: () => (checked().length && press("#bulk [data-key=c]")) || (rows().length ? present() && press("[data-key=c]", present()) : press("[data-key=c]")),
    d: () => (checked().length && press("#bulk [data-key=d]")) || (rows().length ? present() && press("[data-key=d]", present()) : press("[data-key=d]")),
    u: () => { if (lastUndo) { $$(".toast-it").forEach((t) => t.remove()); takeBack(lastUndo); } else press("[data-key=u]"); },
    n: () => follow("[data-key=n]") || keys.j(),
    p: () => follow("[data-key=p]") || keys.k(),
    "/": () => { const field = $("#q") || $("#find"); field.focus(); field.select(); },
    "?": () => { const help = $("#keys"); if (help && !help.open) help.showModal(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (gone && !typing(event.target)) { if (keys[event.key]) event.preventDefault(); return; }
    const dialog = $("dialog[open]");
    if (dialog) {
      const radio = /^[1-9]$/.test(event.key) && !typing(event.target) && $$("input[type=radio]", dialog)[event.key - 1];
      if (radio) { radio.checked = true; radio.focus(); event.preventDefault(); }
      return;
    }
    if (event.key === "Escape") { if (typing(event.target)) event.target.blur(); $$("details.menu[open]").forEach((m) => { m.open = false; $("summary", m).focus(); }); return; }
    if (typing(event.target)) return;
    if (event.key === " " && scrollPeek(event)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    if (event.repeat && !"jk".includes(event.key)) return;  // a key held down moves, it never decides
    // What only looks or asks goes on at once, on the order that is marked; what sends waits for the answer before.
    if (isBusy() && !("jkd".includes(event.key) && chosen) && !"/?".includes(event.key)) later.push(act);
    else act();
  });

  // The space bar turns the preview over, as it would the page; on what is pressed with it, it presses.
  function scrollPeek(event) {
    const pane = $("#peek");
    if (!pane || pane.hidden || !pane.offsetParent || event.target.closest("button, input, summary, select")) return false;
    pane.scrollBy({ top: (event.shiftKey ? -0.85 : 0.85) * pane.clientHeight });
    event.preventDefault();
    return true;
  }

  /* ---- Evidence: pointing at a signal shows its words, and the other way round. ---- */
  function light(event, on) {
    const from = event.target.closest && event.target.closest("[data-ev]");
    if (!from) return;
    const numbers = from.dataset.ev.split(" ");
    $$("[data-ev]").forEach((e) => { if (e.dataset.ev.split(" ").some((n) => numbers.includes(n))) e.classList.toggle("on", on); });
  }
  ["mouseover", "focusin"].forEach((name) => document.addEventListener(name, (e) => light(e, true)));
  ["mouseout", "focusout"].forEach((name) => document.addEventListener(name, (e) => light(e, false)));

  /* ---- Fields that send their form when they change (without htmx they have a button). ---- */
  document.addEventListener("change", (event) => { if (event.target.matches("[data-send]")) event.target.form.requestSubmit(); });

  /* ---- Dragging a file onto the page of imports. ---- */
  const drop = $("[data-drop]");
  if (drop) {
    const field = $("input[type=file]", drop);
    const named = $("[data-named]", drop);
    const show = () => {
      const file = field.files[0];
      named.textContent = file ? `${file.name} · ${(file.size / 1048576).toFixed(file.size < 1048576 ? 2 : 1)} MB` : "";
      drop.classList.toggle("full", Boolean(file));
    };
    field.addEventListener("change", show);
    ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (e) => { e.preventDefault(); drop.classList.add("over"); }));
    ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, (e) => { e.preventDefault(); drop.classList.remove("over"); }));
    drop.addEventListener("drop", (e) => { if (e.dataTransfer.files.length) { field.files = e.dataTransfer.files; show(); } });
  }

  const kept = recalled();
  const named = $("#results") && $("#results").dataset.at;
  if (rows().length && $("#results") && (named || kept)) {
    const known = named ? -1 : rowOf(kept.order);
    go(known >= 0 ? known : Number(named || kept.at));
  } else if (rows().length && $("#peek")) go(0, false);
  tallyChecked();
})();
