// Requests to the studio that this page came from.

export const tab = crypto.randomUUID();

/** The answer to a mapping; a refusal is an Error with `status` and `answer`. */
export async function post(path, asked) {
  const body = JSON.stringify(asked);
  const headers = { "content-type": "application/json", "x-studio-tab": tab };
  return read(await fetch(path, { method: "POST", headers, body }));
}

export async function get(path) {
  return read(await fetch(path, { headers: { "x-studio-tab": tab } }));
}

async function read(response) {
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { message: text };
  }
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.message ?? "the studio refused"), { status: response.status, answer });
}

/** Runs the newest of several calls, one at a time; those between are never begun. */
export function latest(work) {
  let waiting = null;
  let busy = false;
  return async (...given) => {
    waiting = given;
    if (busy) return;
    busy = true;
    while (waiting !== null) {
      const now = waiting;
      waiting = null;
      try {
        await work(...now, () => waiting !== null);
      } catch (error) {
        console.error(error);
      }
    }
    busy = false;
  };
}

export function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
