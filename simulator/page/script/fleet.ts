// The page's script: the devices as cells in their groups. A cell is changed only when its letter is another one.
// One cell at a time can be reached by Tab; arrow keys go from there, left and right in order, up and down by place.

export const fleetScript = `
const says = { H: "holds it", W: "waiting", F: "failed", N: "without" };
let groups = [];
let cells = [];
let letters = "";
let current;

function cellOf(id, name) {
  const cell = element("button", { type: "button", class: "cell", tabindex: "-1" });
  cell.deviceId = id;
  cell.deviceName = name;
  return cell;
}

function shortPath(path) {
  return path.split("/").slice(1).join(" / ") || path;
}

function groupOf({ id, path, devices }) {
  const made = devices.map(([device, name]) => cellOf(device, name));
  const note = element("span", {});
  const join = element("button", { type: "button", "aria-label": "Let a device join " + path }, "+ device");
  join.addEventListener("click", () => void order("/devices", { group: id }, "A device has joined " + path + "."));
  const box = element("div", { class: "cells", role: "group", "aria-label": path }, ...made);
  const section = element("div", { class: "group" }, element("div", { class: "top" }, element("h3", {}, shortPath(path)), note, join), box);
  return { id, path, note, section, cells: made };
}

function showFleet({ groups: given, omitted }) {
  const focused = document.activeElement?.deviceId;
  groups = given.map(groupOf);
  cells = groups.flatMap((group) => group.cells);
  letters = "";
  const place = byId("groups");
  place.classList.toggle("many", cells.length > 150);
  place.classList.toggle("masses", cells.length > 600);
  const isBare = (group) => group.cells.length === 0 && groups.some(({ path }) => path.startsWith(group.path + "/"));
  place.replaceChildren(...groups.filter((group) => !isBare(group)).map(({ section }) => section));
  byId("omitted").hidden = omitted === 0;
  write(byId("omitted"), counted(omitted, "more device") + " not shown here; the numbers above count all.");
  setCurrent(cells.find(({ deviceId }) => deviceId === current?.deviceId) ?? cells[0]);
  if (focused !== undefined) current?.focus();
  markOpen(openId);
  for (const select of [byId("device-group"), byId("other-group")]) {
    const { value } = select;
    select.replaceChildren(...groups.map(({ id, path }) => element("option", { value: id }, path)));
    if (groups.some(({ id }) => id === value)) select.value = value;
  }
}

function setCurrent(cell) {
  current?.setAttribute("tabindex", "-1");
  current = cell;
  current?.setAttribute("tabindex", "0");
}

function showLetters(given) {
  for (let place = 0; place < cells.length; place += 1) {
    const letter = given[place];
    if (letter === letters[place]) continue;
    const cell = cells[place];
    const upper = letter.toUpperCase();
    const words = cell.deviceName + ": " + says[upper] + (letter === upper ? "" : ", offline");
    cell.dataset.state = letter;
    cell.setAttribute("aria-label", words);
    cell.title = words;
  }
  letters = given;
}

function showQueues(queues) {
  groups.forEach((group, place) => {
    const waiting = queues[place];
    write(group.note, counted(group.cells.length, "device") + (waiting === 0 ? "" : " · " + counted(waiting, "command") + " waiting"));
  });
}

function showTotals({ letters: by, waiting, longest }) {
  const of = (...wanted) => wanted.reduce((sum, letter) => sum + (by[letter] ?? 0), 0);
  const totals = { H: of("H", "h"), W: of("W", "w"), F: of("F", "f"), N: of("N", "n"), offline: of("h", "w", "f", "n") };
  for (const [id, total] of Object.entries(totals)) write(byId("total-" + id), String(total));
  write(byId("total-all"), String(totals.H + totals.W + totals.F + totals.N));
  write(byId("total-waiting"), String(waiting));
  byId("total-waiting").title = "Commands that wait; the longest queue has " + longest + ".";
}

/** The nearest cell above (-1) or below (1) that begins in another row. */
function inNextRow(from, direction) {
  const here = from.getBoundingClientRect();
  let best, bestScore = Infinity;
  for (const cell of cells) {
    const there = cell.getBoundingClientRect();
    const rows = (there.top - here.top) * direction;
    const score = rows * 1000 + Math.abs(there.left - here.left);
    if (rows > 1 && score < bestScore) [best, bestScore] = [cell, score];
  }
  return best;
}

function nextCell(from, key) {
  const place = cells.indexOf(from);
  if (key === "ArrowRight") return cells[place + 1];
  if (key === "ArrowLeft") return cells[place - 1];
  if (key === "Home") return cells[0];
  if (key === "End") return cells.at(-1);
  if (key === "ArrowDown") return inNextRow(from, 1);
  return key === "ArrowUp" ? inNextRow(from, -1) : undefined;
}

byId("groups").addEventListener("keydown", (event) => {
  const next = event.target.deviceId === undefined ? undefined : nextCell(event.target, event.key);
  if (next === undefined) return;
  event.preventDefault();
  setCurrent(next);
  next.focus();
});

byId("groups").addEventListener("click", ({ target }) => {
  if (target.deviceId === undefined) return;
  setCurrent(target);
  void openDevice(target.deviceId);
});
`;
