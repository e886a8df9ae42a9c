// Sliders and menus: made once for a config, then only set.

import { element } from "./api.js";

const TICKS = 1000; // of a slider

export class Controls {
  constructor(home, changed) {
    this.home = home;
    this.changed = changed; // (path, value, "live" or "done")
    this.kinds = "";
    this.made = [];
  }

  show(controls) {
    const kinds = JSON.stringify(controls.map((one) => [one.label, one.path, one.kind, one.choices]));
    if (kinds !== this.kinds) {
      this.kinds = kinds;
      this.made = controls.map((one) => (one.kind === "select" ? this.select(one) : this.slider(one)));
      this.home.replaceChildren(...this.made.map((one) => one.row));
    }
    controls.forEach((one, n) => this.made[n].set(one));
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
    const bar = element("input", { type: "range", min: "0", max: String(TICKS), "aria-label": control.label });
    const number = element("input", { type: "number", step: "any", "aria-label": `${control.label}, as a number` });
    const title = `${control.label}: ${control.path.join(".")}`;
    const row = element("div", { class: "control" }, element("span", { title }, control.label), bar, number);
    bar.addEventListener("input", () => {
      held = true;
      const value = valueAt(range, Number(bar.value) / TICKS);
      number.value = String(value);
      this.changed(control.path, value, "live");
    });
    bar.addEventListener("change", () => {
      held = false;
      this.changed(control.path, valueAt(range, Number(bar.value) / TICKS), "done");
    });
    number.addEventListener("change", () => {
      const value = Number(number.value);
      if (number.value !== "" && Number.isFinite(value)) this.changed(control.path, value, "done");
    });
    return {
      row,
      set: (now) => {
        if (held) return;
        if (now.value < range.low || now.value > range.high || range === control) range = now;
        if (document.activeElement !== number) number.value = String(now.value);
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

function shareOf(range, value) {
  const { low, high } = range;
  if (value <= low) return 0;
  const share = range.logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, share);
}
