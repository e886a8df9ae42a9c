// Sliders and menus: made once for a config, then only set.

import { element } from "./api.js";

const TICKS = 1000; // of a slider
const MOST_LETTERS = 10; // of a label in a narrow column

export class Controls {
  constructor(home, changed) {
    this.home = home;
    this.changed = changed; // (path, value, "live" or "done")
    this.made = new Map();
    this.held = false; // whether a slider is: then none is made or taken away
  }

  show(controls) {
    const kinds = controls.map((one) => JSON.stringify([one.path, one.kind, one.choices]));
    if (!controls.length) this.held = false;
    if (!this.held && kinds.join() !== [...this.made.keys()].join()) {
      const before = this.made;
      this.made = new Map(controls.map((one, n) => [kinds[n],
        before.get(kinds[n]) ?? (one.kind === "select" ? this.select(one) : this.slider(one))]));
      const there = document.activeElement;
      this.home.replaceChildren(...[...this.made.values()].map((one) => one.row));
      if (this.home.contains(there)) there.focus();
    }
    // The columns don't depend on the words, so that no slider moves while it is dragged.
    this.home.classList.toggle("long", controls.some((one) => one.label.length > MOST_LETTERS));
    controls.forEach((one, n) => this.made.get(kinds[n])?.set(one));
  }

  select(control) {
    const values = control.choices.map(([, value]) => value);
    const menu = element("select", {}, ...control.choices.map(([words], n) => element("option", { value: n }, words)));
    menu.addEventListener("change", () => this.changed(control.path, values[Number(menu.value)], "done"));
    const row = element("label", { class: "control" }, element("span", { title: `${control.label}: ${control.path.join(".")}` }, control.label), menu);
    const same = (one) => (other) => JSON.stringify(one) === JSON.stringify(other);
    return { row, set: (now) => { menu.value = String(values.findIndex(same(now.value))); } };
  }

  slider(control) {
    let range = control;
    let held = false;
    const bar = element("input", { type: "range", min: "0", max: String(TICKS) });
    const number = element("input", { type: "number", step: "any" });
    const words = element("span");
    const row = element("div", { class: "control" }, words, bar, number);
    let last = control.value;
    const tell = (value) => {
      last = value;
      number.value = String(value);
      bar.setAttribute("aria-valuetext", number.value);
    };
    // The label of one value of a sweep is that value: it changes as the slider does.
    const name = (label) => {
      if (words.textContent === label) return;
      words.textContent = label;
      words.title = `${label}: ${control.path.join(".")}`;
      bar.setAttribute("aria-label", label);
      number.setAttribute("aria-label", `${label}, as a number`);
    };
    const set = (value, when) => {
      held = this.held = when === "live";
      tell(value);
      this.changed(control.path, value, when);
    };
    const place = () => valueAt(range, Number(bar.value) / TICKS);
    // A drag that ends where it began changes nothing, and the browser doesn't tell its end.
    const end = (value) => { if (held) set(value, "done"); };
    bar.addEventListener("input", () => set(place(), "live"));
    bar.addEventListener("change", () => { held = true; end(place()); });
    bar.addEventListener("pointerup", () => setTimeout(() => end(place())));
    number.addEventListener("change", () => {
      const value = Number(number.value);
      if (held) return;
      if (number.value !== "" && Number.isFinite(value)) set(value, "done");
      else tell(last);
    });
    // By keys a whole number changes by one; as long as a key is held, it is one gesture.
    for (const one of [bar, number]) {
      one.addEventListener("keydown", (event) => {
        const ways = { ArrowUp: 1, ArrowRight: 1, PageUp: 10, ArrowDown: -1, ArrowLeft: -1, PageDown: -10 };
        const sideways = one === number && /Left|Right/.test(event.key);
        if (!ways[event.key] || sideways || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        const value = stepped(range, Number(number.value), ways[event.key]);
        bar.value = String(Math.round(TICKS * shareOf(range, value)));
        set(value, "live");
      });
      for (const name of ["keyup", "blur"]) one.addEventListener(name, () => end(Number(number.value)));
    }
    return {
      row,
      set: (now) => {
        name(now.label);
        if (held) return;
        if (now.value < range.low || now.value > range.high || range === control) range = now;
        if (document.activeElement !== number) tell(now.value);
        bar.value = String(Math.round(TICKS * shareOf(range, now.value)));
      },
    };
  }
}

function valueAt(range, share) {
  const { low, high } = range;
  const value = range.logarithmic ? low * (high / low) ** share : low + share * (high - low);
  if (range.whole) return Math.round(value);
  return range.logarithmic ? Number(value.toPrecision(3)) : Number(value.toFixed(Math.max(0, 3 - Math.ceil(Math.log10(high - low)))));
}

/** The value so many steps further: a whole number, or a hundredth of the slider. */
function stepped(range, value, steps) {
  const { low, high, whole } = range;
  if (whole) return Math.min(high, Math.max(low, Math.round(value) + steps));
  return valueAt(range, Math.min(1, Math.max(0, shareOf(range, value) + steps / 100)));
}

function shareOf(range, value) {
  const { low, high } = range;
  if (value <= low) return 0;
  const share = range.logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, share);
}
