// What the pages cannot do as plain HTML: suggestions, keys, clocks, re-masking, the brush, replay.
import Combobox from "./vendor/combobox-nav.js";
import { install } from "./vendor/hotkey.js";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = (text) => { const place = $("#announce"); if (place) place.textContent = text; };

// --- keys: they move or open, never change or send -------------------------------------------
if (document.body.dataset.keys === "on") {
  for (const element of $$("[data-hotkey]")) install(element);
  const rows = () => $$("[data-row]");
  let here = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    all[here]?.classList.remove("is-here");
    here = Math.min(Math.max(here + step, 0), all.length - 1);
    all[here].classList.add("is-here");
    ($("a", all[here]) ?? $("button", all[here]))?.focus();
    all[here].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o") $("a", rows()[here] ?? document.createElement("p"))?.click();
    else if (event.key === "s" && rows()[here]) $("[data-within]", rows()[here])?.click();
    else if (event.key === " " && $("#play") && !event.target.closest("a, button, summary")) $("#play").click();
    else return;
    event.preventDefault();
  });
}
for (const button of $$("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of $$("details.account[open], details.reveal[open]")) {
    open.open = false;
    $("summary", open).focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of $$("details.account[open], details.reveal[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// --- search: APG combobox, focus stays in the input -----------------------------------------
const input = $("#q");
const list = $("#suggestions");
if (input && list) {
  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });
  // The role says it already, and checkers cannot judge the pair with a list that is still hidden.
  input.removeAttribute("aria-haspopup");
  let open = false;
  const hide = () => {
    if (!open) return;
    open = false;
    combobox.stop();
    list.hidden = true;
  };
  const show = () => {
    const empty = !input.value.trim() || !list.children.length;
    if (empty) { hide(); return; }
    list.hidden = false;
    if (!open) { open = true; combobox.start(); } else combobox.resetSelection();
    $("#suggestions-count").textContent = $("[data-count]", list)?.content.textContent.trim() ?? "";
  };
  new MutationObserver(show).observe(list, { childList: true });
  input.addEventListener("input", () => { if (!input.value.trim()) { list.replaceChildren(); hide(); } });
  // What was typed while htmx still started is news to it.
  input.addEventListener("htmx:after:init", () => {
    if (document.activeElement === input && input.value !== input.defaultValue) input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (open) { hide(); event.preventDefault(); } else if (!input.value) input.blur();
  });
  input.addEventListener("blur", () => setTimeout(() => {
    if (!list.contains(document.activeElement)) hide();
  }, 150));
  input.addEventListener("focus", show);
  $("#search-chip-drop")?.addEventListener("click", () => {
    $("#search-chip").remove();
    $("#search-within").remove();
    input.focus();
  });
}

// --- forms: one submit, a word after a second, focus on what is wrong ------------------------
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.getAttribute("aria-disabled") === "true" || event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (event.target.method === "dialog" || event.target.target === "_blank" || event.target.id === "search" || "download" in event.target.dataset) return;
  event.target.dataset.sent = "yes";
  event.target.setAttribute("aria-busy", "true");
  setTimeout(() => say(document.body.dataset.loading), 1000);
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("form");
  if (form) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
});
addEventListener("pageshow", () => {
  for (const form of $$("form[data-sent]")) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
});
$("#error-summary")?.focus();

// --- personal values: masked again after their time ------------------------------------------
const remask = (element) => {
  if (element.dataset.timed) return;
  element.dataset.timed = "yes";
  setTimeout(() => {
    $(".masked-text", element).textContent = element.dataset.masked;
    delete element.dataset.remask;
  }, Number(element.dataset.remask) * 1000);
};

