// The studio: a config's text, its problems, the film that it makes, and what is done with both.

import { element, get, latest, post, tab } from "./api.js";
import { Controls } from "./controls.js";
import { Editor } from "./editor.js";
import { Player } from "./player.js";

const TYPED_MS = 60; // after the last key
const EMPTY = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"; // until there is a picture
const GONE = "The studio doesn't answer: was it ended?";
const $ = (id) => document.getElementById(id);

const state = { name: null, disk: "", saved: "", key: null, gesture: null, asked: null, typed: 0, asks: [], agree: [] };
const editor = new Editor($("editor"), () => typed());
const controls = new Controls($("controls"), (path, value, when) => gesture([{ path, value }], when));
const player = new Player({
  failed: (answer, key) => { if (key === state.key) problems(answer.problems, answer.message); },
  gone: () => look({ text: editor.text }),
  held: () => state.gesture !== null, // a slider is: each picture on the way is shown
  learnt: (facts) => { $("hint").textContent = hint(facts); },
  drawn: () => { if (!state.broken) stale(false); },
  turned: (elev, azim, when) => gesture([
    { path: ["film", "camera", "elev"], value: elev }, { path: ["film", "camera", "azim"], value: azim },
  ], when),
  started: (run, values) => gesture([], "done", { run, values }),
  say,
});
window.studio = { state, editor, player, tab }; // for those who try it out

// A change of the text, and the film after it.

let waiting = 0;
function typed() {
  state.gesture = state.asked = null;
  next = [];
  state.typed += 1; // what a gesture makes of an older text is not for this one
  mark();
  clearTimeout(waiting);
  waiting = setTimeout(() => look({ text: editor.text }), TYPED_MS);
}

let next = []; // gestures that wait for the text of the one before
/** Edits by a control: all of one drag are one undo, and each begins from the text before it. */
function gesture(edits, when, start = null) {
  clearTimeout(waiting);
  const path = JSON.stringify(edits.map((one) => one.path));
  if (state.asked !== null && (state.gesture?.path !== path || next.length)) {
    if (next.at(-1)?.path === path) next.pop();
    next.push({ path, edits, when, start });
    return;
  }
  if (state.gesture?.path !== path) state.gesture = { path, text: editor.text, typed: state.typed, remembered: false };
  state.asked = state.gesture;
  look({ text: state.gesture.text, edits, start, gesture: state.gesture });
  if (when !== "done") return;
  state.gesture = null;
  player.fetchAhead();
}

/** Waits until the text has what the last gesture makes of it. */
async function settled() {
  while (state.asked !== null || next.length) await new Promise((resolve) => setTimeout(resolve, 15));
}

const look = latest(async (asked, newer) => {
  const { gesture: of, ...rest } = asked;
  const { name, agree } = state;
  const told = await post("/look", { name, tab, agree, at: player.at, ...rest }).catch((error) => {
    say(error.status ? error.message : GONE);
    return null;
  });
  if (of === state.asked && !newer()) {
    state.asked = null;
    setTimeout(() => {
      const one = next.shift();
      if (one) gesture(one.edits, one.when, one.start);
    });
  }
  if (told === null || state.name !== name || (newer() && !of)) return;
  if (of && of.typed !== state.typed) return;
  if (told.refused) {
    say(told.refused);
  } else if (of && told.text !== editor.text) {
    if (!of.remembered) editor.remember(of.text);
    of.remembered = true;
    editor.put(told.text);
    mark();
  }
  state.asks = told.asks ?? [];
  state.agree = [];
  $("question").hidden = !state.asks.length;
  if (state.asks.length) {
    $("question").firstChild.textContent = `This config runs the code in ${state.asks.join(" and ")}. Read it before you let it run.`;
    problems();
    state.broken = true;
    stale(true, "the code has not run");
    return;
  }
  if (told.key !== null && told.key !== state.key) stale(false);
  problems(told.problems, told.message);
  if (told.key === null) return;
  state.key = told.key;
  state.film = told.film;
  if (state.asked === null && !next.length) controls.show(told.controls); // nothing newer is set there
  player.show(told.key, told.film);
});

