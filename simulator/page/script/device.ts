// The page's script: the panel of one device, what it has and was sent, and what can be done to it.

export const deviceScript = `
let openId;
let shownDevice;

const panel = byId("device");
function pathOf(id) {
  return groups.find((group) => group.id === id)?.path ?? "";
}

function showDevice(device) {
  const { name, alias, id, osVersion, platform, online, specialState, groupId, keystore, waiting, trouble, commands } = device;
  shownDevice = device;
  write(byId("device-name"), alias ?? name);
  const held = Object.entries(keystore).map(([certificate, { subject, installedAt }]) =>
    certificate + (subject === undefined ? "" : " (" + subject + ")") + ", since " + timeOf(installedAt));
  const stored = trouble.failWith !== undefined ? "every command fails: " + trouble.failWith
    : trouble.flaky !== undefined && trouble.flaky.timesLeft > 0 ? "the next " + counted(trouble.flaky.timesLeft, "command") + " will fail"
    : trouble.timeOut !== undefined ? "the next command will time out" : "none";
  const facts = [
    ["State", specialState !== null ? "state " + specialState : online ? "online" : "offline"], ["Group", pathOf(groupId)], ["System", platform + " " + osVersion],
    ["Name, id", name + ", " + id], ["Keystore", held.join("; ") || "empty"],
    ["Queue", counted(waiting, "command")], ["Trouble", stored],
  ];
  byId("device-facts").replaceChildren(...facts.flatMap(([what, text]) => [element("dt", {}, what), element("dd", {}, text)]));
  write(byId("device-online"), online ? "Take offline" : "Bring online");
  write(byId("device-fail-button"), trouble.failWith === undefined ? "Fail" : "Stop failing");
  if (document.activeElement !== byId("device-state")) byId("device-state").value = specialState ?? "";
  if (document.activeElement !== byId("device-group")) byId("device-group").value = groupId;
  const newest = commands.slice(-8).reverse().map(({ command, certificateAlias, state, reason }) =>
    element("li", {}, command + (certificateAlias === null ? "" : " " + certificateAlias) + ": " + stateWords(state) + (reason === null ? "" : ", “" + reason + "”")));
  byId("device-commands").replaceChildren(...newest);
}

async function readDevice() {
  const id = openId;
  if (id === undefined) return;
  const device = await ask("/devices/" + id).catch(() => undefined);
  if (openId !== id) return;
  // One that cannot be read has left meanwhile.
  if (device === undefined) closeDevice();
  else showDevice(device);
}

async function openDevice(id) {
  markOpen(id);
  await readDevice();
  if (openId !== id) return;
  panel.hidden = false;
  byId("device-name").focus();
}

function markOpen(id) {
  for (const cell of cells) {
    if (cell.deviceId === id) cell.setAttribute("aria-current", "true");
    else if (cell.deviceId === openId) cell.removeAttribute("aria-current");
  }
  openId = id;
}

function closeDevice() {
  const hadFocus = panel.contains(document.activeElement);
  markOpen(undefined);
  panel.hidden = true;
  if (hadFocus) current?.focus();
}

async function orderDevice(body, words) {
  const answer = await order("/devices/" + openId, body, byId("device-name").textContent + ": " + words + ".");
  if (answer !== undefined && body.leave === true) closeDevice();
  await readDevice();
}

for (const button of document.querySelectorAll("[data-order]")) {
  button.addEventListener("click", () => void orderDevice(JSON.parse(button.dataset.order), button.textContent.toLowerCase()));
}
byId("device-online").addEventListener("click", () => {
  const online = !shownDevice.online;
  void orderDevice({ online }, online ? "back online" : "taken offline");
});
byId("device-fail").addEventListener("submit", (event) => {
  event.preventDefault();
  const isFailing = shownDevice.trouble.failWith !== undefined;
  const failWith = isFailing ? null : byId("device-reason").value;
  void orderDevice({ failWith }, isFailing ? "commands succeed again" : "every command fails");
});
byId("device-group").addEventListener("change", ({ target }) => void orderDevice({ move: target.value }, "moved to " + pathOf(target.value)));
byId("device-state").addEventListener("change", ({ target }) => {
  const isSpecial = target.value !== "";
  void orderDevice(isSpecial ? { state: Number(target.value) } : { online: true }, isSpecial ? "shown in state " + target.value : "back online");
});
byId("device-close").addEventListener("click", closeDevice);
panel.addEventListener("keydown", ({ key }) => { if (key === "Escape") closeDevice(); });
`;
