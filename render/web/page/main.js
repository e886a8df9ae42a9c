// @ts-check
import { bytesOf, readFacts, readPictures } from "./document.js";
import { build } from "./controls.js";
import { explore } from "./explore.js";
import { Page } from "./player.js";

/** Opens the page. */

/** The film's own typefaces; where they can't be read, those of the system are used.
 * @param {Record<string, string>} fonts */
async function readFonts(fonts) {
  const names = /** @type {Record<string, string>} */ ({ sans: "Film Sans", mono: "Film Mono" });
  for (const [family, packed] of Object.entries(fonts)) {
    try {
      document.fonts.add(await new FontFace(names[family], bytesOf(packed)).load());
    } catch (error) {
      console.warn(String(error));
    }
  }
}

/** @param {HTMLElement} root */
async function open(root) {
  const facts = readFacts();
  const pictures = await readPictures();
  await readFonts(pictures.fonts);
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
  const page = new Page(facts, pictures, canvas);
  page.through = root.dataset.through === "yes";
  build(page, /** @type {HTMLElement} */ (root.querySelector(".film-below")));
  const thinned = facts.runs.some(({ rows, kept }) => rows && rows.length < (kept?.length ?? Infinity));
  if (thinned) page.note(page.word("thinned"));
  explore(page);
  page.redraw();
  if (root.dataset.autoplay === "yes" && !page.calm.matches) {
    page.time = facts.film.begin_s;
    page.play();
  }
  Object.defineProperty(window, "filmPage", { value: page });
  root.dataset.ready = "yes";
}

const opened = document.querySelector("main");
if (opened)
  open(opened).catch((error) => {
    const words = opened.querySelector(".film-below");
    if (words) words.textContent = `${error}`;
    throw error;
  });