function problems(listed = [], message = "") {
  editor.show(listed);
  $("problems").replaceChildren(...listed.map((one) => element(one.line ? "button" : "p", {
    onclick: () => one.line && editor.jump(one.line, one.column ?? 1),
  }, element("b", {}, one.line ? `${one.line}:${one.column}` : "film"), ...(one.key ? [element("i", {}, `${one.key}: `)] : []), one.message)));
  $("problems").title = message;
  state.broken = listed.length > 0;
  if (state.broken) stale(true);
  else if (state.key === player.key) stale(false);
}

function stale(on, why = "the text has problems") {
  $("screen").classList.toggle("old", on);
  $("stale").hidden = !on;
  $("stale").textContent = `${player.shown ? "the last good frame" : "no frame yet"}: ${why}`;
}

function hint(facts) {
  const parts = [];
  const kinds = new Set(facts.panels.map((one) => one.kind));
  if (kinds.has("surface")) parts.push("Drag the surface to turn the camera");
  const plots = facts.panels.filter((one) => one.kind === "start");
  if (plots.length) {
    const plot = plots.some((one) => one.axes.length > 1) ? "contour" : "curve of the loss";
    const start = plots.some((one) => new Set(one.starts.map(([, ...at]) => String(at))).size > 1) ? "the nearest start" : "the start";
    parts.push(`${parts.length ? "click" : "Click"} the ${plot} to place ${start}`);
  }
  return [parts.join(", "), ...facts.remarks].filter(Boolean).join(". ");
}

function mark() {
  const changed = editor.text !== state.saved || !state.disk;
  $("dirty").hidden = !changed || state.name === null;
  $("undo").disabled = !editor.before.length;
  $("redo").disabled = !editor.later.length;
}

let quiet = 0;
function say(text) {
  const notice = $("notice");
  notice.textContent = text;
  notice.hidden = !text;
  if (notice.matches?.("[popover]:popover-open")) notice.hidePopover();
  if (text) notice.showPopover?.(); // above an open dialog
  clearTimeout(quiet);
  quiet = setTimeout(() => { notice.hidden = true; }, Math.max(6000, 70 * text.length));
}

/** A question with a word or one of the choices to come; null where it is cancelled. */
function ask(text, { word = null, label = "name", choices = null, yes = "OK" } = {}) {
  const dialog = $("ask");
  const input = dialog.querySelector("input");
  dialog.querySelector("p").textContent = text;
  input.parentElement.hidden = word === null;
  input.parentElement.firstElementChild.textContent = label;
  input.value = word ?? "";
  $("like").hidden = choices === null;
  const menu = dialog.querySelector("select");
  menu.replaceChildren();
  choices?.then((there) => menu.replaceChildren(...Object.entries(there).map(
    ([name, title]) => element("option", { value: name }, name ? `${name}: ${title}` : title))), (error) => say(error.message));
  dialog.querySelector("menu .main").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  if (word !== null) input.select();
  return new Promise((resolve) => dialog.addEventListener("close", () =>
    resolve(dialog.returnValue === "yes" ? { word: input.value.trim(), like: menu.value } : null), { once: true }));
}
$("ask").querySelector("input").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  $("ask").close("yes");
});

// Files.

async function leave() {
  if ($("dirty").hidden) return true;
  return (await ask(`${state.name} is not saved. Leave it?`, { yes: "Leave it" })) !== null;
}

function begin(opened) {
  next = [];
  Object.assign(state, {
    name: opened.name, disk: opened.disk, saved: opened.disk ? opened.text : "", key: null,
    gesture: null, asked: null, typed: state.typed + 1, asks: [], agree: [],
  });
  $("name").textContent = opened.name;
  document.title = `${opened.name} · Studio`;
  player.clear();
  controls.show([]);
  $("hint").textContent = "";
  editor.load(opened.text);
  mark();
  look({ text: opened.text });
}

async function open(name) {
  try {
    begin(await post("/open", { name }));
  } catch (error) {
    say(error.message);
  }
}

