// The page's script: small helpers, and the way to the controls. What goes wrong is said on the page, in the server's words.

export const askScript = `
function byId(id) {
  return document.getElementById(id);
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Writes only what has changed, so that nothing is drawn or read out anew without need. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function counted(count, what) {
  return count + " " + what + (count === 1 ? "" : "s");
}

let sayNoMore;

/** What went well is said for a while, what went wrong until something else is said. */
function say(text, isBad) {
  const said = byId("said");
  write(said, text);
  said.classList.toggle("bad", isBad);
  clearTimeout(sayNoMore);
  if (!isBad) sayNoMore = setTimeout(() => write(said, ""), 6000);
}

async function ask(path, order) {
  const options = order === undefined
    ? { cache: "no-store" }
    : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(order) };
  const response = await fetch("/_simulator" + path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Sends an order, says what came of it, and has the page read anew. Resolves to the answer, or undefined when it failed. */
async function order(path, body, done) {
  try {
    const answer = await ask(path, body);
    say(done, false);
    void poll();
    return answer;
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}
`;
