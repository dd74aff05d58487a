// From a verdict to the words it rests on, and back.  Without this script every link still jumps.
"use strict";
(() => {
  const root = document.documentElement;
  const panel = document.getElementById("panel");
  const live = document.getElementById("live");
  const help = document.getElementById("help");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const criteria = all("[data-criterion]");
  const patients = all("section[data-patient]");
  const parsed = new Map();

  let chosen = null; // the element id of the fact that is shown
  let sentBy = null; // the element a reader came from, to go back to
  let lastCriterion = null;

  root.classList.add("js");
  for (const tools of all(".tools")) tools.hidden = false;

  // ---- what is known of a fact

  function dataOf(factId) {
    const key = factId.slice(0, factId.indexOf("f")) + "-data";
    if (!parsed.has(key)) {
      const source = document.getElementById(key);
      parsed.set(key, source ? JSON.parse(source.textContent) : {});
    }
    return parsed.get(key)[factId];
  }

  const targetOf = (link) => link.getAttribute("href").slice(1); // a link of a drawing has no hash
  const isFact = (id) => /^p\d+f\d+$/.test(id);
  const textOf = (fact) => document.getElementById(fact.note).querySelector("[data-text]");
  const piecesOf = (factId, fact) => all(`[data-fact="${factId}"]`, textOf(fact));
  const quote = (text, start, end) => text.textContent.slice(start, end);
  const nameOf = (verdictId) => {
    const heading = document.querySelector(`#${verdictId} h4`);
    return heading.textContent.trim().replace(/\s+/g, " ");
  };
  const idOf = (verdictId) => document.getElementById(verdictId).dataset.criterion;

  function say(message) {
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = message; });
  }

  // ---- moving

  function reveal(element) {
    const pane = element.parentElement.closest(".notes");
    if (pane && getComputedStyle(pane).overflowY === "auto") {
      const offset = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      pane.scrollTop += offset - pane.clientHeight / 4;
    }
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function focus(element) {
    if (!element.matches("a, button, summary, [tabindex]")) element.tabIndex = -1;
    reveal(element);
    element.focus({ preventScroll: true });
  }

  function remember(id) {
    if (location.hash !== "#" + id) history.pushState(null, "", "#" + id);
  }

  // ---- choosing a fact

  function unchoose() {
    for (const piece of all(".on")) piece.classList.remove("on", "arrived");
    if (window.CSS && CSS.highlights) CSS.highlights.delete("cue");
    panel.hidden = true;
    chosen = null;
  }

  function choose(factId, beside) {
    const fact = dataOf(factId);
    if (!fact) return null;
    unchoose();
    chosen = factId;
    const pieces = piecesOf(factId, fact);
    for (const piece of pieces) piece.classList.add("on");
    markCues(fact);
    const others = beside.filter((id) => id !== factId);
    panel.replaceChildren(...[factId, ...others].map((id, i) => card(id, dataOf(id), i === 0)));
    panel.hidden = false;
    panel.scrollTop = 0;
    return pieces[0].closest("a[data-fact]") || pieces[0];
  }

  function factsOf(segment) {
    const outer = segment.closest("a[data-fact], span[data-fact]") || segment;
    return [outer, ...all("[data-fact]", outer)].map((piece) => piece.dataset.fact);
  }

  function markCues(fact) {
    if (!(window.CSS && CSS.highlights)) return;
    const text = textOf(fact);
    const ranges = fact.cues.map(([, start, end]) => rangeOf(text, start, end));
    CSS.highlights.set("cue", new Highlight(...ranges));
  }

  function rangeOf(text, start, end) {
    const range = document.createRange();
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const next = at + node.length;
      if (at <= start && start < next) range.setStart(node, start - at);
      if (at < end && end <= next) { range.setEnd(node, end - at); break; }
      at = next;
    }
    return range;
  }

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function card(factId, fact, first) {
    const section = make("section", "", { "data-card": factId });
    const header = make("header");
    const title = make("h2", fact.concept + " ");
    title.append(make("span", fact.kind));
    header.append(title);
    if (first) header.append(make("button", "Close", { type: "button", "data-do": "close-panel" }));
    const rows = make("dl");
    const text = textOf(fact);
    const cues = fact.cues.map(([role, start, end]) => [
      `Cue: ${role}`, `“${quote(text, start, end)}”`,
    ]);
    for (const [label, value] of [...fact.rows, ...cues, ...fact.origin]) {
      rows.append(make("dt", label), make("dd", value));
    }
    section.append(header, rows);
    if (fact.verdicts.length) {
      section.append(make("p", "Used by"));
      const list = make("ul");
      for (const id of fact.verdicts) {
        const item = make("li");
        item.append(make("a", nameOf(id), { href: "#" + id }));
        list.append(item);
      }
      section.append(list);
    } else {
      section.append(make("p", "No verdict rests on this fact."));
    }
    return section;
  }

  function toEvidence(link) {
    const factId = targetOf(link);
    const piece = document.getElementById(factId);
    if (!piece) return;
    const target = choose(factId, factsOf(piece));
    const criterion = link.closest("[data-criterion]");
    if (criterion || link.closest(".timeline")) sentBy = link;
    if (criterion) lastCriterion = criterion;
    remember(factId);
    focus(target);
    for (const piece of all(".on")) piece.classList.add("arrived");
    const fact = dataOf(factId);
    const note = document.querySelector(`#${fact.note}-h`).textContent;
    const from = criterion ? ` for ${criterion.dataset.criterion}` : "";
    say(`Evidence${from}: “${quote(textOf(fact), ...fact.span)}”, ${fact.concept}, in ${note}. b goes back.`);
  }

  function toCriterion(criterion) {
    lastCriterion = criterion;
    remember(criterion.id);
    focus(criterion);
  }

  function back() {
    if (sentBy && chosen) {
      const to = sentBy;
      sentBy = null;
      focus(to);
      const criterion = to.closest("[data-criterion]");
      remember((criterion || to.closest(".timeline")).id);
      say(`Back at ${criterion ? criterion.dataset.criterion : "the timeline"}`);
    } else if (chosen) {
      listVerdicts();
    }
  }

  function listVerdicts() {
    const verdicts = dataOf(chosen).verdicts;
    if (!verdicts.length) return say("No verdict rests on this fact");
    if (verdicts.length === 1) {
      toCriterion(document.getElementById(verdicts[0]));
      return say(`${idOf(verdicts[0])} rests on this fact`);
    }
    panel.querySelector("ul a").focus();
    say(`${verdicts.length} verdicts rest on this fact: ${verdicts.map(idOf).join(", ")}`);
  }

  // ---- keys

  function step(list, from, by) {
    const at = list.indexOf(from);
    return list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))];
  }

  function patientHere() {
    const focused = document.activeElement.closest("section[data-patient]");
    if (focused) return focused;
    const id = /^#(p\d+)/.exec(location.hash);
    return id ? document.getElementById(id[1]) : null;
  }

  function moveCriterion(by) {
    const patient = patientHere();
    const focused = document.activeElement.closest("[data-criterion]");
    const known = lastCriterion && patient && patient.contains(lastCriterion) ? lastCriterion : null;
    const start = focused || known;
    if (start) return toCriterion(step(criteria, start, by));
    const first = (patient || document).querySelector("[data-criterion]");
    if (first) toCriterion(first);
  }

  function movePatient(by) {
    const patient = step(patients, patientHere(), by);
    if (!patient) return;
    unchoose();
    sentBy = lastCriterion = null;
    remember(patient.id);
    patient.scrollIntoView({ block: "start" });
    document.getElementById(patient.id + "-h").focus({ preventScroll: true });
  }

  function enter(criterion) {
    const link = criterion.querySelector("a.ev");
    if (link) return toEvidence(link);
    say(`${criterion.dataset.criterion} rests on no words of a note`);
  }

  function toggleTrace() {
    const criterion = document.activeElement.closest("[data-criterion]") || lastCriterion;
    const details = criterion && criterion.querySelector(":scope > details:last-of-type");
    if (details) details.open = !details.open;
  }

  function toggleMono() {
    const on = root.classList.toggle("mono");
    document.querySelector('[data-do="mono"]').setAttribute("aria-pressed", String(on));
  }

  function closePanel() {
    const mark = chosen && document.getElementById(chosen);
    const inside = panel.contains(document.activeElement);
    unchoose();
    if (mark && inside) (mark.closest("a[data-fact]") || mark).focus();
  }

  function toList() {
    remember("patients");
    document.getElementById("patients").scrollIntoView();
    (document.querySelector("#patients a") || document.body).focus({ preventScroll: true });
  }

  const keys = {
    j: () => moveCriterion(1),
    k: () => moveCriterion(-1),
    n: () => movePatient(1),
    p: () => movePatient(-1),
    b: back,
    Backspace: back,
    o: toggleTrace,
    l: toList,
    m: toggleMono,
    "?": () => help.showModal(),
  };
  const actions = {
    mono: toggleMono,
    help: () => help.showModal(),
    "close-help": () => help.close(),
    "close-panel": closePanel,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches("input, textarea, select")) return;
    if (event.key === "Escape") return closePanel();
    if (event.key === "Enter" && event.target.matches("[data-criterion]")) {
      event.preventDefault();
      return enter(event.target);
    }
    const act = keys[event.key];
    const single = event.key.length === 1;
    if (!act || (single && !document.getElementById("keys-on").checked)) return;
    event.preventDefault();
    act();
  });

  // ---- pointer and focus

  let chosenBeforePress = null;
  document.addEventListener("pointerdown", () => { chosenBeforePress = chosen; }, true);

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = event.target.closest("[data-do]");
    if (button) return actions[button.dataset.do]();
    const piece = event.target.closest("[data-fact]");
    const link = event.target.closest('a[href^="#"]');
    if (piece) {
      event.preventDefault();
      const byKey = event.detail === 0;
      const again = byKey ? chosen !== null : chosenBeforePress === piece.dataset.fact;
      if (!byKey && !again) {
        sentBy = null;
        choose(piece.dataset.fact, factsOf(piece));
        remember(piece.dataset.fact);
      } else {
        back();
      }
    } else if (link) {
      const id = targetOf(link);
      const target = document.getElementById(id);
      if (isFact(id)) {
        event.preventDefault();
        toEvidence(link);
      } else if (target && target.matches("[data-criterion]")) {
        event.preventDefault();
        toCriterion(target);
      }
    }
  });

  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest("a[data-fact]");
    if (!mark) return;
    const here = factsOf(mark);
    if (here.includes(chosen)) return;
    sentBy = null;
    choose(here[0], here);
  });

  function arrive() {
    const id = location.hash.slice(1);
    const target = document.getElementById(id);
    if (isFact(id) && target) {
      const mark = choose(id, factsOf(target));
      if (mark) focus(mark);
    } else if (target && target.matches("[data-criterion]")) {
      focus(target);
    }
  }
  window.addEventListener("popstate", arrive);
  if (location.hash) arrive();

  // ---- paper shows everything

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