async function save(name = state.name, replace = false) {
  await settled();
  const text = editor.text;
  const disk = name === state.name ? state.disk : "";
  try {
    const saved = await post("/save", { name, text, disk, replace });
    Object.assign(state, { name, disk: saved.disk, saved: text });
    $("name").textContent = name;
    document.title = `${name} · Studio`;
    mark();
    say(`Saved ${name}`);
  } catch (error) {
    if (!error.answer?.changed) return say(error.message);
    const question = name === state.name ? `${name} was changed on disk meanwhile. Overwrite it with what is here?` : `There is a ${name} already. Overwrite it?`;
    if (await ask(question, { yes: "Overwrite" })) await save(name, true);
  }
}

async function saveAs() {
  const given = await ask("Save as", { word: state.name ?? "configs/my_film.yaml", yes: "Save" });
  if (given?.word) await save(yaml(given.word));
}

const yaml = (name) => (/\.ya?ml$/.test(name) ? name : `${name}.yaml`);

async function makeNew() {
  if (!(await leave())) return;
  const folder = state.name?.includes("/") ? state.name.replace(/[^/]*$/, "") : "";
  const choices = get("/templates"); // which may take seconds
  const given = await ask("A new config", { word: `${folder}my_film.yaml`, choices, yes: "Begin" });
  if (!given?.word) return;
  try {
    const made = await post("/new", { name: yaml(given.word), like: given.like });
    begin(made);
    if (made.copied.length) say(`Copied what it needs: ${made.copied.join(", ")}`);
  } catch (error) {
    say(error.message);
  }
}

async function difference() {
  await settled();
  const { lines } = await post("/diff", { name: state.name, text: editor.text });
  const kinds = { "+": "ins", "-": "del", "@": "span" };
  const shown = lines.slice(2).map((line) => element(kinds[line[0]] ?? "div", {}, line || " "));
  $("difference").querySelector("pre").replaceChildren(...(shown.length ? shown : ["Nothing differs."]));
  $("difference").showModal();
}

async function command() {
  await settled();
  try {
    const { command: text } = await post("/command", { name: state.name, text: editor.text });
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    if (copied) say(`Copied: ${text}`);
    else await ask("The browser copies nothing for this page. Copy it from here:", { word: text, label: "command", yes: "Done" });
  } catch (error) {
    say(error.message);
  }
}

// The gallery.

async function gallery() {
  const cards = await get("/gallery");
  $("cards").replaceChildren(...cards.map((card) => element("button", {
    title: card.note, onclick: async () => {
      if (!(await leave())) return;
      $("gallery").close();
      open(card.name);
    },
  }, card.key ? element("img", { "data-src": `/still/${card.key}.jpg`, src: EMPTY, alt: "" }) : element("span", { class: "none" }, card.note),
  element("b", {}, card.title), element("small", {}, card.name.split("/").pop()))));
  $("gallery").showModal();
  stills();
}

/** The pictures that are in sight, one at a time: a browser has few connections to a server. */
async function stills() {
  while ($("gallery").open) {
    const floor = $("gallery").getBoundingClientRect().bottom;
    const missing = [...$("cards").querySelectorAll("img[data-src]")];
    const next = missing.find((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 0 && top < floor;
    }) ?? missing[0];
    if (!next) return;
    next.src = next.dataset.src;
    delete next.dataset.src;
    await new Promise((resolve) => { next.onload = resolve; next.onerror = resolve; });
  }
}
$("gallery").addEventListener("close", () => $("cards").replaceChildren());

// Rendering.

let targets = null;
async function kinds() {
  const there = await get("/kinds");
  targets = there.targets;
  $("formats").append(...there.formats.map(([name, about]) =>
    element("label", { title: about }, element("input", { type: "checkbox", value: name }), name)));
  $("target").append(element("option", { value: "" }, "what the config says"),
    ...targets.map(([name, about]) => element("option", { value: name }, `${name}: ${about}`)));
}

/** Check the formats of the target that is chosen, or those of the config. */
function check() {
  const [, , formats] = targets.find(([name]) => name === $("target").value) ?? [];
  const kinds = new Set(formats ?? state.film?.outputs ?? []);
  for (const box of $("formats").querySelectorAll("input")) box.checked = kinds.has(box.value);
}

