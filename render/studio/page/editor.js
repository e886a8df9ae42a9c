// The editor: a text area over the same text in colours, with problems, completion and undo.

import { element, latest, post } from "./api.js";

const TOKEN = /(#.*$)|("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=\s*(:)?)|([^\s#{}[\],"':][^{}[\],#]*?)(?=:(?:\s|$))|([{}[\],:]|- )|([-+−]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?%?)(?=[\s,}\]]|$)|\b(true|false|null|auto|end|full)\b|([^\s{}[\],#]+)|(\s+)/gim;
const TOGETHER_MS = 700; // keys that are one undo
const MOST_UNDO = 400;
const TAB = 2; // columns, as in the style sheet

export class Editor {
  constructor(home, changed) {
    this.changed = changed;
    this.numbers = element("pre", { class: "numbers", "aria-hidden": "true" });
    this.colours = element("pre", { class: "colours", "aria-hidden": "true" });
    this.marks = element("pre", { class: "marks", "aria-hidden": "true" });
    this.area = element("textarea", {
      spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off",
      "aria-label": "The config as YAML", "aria-description": "Escape, then Tab leaves the text.",
    });
    this.words = element("ul", { class: "words", role: "listbox", hidden: true });
    const code = element("div", { class: "code" }, this.colours, this.marks, this.area);
    this.lines = element("div", { class: "lines" }, this.numbers, code);
    home.append(this.lines, this.words);
    this.home = home;
    this.problems = [];
    this.before = [];
    this.later = [];
    this.typed = 0;
    this.known = "";
    this.items = [];
    this.area.addEventListener("input", (event) => this.input(event));
    this.area.addEventListener("keydown", (event) => this.keydown(event));
    this.area.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    this.area.addEventListener("beforeinput", (event) => {
      if (event.inputType === "historyUndo") { event.preventDefault(); this.undo(); }
      if (event.inputType === "historyRedo") { event.preventDefault(); this.redo(); }
    });
    this.complete = latest((...given) => this.ask(...given));
  }

  get text() { return this.area.value; }

  /** Another config: nothing to undo. */
  load(text) {
    this.before = [];
    this.later = [];
    this.put(text);
    this.area.setSelectionRange(0, 0);
    this.home.scrollTop = 0;
  }

  put(text) {
    const { selectionStart, selectionEnd } = this.area;
    if (this.area.value !== text) {
      this.area.value = text;
      this.area.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length));
    }
    this.known = text;
    this.paint();
  }

  /** Remember the text as it is now, to come back to. */
  remember(text = this.known) {
    this.before.push([text, this.area.selectionStart]);
    if (this.before.length > MOST_UNDO) this.before.shift();
    this.later = [];
    this.typed = 0;
  }

  undo() { this.go(this.before, this.later); }

  redo() { this.go(this.later, this.before); }

  go(from, to) {
    if (!from.length) return;
    to.push([this.text, this.area.selectionStart]);
    const [text, at] = from.pop();
    this.typed = 0;
    this.put(text);
    this.area.setSelectionRange(at, at);
    this.changed();
  }

  input(event) {
    const now = performance.now();
    const single = event.inputType === "insertText" || event.inputType?.startsWith("deleteContent");
    if (!(single && now - this.typed < TOGETHER_MS)) this.remember();
    else this.later = [];
    this.typed = single ? now : 0;
    this.known = this.text;
    this.paint();
    this.changed();
    if (event.inputType === "insertText" && /[\w.: {[,]/.test(event.data ?? "")) this.complete(false);
    else this.hide();
  }

  keydown(event) {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "z") {
      event.preventDefault();
      event.shiftKey ? this.redo() : this.undo();
    } else if (control && event.key.toLowerCase() === "y") {
      event.preventDefault();
      this.redo();
    } else if (control && event.key === " ") {
      event.preventDefault();
      this.complete(true);
    } else if (!this.words.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const count = this.items.length;
      this.choose((this.chosen + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if (!this.words.hidden && (event.key === "Tab" || (event.key === "Enter" && (this.moved || this.from < this.area.selectionStart)))) {
      event.preventDefault();
      this.accept(this.chosen);
    } else if (event.key === "Escape") {
      this.leave = this.words.hidden;
      this.hide();
    } else if (event.key === "Tab" && !event.shiftKey && !this.leave) {
      event.preventDefault();
      this.insert("  ");
    } else if (event.key === "Enter" && !control) {
      event.preventDefault();
      const line = this.text.slice(0, this.area.selectionStart).split("\n").pop();
      const deeper = /:\s*$/.test(line) ? "  " : "";
      this.insert("\n" + line.match(/^ */)[0] + deeper);
    }
    if (event.key !== "Escape") this.leave = false;
  }

  insert(words, from = this.area.selectionStart, to = this.area.selectionEnd) {
    this.remember();
    this.area.setRangeText(words, from, to, "end");
    this.known = this.text;
    this.paint();
    this.hide();
    this.changed();
    this.reveal();
  }

  paint() {
    const lines = this.text.split("\n");
    const wrong = new Set(this.problems.map((one) => one.line));
    this.numbers.replaceChildren(...lines.flatMap((_, n) => {
      const number = String(n + 1);
      return [wrong.has(n + 1) ? element("b", {}, number) : number, "\n"];
    }));
    this.colours.replaceChildren(...lines.flatMap((line) => [...coloured(line), "\n"]));
    this.marks.replaceChildren(...lines.flatMap((line, n) => [...this.marked(line, n + 1), "\n"]));
  }

  marked(line, number) {
    const here = this.problems.filter((one) => one.line === number).sort((a, b) => a.column - b.column);
    const parts = [];
    let at = 0;
    const letters = [...line];
    for (const one of here) {
      const from = Math.max(at, one.column - 1);
      const word = letters.slice(from).join("").match(/^("[^"]*"|'[^']*'|[^\s,{}[\]:]+|.)/)?.[0] ?? " ";
      parts.push(letters.slice(at, from).join(""), element("u", {}, word || " "));
      at = from + [...word].length;
    }
    return [...parts, letters.slice(at).join("")];
  }

  show(problems) {
    this.problems = problems.filter((one) => one.line);
    this.paint();
  }

  jump(line, column) {
    const before = this.text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const here = [...this.text.split("\n")[line - 1] ?? ""].slice(0, column - 1).join("").length;
    this.area.focus();
    this.area.setSelectionRange(before + here, before + here);
    this.reveal();
  }

  /** Where the caret is, in pixels of the editor's content. */
  caret(offset = this.area.selectionStart) {
    const before = this.text.slice(0, offset).split("\n");
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    const pen = (this.pen ??= document.createElement("canvas").getContext("2d"));
    pen.font = getComputedStyle(this.area).font;
    const padding = getComputedStyle(this.area);
    const left = this.numbers.offsetWidth + parseFloat(padding.paddingLeft) + pen.measureText(untabbed(before.at(-1))).width;
    return { left, top: parseFloat(padding.paddingTop) + (before.length - 1) * height, height };
  }

  reveal() {
    const { top, left, height } = this.caret();
    const home = this.home;
    if (top < home.scrollTop + 20) home.scrollTop = top - 40;
    if (top + height > home.scrollTop + home.clientHeight - 20) home.scrollTop = top - home.clientHeight + 3 * height;
    if (left > home.scrollLeft + home.clientWidth - 20) home.scrollLeft = left - home.clientWidth + 80;
    else if (left < home.scrollLeft + 80) home.scrollLeft = Math.max(0, left - 120);
  }

  async ask(wanted, newer) {
    const offset = [...this.text.slice(0, this.area.selectionStart)].length;
    const { from, items } = await post("/complete", { text: this.text, offset });
    if (newer() || (!items.length && !wanted)) return this.hide();
    this.from = [...this.text].slice(0, from).join("").length;
    if (!wanted && this.from === this.area.selectionStart && !/[:{[,] ?$/.test(this.text.slice(0, this.from))) return this.hide();
    this.items = items;
    if (!items.length) return this.hide();
    this.words.replaceChildren(...items.map((item, n) => element("li", {
      role: "option", onmousedown: (event) => { event.preventDefault(); this.accept(n); },
    }, item.text, ...(item.about ? [element("small", {}, item.about)] : []))));
    const { left, top, height } = this.caret(this.from);
    this.words.hidden = false;
    this.words.style.left = `${Math.max(0, Math.min(left, this.home.scrollLeft + this.home.clientWidth - this.words.offsetWidth - 8))}px`;
    const below = top + height + this.words.offsetHeight < this.home.scrollTop + this.home.clientHeight;
    this.words.style.top = `${below || top < this.words.offsetHeight ? top + height + 2 : top - this.words.offsetHeight - 2}px`;
    this.moved = false;
    this.choose(0, false);
  }

  choose(number, moved = true) {
    this.chosen = number;
    this.moved = moved;
    [...this.words.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === number)));
    if (moved) this.words.children[number]?.scrollIntoView({ block: "nearest" });
  }

  accept(number) {
    const item = this.items[number];
    if (item) this.insert(item.kind === "key" ? `${item.text}: ` : item.text, this.from, this.area.selectionStart);
    this.area.focus();
    if (item?.kind === "key") this.complete(false);
  }

  hide() { this.words.hidden = true; }
}

/** The line with blanks up to the next stop of each tab, as it is shown. */
const untabbed = (line) => line.replace(/\t/g, (_, at) => " ".repeat(TAB - (untabbed(line.slice(0, at)).length % TAB)));

const NAMES = [null, "comment", "string", null, "key", "sign", "number", "word", null, null];

function coloured(line) {
  const parts = [];
  for (const found of line.matchAll(TOKEN)) {
    let index = found.findIndex((part, n) => n > 0 && n !== 3 && part !== undefined);
    const name = index === 2 && found[3] ? "key" : NAMES[index];
    parts.push(name ? element("span", { class: name }, found[0]) : found[0]);
  }
  return parts;
}