// --- clocks: the server says what remains, performance.now() counts --------------------------
const clocks = new Map();
const start = (element, remaining = Number(element.dataset.clock)) => {
  clocks.set(element, { ends: performance.now() + remaining * 1000, last: Math.ceil(remaining) });
};
const wire = (root) => {
  for (const element of $$("[data-remask]", root)) remask(element);
  for (const element of $$("[data-clock]", root)) if (!clocks.has(element)) start(element);
};
const tick = () => {
  for (const [element, clock] of clocks) {
    if (!element.isConnected) { clocks.delete(element); continue; }
    const left = Math.max(0, Math.ceil((clock.ends - performance.now()) / 1000));
    if (left === clock.last) continue;
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    $(".clock-text", element).textContent = text;
    $(".clock-rest", element).setAttribute("stroke-dasharray", `${(100 * left) / Number(element.dataset.window)} 100`);
    element.classList.toggle("is-short", left <= 60);
    if (element.id === "view-clock") {
      if (clock.last > 300 && left <= 300) say($("#say-5").content.textContent);
      if (clock.last > 60 && left <= 60) say($("#say-1").content.textContent);
      if (left === 0) replaceData("over", "time");
    }
    clock.last = left;
  }
};
setInterval(tick, 250);
wire(document);
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) wire(node.parentNode);
}).observe(document.body, { childList: true, subtree: true });

// --- portal view: no heartbeat, no data -------------------------------------------------------
const replaceData = (name, by = "") => {
  const data = $("#portal-data");
  if (!data || data.dataset.gone) return;
  data.dataset.gone = name;
  data.replaceChildren(document.getElementById(name).content.cloneNode(true));
  const said = $$("h1", data);
  const told = said.find((each) => by && each.dataset.by === by) ?? said[0];
  for (const each of said) if (each !== told) each.remove();
  $(".view-left")?.remove();
  $("#view-end")?.closest("form").remove();
};
// With the half second until it is next looked, it is gone five seconds after the last heartbeat.
const unheard = 4500;
if (document.body.dataset.view === "running" && $("#live")) {
  let heard = performance.now();
  const live = $("#live");
  live.addEventListener("heartbeat", (event) => {
    heard = performance.now();
    const remaining = Number(event.detail?.data);
    const clock = $("#view-clock");
    if (clock && Number.isFinite(remaining)) start(clock, remaining);
  });
  live.addEventListener("ended", (event) => replaceData("over", event.detail?.data));
  setInterval(() => { if (performance.now() - heard > unheard) replaceData("stale"); }, 500);
}

// --- activity picture: the brush and From and To say the same -----------------------------------
const bars = $("[data-bars]");
if (bars && $("#start") && $("#end")) {
  const [start, end] = [$("#start"), $("#end")];
  const starts = $$("g[data-start]", bars).map((group) => group.dataset.start.slice(0, 16));
  // Where the last bar ends.
  starts.push(bars.dataset.end.slice(0, 16));
  const last = starts.length - 2;
  const part = 100 / (last + 1);
  const held = (bar) => Math.min(last, Math.max(0, bar));
  const shade = bars.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
  shade.setAttribute("class", "bar-brush");
  shade.setAttribute("height", "100%");
  shade.setAttribute("visibility", "hidden");
  let [anchor, edge, dragging] = [0, 0, false];
  const draw = () => {
    shade.setAttribute("visibility", "visible");
    shade.setAttribute("x", `${Math.min(anchor, edge) * part}%`);
    shade.setAttribute("width", `${(Math.abs(anchor - edge) + 1) * part}%`);
  };
  const brushed = () => {
    draw();
    start.value = starts[Math.min(anchor, edge)];
    // Fields know minutes; of bars that are shorter as many are taken as one has.
    end.value = starts.slice(Math.max(anchor, edge) + 1).find((each) => each > start.value) ?? starts.at(-1);
  };
  const typed = () => {
    if (!start.value || !end.value || start.value >= end.value) return shade.setAttribute("visibility", "hidden");
    anchor = held(starts.findLastIndex((each) => each <= start.value));
    const behind = starts.findIndex((each) => each >= end.value);
    edge = Math.max(anchor, held((behind < 0 ? starts.length : behind) - 1));
    draw();
  };
  const place = (event) => {
    const box = bars.getBoundingClientRect();
    return held(Math.floor(((event.clientX - box.left) / box.width) * (last + 1)));
  };
  bars.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    dragging = true;
    anchor = edge = place(event);
    bars.setPointerCapture(event.pointerId);
    brushed();
  });
  bars.addEventListener("pointermove", (event) => { if (dragging) { edge = place(event); brushed(); } });
  bars.addEventListener("pointerup", () => { if (dragging) { dragging = false; $("#filter").focus(); } });
  bars.addEventListener("pointercancel", () => { dragging = false; });
  bars.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: edge - 1, ArrowRight: edge + 1, Home: 0, End: last };
    if (event.key === "Enter") return $("#filter").click();
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    edge = held(steps[event.key]);
    if (!event.shiftKey) anchor = edge;
    brushed();
    say(`${start.value.replace("T", " ")} – ${end.value.replace("T", " ")}`);
  });
  for (const field of [start, end]) field.addEventListener("input", typed);
}

