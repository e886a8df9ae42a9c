// @ts-check
/** Runs that are computed in the page. */

/** Sets up what the page can compute. @param {import("./player.js").Page} page */
export function explore(page) {
  if (!page.document.closed) return;
}
