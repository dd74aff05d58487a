// Sorts the tables, and shows each error beside the words it is about.
"use strict";
(() => {
  const CHUNK = 100; // errors that a group lists before it asks
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  // ---- tables that sort

  function compare(one, other) {
    const [a, b] = [Number(one), Number(other)];
    if (Number.isNaN(a) || Number.isNaN(b)) return one < other ? -1 : one > other ? 1 : 0;
    return a - b;
  }

  function sort(table, column) {
    const heads = all("thead th", table);
    const up = heads[column].getAttribute("aria-sort") !== "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = [...table.tBodies[0].rows].map((row) => [row.cells[column].dataset.key, row]);
    const known = keyed.filter(([key]) => key !== undefined);
    const unknown = keyed.filter(([key]) => key === undefined);
    known.sort(([one], [other]) => (up ? compare(one, other) : compare(other, one)));
    table.tBodies[0].append(...[...known, ...unknown].map(([, row]) => row));
  }

  for (const table of all("table[data-sortable]")) {
    all("thead th", table).forEach((head, column) => {
      const button = make("button", head.textContent, { type: "button" });
      button.addEventListener("click", () => sort(table, column));
      head.replaceChildren(button);
    });
  }

  // ---- the errors

  const browser = byId("browser");
  if (!browser) return;
  const [list, told, page, filters, live] = ["list", "told", "page", "filters", "live"].map(byId);
  const rater = browser.dataset.rater;
  const data = JSON.parse(byId("data").textContent);
  const word = (place) => (place === undefined || place < 0 ? null : data.words[place]);
  const plain = (name) => name.replaceAll("_", " ");
  const FIELDS = ["kind", "concept", "patient", "tag", "blame"];

  const errors = data.errors.map((raw) => {
    const told = { ...raw, tag: (raw.tags || []).map(word) };
    for (const name of ["cause", "patient", "kind", "concept", "about", "expected", "found", "blame"]) {
      told[name] = word(raw[name]);
    }
    const criterion = raw.verdict && data.criteria[told.about];
    told.name = raw.verdict ? `${told.about} ${criterion ? criterion.title : ""}`
      : told.concept || "Triage";
    if (raw.verdict && rater === "run" && !told.blame) told.blame = "not attributed";
    told.sought = [told.name, plain(told.cause), told.about, told.expected, told.found, told.kind]
      .filter(Boolean).join(" ").toLowerCase();
    return told;
  });
  const named = new Map(errors.map((error) => [error.id, error]));
  const groups = all("[data-cause]", byId("causes")).map((row) => ({
    cause: row.dataset.cause,
    title: row.cells[0].textContent,
    meaning: row.cells[2].textContent,
    all: errors.filter((error) => error.cause === row.dataset.cause),
    open: false,
  }));
  let order = []; // the errors that pass the filters, as the list has them
  let chosen = null;

  for (const name of FIELDS) {
    const values = new Set(errors.flatMap((error) => error[name] || []));
    const options = [...values].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    filters.elements[name].append(...options.map((value) => make("option", plain(value), { value })));
  }

  const passes = (wanted, text) => (error) =>
    wanted.every(([name, value]) => [error[name]].flat().includes(value)) &&
    text.every((part) => error.sought.includes(part));

  function unfilter() {
    for (const name of [...FIELDS, "text"]) filters.elements[name].value = "";
  }

  // ---- the list

  function draw() {
    const wanted = FIELDS.map((name) => [name, filters.elements[name].value]).filter(([, v]) => v);
    const text = filters.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pass = passes(wanted, text);
    order = [];
    list.replaceChildren();
    for (const group of groups) {
      group.shown = group.all.filter(pass);
      group.listed = 0;
      order.push(...group.shown);
      if (group.shown.length) list.append(drawGroup(group));
    }
    order.forEach((error, place) => { error.place = place; });
    byId("count").textContent = order.length === errors.length
      ? `${errors.length} errors` : `${order.length} of ${errors.length} errors`;
    if (!order.length) list.append(make("p", "No error is like that.", { class: "lede more" }));
    markChosen();
  }

  function drawGroup(group) {
    group.box = make("details");
    const summary = make("summary", group.title + " ");
    if (group.cause === "verdict_reversed") summary.classList.add("grave");
    const some = group.shown.length < group.all.length;
    summary.append(make("span", some ? `${group.shown.length} of ${group.all.length}` : `${group.all.length}`));
    if (group.meaning) summary.append(make("span", group.meaning, { class: "meaning" }));
    group.items = make("ul");
    group.more = make("button", "", { type: "button", class: "more" });
    group.more.addEventListener("click", () => fill(group, group.listed + CHUNK));
    group.box.append(summary, group.items, group.more);
    group.box.addEventListener("toggle", () => {
      group.open = group.box.open;
      if (group.open && !group.listed) fill(group, CHUNK);
    });
    group.box.open = group.open;
    if (group.open) fill(group, CHUNK);
    return group.box;
  }

  function fill(group, upTo) {
    const next = group.shown.slice(group.listed, upTo);
    group.items.append(...next.map(drawItem));
    group.listed += next.length;
    const left = group.shown.length - group.listed;
    group.more.hidden = left === 0;
    group.more.textContent = `Show ${Math.min(CHUNK, left)} more of ${left}`;
    markChosen();
  }

  function drawItem(error) {
    const item = make("li");
    const link = make("a", "", { href: `#e-${error.id}`, "data-error": error.id });
    link.append(make("b", error.name));
    const against = difference(error);
    if (against) link.append(" ", make("em", against));
    const pair = data.pairs[error.pair];
    const side = pair && (pair.gold || pair.run);
    const where = side ? `“${quote(side)}” · ${noteOf(side).name}` : error.blame || "";
    link.append(make("small", `${error.patient} ${where ? "· " : ""}${where}`));
    item.append(link);
    return item;
  }

  function difference(error) {
    if (!("expected" in error) && !("found" in error)) return "";
    if (["missed", "extra", "wrong_boundary"].includes(error.cause)) return "";
    return `${plain(error.expected || "nothing")} ⇢ ${plain(error.found || "nothing")}`;
  }

  function markChosen() {
    for (const link of all("[aria-current]", list)) link.removeAttribute("aria-current");
    const link = chosen && list.querySelector(`[data-error="${chosen.id}"]`);
    if (link) link.setAttribute("aria-current", "true");
    return link;
  }

  function listed(error) {
    if (!order.includes(error)) {
      unfilter();
      draw();
    }
    const group = groups.find((one) => one.cause === error.cause);
    const at = group.shown.indexOf(error);
    group.box.open = group.open = true;
    if (at >= group.listed) fill(group, Math.ceil((at + 1) / CHUNK) * CHUNK);
    const link = markChosen();
    const [box, pane] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
    if (box.top < pane.top + 60 || box.bottom > pane.bottom) {
      list.scrollTop += box.top - pane.top - pane.height / 3;
    }
  }

  // ---- one error

  const noteOf = (place) => data.notes[place[0]];
  const quote = (place) => noteOf(place).text.slice(place[1], place[2]).replace(/\s+/g, " ");

  function show(error, how) {
    chosen = error;
    if (how) history[how](null, "", `#e-${error.id}`);
    listed(error);
    const title = groups.find((one) => one.cause === error.cause).title;
    const heading = make("h3", `${title}: ${error.name}`, { id: "shown-h", tabindex: "-1" });
    told.replaceChildren(heading, ...facts(error), steps(error));
    if (error.verdict) showVerdict(error);
    else if (error.pair !== undefined) showPair(error);
    else showTriage(error);
    told.scrollTop = 0;
    browser.scrollIntoView({ block: "nearest" });
    if (told.getBoundingClientRect().top > innerHeight * 0.8) told.scrollIntoView();
    heading.focus({ preventScroll: true });
    live.textContent = `Error ${error.place + 1} of ${order.length}`;
  }

  function facts(error) {
    const lines = [];
    const against = difference(error);
    if (against) {
      lines.push(make("p", `Gold: ${plain(error.expected || "nothing")}. ` +
        `${rater[0].toUpperCase() + rater.slice(1)}: ${plain(error.found || "nothing")}.`));
    }
    lines.push(make("p", `patient ${error.patient}`, { class: "where" }));
    if (error.tag.length) {
      lines.push(make("p", `difficulty: ${error.tag.map(plain).join(", ")}`, { class: "where" }));
    }
    return lines;
  }

  function steps(error) {
    const row = make("div", "", { class: "steps" });
    for (const [text, by] of [["Previous", -1], ["Next", 1]]) {
      const button = make("button", text, { type: "button" });
      button.addEventListener("click", () => move(by));
      row.append(button);
    }
    const own = make("button", "All errors of this patient", { type: "button" });
    own.addEventListener("click", () => {
      unfilter();
      filters.elements.patient.value = error.patient;
      draw();
      filters.elements.patient.focus();
    });
    row.append(own);
    return row;
  }

  function showPair(error) {
    const { gold, run, rows } = data.pairs[error.pair];
    const sides = [["gold", gold, 1], [rater, run, 2]].filter(([, side]) => side);
    const table = make("table");
    const head = make("tr");
    head.append(make("td"), ...sides.map(([name]) => make("th", name, { scope: "col" })));
    table.createTHead().append(head);
    const body = table.createTBody();
    const place = (side) => `${side[1]}–${side[2]}`;
    body.append(
      fieldRow("words", sides.map(([, side]) => `“${quote(side)}”`), error),
      fieldRow("characters", sides.map(([, side]) => place(side)), error),
      fieldRow("kind", sides.map(([, side]) => word(side[3])), error),
      fieldRow("concept", sides.map(([, side]) => word(side[4])), error),
      ...sorted(rows, error).map((row) =>
        fieldRow(plain(word(row[0])), sides.map(([, , at]) => word(row[at])), error, row)),
      fieldRow("comes from", sides.map(([, side]) => word(side[5])), error, [], true),
    );
    told.append(table);
    const at = gold || run;
    showNote(at[0], [
      ...(gold ? [{ start: gold[1], end: gold[2], kind: "g", name: "gold" }] : []),
      ...(run ? [{ start: run[1], end: run[2], kind: "r", name: rater }] : []),
    ]);
  }

  const UNEVEN = ["wrong", "missing", "invented", "overlapping"];

  function sorted(rows, error) {
    const rank = (row) => word(row[0]) === error.about ? 0
      : UNEVEN.includes(word(row[3])) ? 1 : word(row[3]) === "equal" ? 2 : 3;
    return rows.map((row, place) => [rank(row), place, row])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , row]) => row);
  }

  function fieldRow(name, values, error, row = [], aside = false) {
    const both = values.length === 2;
    const how = row.length ? word(row[3]) : values[0] === values[1] ? "equal" : "wrong";
    const differs = both && !aside && UNEVEN.includes(how);
    const unscored = both && how === "not scored";
    const line = make("tr");
    line.classList.toggle("differs", differs);
    line.classList.toggle("own", row.length > 0 && word(row[0]) === error.about);
    line.classList.toggle("minor", aside || unscored);
    const head = make("th", differs ? `≠ ${name}` : name, { scope: "row" });
    if (unscored || (differs && how !== "wrong")) head.append(make("small", how));
    line.append(head, ...values.map((value) => make("td", shown(value, aside))));
    return line;
  }

  function shown(value, aside) {
    if (value === null) return "–";
    const [from, to] = value.split("..");
    return aside ? value : from === to ? from : plain(value).replace("..", " to ");
  }

  // ---- a verdict

  const BLAME = {
    extraction: "Extraction is to blame: on the gold facts the engine is right.",
    engine: "The engine is to blame: it is wrong on the gold facts too.",
    "not attributed": "Not attributed: the gold does not tell all facts of the patient.",
  };

  function showVerdict(error) {
    const criterion = data.criteria[error.about];
    if (error.blame) told.append(make("p", BLAME[error.blame], { class: "blame" }));
    const sides = make("div", "", { class: "sides" });
    const { run, gold } = error.verdict;
    for (const [title, reason] of [["On the run's facts", run], ["On the gold facts", gold]]) {
      if (reason) sides.append(reasonBox(title, reason));
    }
    if (!run) told.append(make("p", "No reason is recorded for this verdict.", { class: "lede" }));
    told.append(sides);
    if (criterion) told.append(make("h4", "Registered text"), make("blockquote", criterion.text));
    const first = [run, gold].flatMap((reason) => (reason ? reason.evidence : []))[0];
    if (first) showEvidence(first);
    else page.hidden = true;
  }

  function reasonBox(title, reason) {
    const box = make("div");
    box.append(make("h4", `${title}: ${reason.outcome}`), make("p", `${reason.reason} (${reason.basis})`));
    if (reason.action) box.append(make("p", `Action: ${reason.action}`));
    const evidence = make("ul", "", { class: "evidence" });
    for (const place of reason.evidence) {
      const item = make("li");
      const button = make("button", `“${quote(place)}”`, { type: "button" });
      button.addEventListener("click", () => showEvidence(place));
      item.append(button, make("span", ` ${noteOf(place).name}`, { class: "where" }));
      evidence.append(item);
    }
    if (!reason.evidence.length) box.append(make("p", "It rests on no words of a note.", { class: "where" }));
    else box.append(evidence);
    if (reason.missing.length) {
      const missing = make("ul");
      missing.append(...reason.missing.map((line) => make("li", line)));
      box.append(make("p", "Missing", { class: "where" }), missing);
    }
    return box;
  }

  const showEvidence = (place) =>
    showNote(place[0], [{ start: place[1], end: place[2], kind: "e", name: "evidence" }]);

  function showTriage(error) {
    page.hidden = true;
    const wrong = errors.filter((one) => one.patient === error.patient && one.verdict);
    const items = make("ul");
    for (const one of wrong) {
      const item = make("li");
      item.append(make("a", one.name, { href: `#e-${one.id}` }), ` ${difference(one)}`);
      items.append(item);
    }
    told.append(make("h4", "Wrong verdicts of this patient"), items);
  }

  // ---- the note's text

  function showNote(number, focused) {
    const note = data.notes[number];
    const header = make("header");
    header.append(make("b", note.name), ` · patient ${note.patient}`);
    const legend = make("p", "", { class: "legend" });
    for (const [style, text] of [["g on", "gold"], ["r on", rater], ["g", "other gold"], ["r", `other, ${rater}`]]) {
      legend.append(make("span", text, { class: style }));
    }
    header.append(legend);
    const text = make("div", "", { class: note.columns ? "text in-columns" : "text" });
    text.append(...pieces(note, focused));
    page.replaceChildren(header, text);
    page.setAttribute("aria-label", `Note ${note.name}`);
    page.hidden = false;
    const mark = text.querySelector(".on");
    page.scrollTop += mark.getBoundingClientRect().top - page.getBoundingClientRect().top
      - page.clientHeight / 3;
  }

  function faint(note, focused) {
    const spans = [];
    for (const [kind, flat, name] of [["g", note.gold, "gold"], ["r", note.run, rater]]) {
      for (let at = 0; at < flat.length; at += 3) {
        const span = { start: flat[at], end: flat[at + 1], kind, tip: `${name}: ${word(flat[at + 2])}` };
        const known = focused.some((one) => one.kind === kind && one.start === span.start && one.end === span.end);
        if (!known) spans.push(span);
      }
    }
    return spans;
  }

  function pieces(note, focused) {
    const spans = [...focused, ...faint(note, focused)];
    const cuts = [...new Set([0, note.text.length, ...spans.flatMap((one) => [one.start, one.end])])]
      .sort((a, b) => a - b);
    return cuts.slice(0, -1).map((start, place) => {
      const end = cuts[place + 1];
      const words = note.text.slice(start, end);
      const covering = spans.filter((one) => one.start <= start && end <= one.end);
      return covering.length ? piece(words, start, covering) : document.createTextNode(words);
    });
  }

  function piece(words, start, covering) {
    const element = make("span", words);
    for (const one of covering) element.classList.add(one.kind);
    const on = covering.filter((one) => one.name);
    if (on.length) element.classList.add("on");
    for (const one of on) element.classList.add(`${one.kind}-on`);
    const names = on.filter((one) => one.start === start).map((one) => one.name);
    if (names.length) element.dataset.l = names.join(" + ");
    const tips = covering.map((one) => one.tip).filter(Boolean);
    if (tips.length) element.title = tips.join("\n");
    return element;
  }

  // ---- moving

  function move(by) {
    if (!order.length) return;
    const at = chosen ? order.indexOf(chosen) : -1;
    const next = at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by));
    show(order[next], "replaceState");
  }

  function back() {
    const link = chosen && list.querySelector(`[data-error="${chosen.id}"]`);
    if (link) link.focus();
  }

  const keys = { j: () => move(1), k: () => move(-1), "/": () => filters.elements.text.focus() };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !event.target.matches("select")) return back();
    if (event.target.matches("input, textarea, select")) return;
    if (!keys[event.key] || !byId("keys-on").checked) return;
    event.preventDefault();
    keys[event.key]();
  });

  browser.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest('a[href^="#e-"]');
    if (!link) return;
    event.preventDefault();
    show(named.get(link.hash.slice(3)), "pushState");
  });

  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", draw);
  filters.addEventListener("reset", (event) => {
    event.preventDefault();
    unfilter();
    draw();
  });

  function arrive() {
    if (!location.hash.startsWith("#e-")) return;
    const error = named.get(location.hash.slice(3));
    if (error) return show(error);
    told.replaceChildren(make("h3", "This error is not in this report", { id: "shown-h", tabindex: "-1" }),
      make("p", "It may be mended, or the report may be of another run."));
    page.hidden = true;
    byId("errors").scrollIntoView();
  }

  byId("causes").hidden = byId("no-script").hidden = true;
  browser.hidden = false;
  draw();
  window.addEventListener("popstate", arrive);
  arrive();
})();