// --- live records: pausable, told politely, nothing missed --------------------------------------
const live = $("#live-rows");
if (live) {
  const [most, quiet] = [200, 10000];
  const button = $("#live-pause");
  let [had, count, told, goOn] = [0, 0, -quiet, null];
  const show = (name) => {
    for (const each of ["on", "off", "lost"]) $(`#live-${each}`).hidden = each !== name;
    button.textContent = goOn ? button.dataset.on : button.dataset.pause;
  };
  let waiting = null;
  // What comes meanwhile waits in the connection, in its order.
  live.addEventListener("htmx:sse:before:message", (event) => { if (waiting) event.detail.waitUntil(waiting); });
  live.addEventListener("htmx:sse:after:message", () => {
    const came = live.children.length - had;
    if (came > 0) {
      count += came;
      for (const old of [...live.children].slice(most)) old.remove();
      $("#live-empty").hidden = true;
      $("#live-table").hidden = false;
      $("#live-count").textContent = String(count);
      // Readers of screens hear of it at most every ten seconds.
      if (performance.now() - told > quiet) { told = performance.now(); say(live.dataset.say); setTimeout(() => say(""), quiet / 2); }
    }
    had = live.children.length;
  });
  live.addEventListener("htmx:sse:after:connection", () => show(goOn ? "off" : "on"));
  live.addEventListener("htmx:sse:error", () => show("lost"));
  button.addEventListener("click", () => {
    if (goOn) { goOn(); goOn = waiting = null; } else waiting = new Promise((resolve) => { goOn = resolve; });
    show(goOn ? "off" : "on");
    say(goOn ? live.dataset.paused : live.dataset.following);
  });
}

// --- replay: Play follows the link of the next step -------------------------------------------
const play = $("#play");
if (play) {
  const key = "replay";
  const playing = () => sessionStorage.getItem(key) === location.pathname;
  const show = () => { $("span", play).textContent = playing() ? play.dataset.pause : play.dataset.play; };
  const on = $("#step-on");
  let timer = 0;
  const again = $("#look-again");
  const speed = $("#speed");
  if (sessionStorage.getItem("replay-speed")) speed.value = sessionStorage.getItem("replay-speed");
  // A step that is still being made is waited for, so that playing skips none.
  const run = () => { const next = again ?? on; if (playing() && next) timer = setTimeout(() => next.click(), 1500 / Number(speed.value)); };
  speed.addEventListener("change", () => {
    sessionStorage.setItem("replay-speed", speed.value);
    clearTimeout(timer);
    run();
  });
  if (!on && !again) sessionStorage.removeItem(key);
  play.addEventListener("click", () => {
    clearTimeout(timer);
    if (playing()) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, location.pathname);
    show();
    run();
  });
  show();
  run();
  $(".strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

// --- the door to a customer's own portal: its lease is good for seconds only --------------------
$("form[data-submit]")?.requestSubmit();

// --- idle: warned two minutes before the server signs out; any key extends ---------------------
const warning = $("#idle-warning");
if (warning) {
  let used = performance.now();
  let told = performance.now();
  const use = () => {
    used = performance.now();
    warning.hidden = true;
    if (used - told > 60000) {
      told = used;
      fetch("/session/extend", { method: "POST", body: new URLSearchParams({ form_token: warning.dataset.token }) });
    }
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, use, { passive: true });
  setInterval(() => {
    const idle = (performance.now() - used) / 1000;
    if (idle > 900) location.assign("/signin?reason=idle");
    else if (idle > 780) warning.hidden = false;
  }, 1000);
}