async function rendering() {
  if (!targets) await kinds();
  $("target").value = "";
  check();
  $("rendering").showModal();
  watch();
}

async function render() {
  await settled();
  const formats = [...$("formats").querySelectorAll("input:checked")].map((box) => box.value);
  if (!formats.length) return say("Choose a format first");
  try {
    await post("/render", { name: state.name, text: editor.text, formats, target: $("target").value });
  } catch (error) {
    say(error.message);
  }
  watch();
}

let watching = 0;
async function watch() {
  clearTimeout(watching);
  const jobs = await get("/jobs").catch(() => []);
  const listed = JSON.stringify(jobs.map(({ id, state: word }) => [id, word]));
  if (listed !== $("jobs").dataset.listed) $("jobs").replaceChildren(...jobs.map(job));
  $("jobs").dataset.listed = listed;
  jobs.forEach((one, n) => { // a button that has the focus stays
    const row = $("jobs").children[n];
    row.querySelector("span span").textContent = words(one);
    if (row.querySelector("progress")) row.querySelector("progress").value = percent(one);
  });
  const active = jobs.filter((one) => ["waiting", "running"].includes(one.state));
  const running = active.find((one) => one.state === "running");
  $("render-open").textContent = running ? `Rendering: ${running.stage} ${percent(running)} %` : "Render";
  if (active.length) watching = setTimeout(watch, 400);
}

const percent = (one) => (one.total ? Math.floor((100 * one.done) / one.total) : 0);

function words(one) {
  if (one.state === "running" && one.stage) return `${one.stage} ${percent(one)} %`;
  return one.state === "unchanged" ? "unchanged: these files are there already" : one.state;
}

function job(one) {
  const active = ["waiting", "running"].includes(one.state);
  const links = one.files.map((name, n) => element("a", { href: `/result/${one.id}/${n}`, target: "_blank", rel: "noopener" }, name));
  return element("div", { class: "job" },
    element("span", {}, element("b", {}, one.film), " · ", element("span")),
    active ? element("button", { onclick: async () => { await post("/cancel", { id: one.id }); watch(); } }, "Cancel") : "",
    ...(active ? [element("progress", { max: 100, value: percent(one) })] : []),
    ...(links.length ? [element("div", {}, ...links)] : []),
    ...(one.message ? [element("p", {}, one.message)] : []));
}

// What is clicked and typed.

async function undo() {
  await settled();
  editor.undo();
}

const clicks = {
  "gallery-open": gallery, undo, redo: () => editor.redo(), new: makeNew, diff: difference,
  command, "save-as": saveAs, save: () => save(), "render-open": rendering, render,
  agree: () => { state.agree = state.asks; look({ text: editor.text }); },
};
for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "s") {
    event.preventDefault();
    event.shiftKey ? saveAs() : save();
    return;
  }
  if (control && ["z", "y"].includes(event.key.toLowerCase()) && !event.target.closest("textarea, dialog")) {
    event.preventDefault();
    event.shiftKey || event.key.toLowerCase() === "y" ? editor.redo() : undo();
    return;
  }
  const writing = event.target.closest("textarea, input, select, dialog, button") && event.target.id !== "scrub";
  if (control || event.altKey || (writing && event.target.tagName !== "BUTTON") || document.querySelector("dialog[open]")) return;
  const keys = {
    ArrowLeft: () => { player.pause(); player.seek(player.frame - 1); },
    ArrowRight: () => { player.pause(); player.seek(player.frame + 1); },
    Home: () => { player.pause(); player.seek(0); },
    End: () => { player.pause(); player.seek(player.count - 1); },
    "[": () => player.stop(-1),
    "]": () => player.stop(1),
    " ": () => player.toggle(),
  };
  if (!keys[event.key] || (event.key === " " && event.target.tagName === "BUTTON")) return;
  event.preventDefault();
  keys[event.key]();
});
window.addEventListener("beforeunload", (event) => { if (!$("dirty").hidden) event.preventDefault(); });

const first = await get("/begin");
$("folder").textContent = first.folder;
$("target").addEventListener("change", () => check());
if (first.first) await open(first.first);
else gallery();
watch();
document.body.dataset.ready = "yes";
