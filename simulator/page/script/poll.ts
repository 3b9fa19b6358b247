// The page's script: asks for the view once in a second, only while somebody can see it, and hands it to the other parts.

export const pollScript = `
const everyMs = 1000;
let known = "";
let choice = "newest";
let newest;
let timer;
let isAsking = false;
let isWantedAgain = false;
let isLost = false;

function chosenAlias() {
  return choice === "newest" ? newest : choice === "any" ? undefined : choice.slice(1);
}

function showChoices(aliases) {
  const select = byId("alias");
  const wanted = [
    ["newest", "the newest" + (aliases.length === 0 ? "" : ": " + aliases[0])],
    ["any", "any"],
    ...aliases.map((alias) => ["=" + alias, alias]),
  ];
  const text = JSON.stringify(wanted);
  if (select.shown === text) return;
  select.shown = text;
  select.replaceChildren(...wanted.map(([value, words]) => element("option", { value }, words)));
  select.value = choice;
}

function show(view) {
  if (view.fleet !== undefined) showFleet(view.fleet);
  known = view.version;
  showLetters(view.letters);
  showQueues(view.queues);
  showTotals(view.totals);
  showChoices(view.aliases);
  showLog(view.commands, view.commandCount);
  showFaults(view.faults, view.strikes, view.requests);
  write(byId("now"), new Date(view.now).toISOString().slice(0, 19).replace("T", " ") + " UTC");
  if (newest !== view.aliases[0]) {
    newest = view.aliases[0];
    if (choice === "newest") isWantedAgain = true;
  }
}

async function readView() {
  const alias = chosenAlias();
  const query = new URLSearchParams({ known, ...(alias !== undefined && { alias }) });
  try {
    return await ask("/view?" + query);
  } catch {
    return undefined;
  }
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (isAsking) {
    isWantedAgain = true;
    return;
  }
  isAsking = true;
  isWantedAgain = false;
  try {
    const view = await readView();
    if (view === undefined) say("The simulator does not answer. The page goes on when it does.", true);
    else if (isLost) say("", false);
    isLost = view === undefined;
    if (view !== undefined) show(view);
    await readDevice();
  } finally {
    isAsking = false;
    timer = setTimeout(() => void poll(), isWantedAgain ? 0 : everyMs);
  }
}

byId("alias").addEventListener("change", ({ target }) => {
  choice = target.value;
  void poll();
});
document.addEventListener("visibilitychange", () => void poll());
write(byId("base-url"), location.origin + "/api");
void poll();
`;
