// The page's script: the commands that were accepted, the newest first, each with what its devices answered.

export const logScript = `
function stateWords(state) {
  return state.replace("Command ", "").toLowerCase();
}
const stateKinds = { "Command Success": "good", "Command Failure": "bad", "Command TimeOut": "bad" };
function timeOf(at) {
  return new Date(at).toISOString().slice(11, 19);
}
let logged = "";

function commandItem(command) {
  const { at, sender, certificateAlias, commandType, schedule, label, endpoint, devices, states, heldBack } = command;
  const more = [
    "as " + commandType + " to " + counted(devices, "device"),
    ...(sender === "other" ? ["from another client"] : []),
    ...(schedule === "IMMEDIATE" ? [] : [schedule.toLowerCase()]),
    ...(endpoint === "v2" ? ["V2 endpoint"] : []),
    ...(label === null ? [] : ["label " + label]),
  ];
  const name = command.command + (certificateAlias === null ? "" : " " + certificateAlias);
  const parts = Object.entries(states);
  const bar = element("div", { class: "bar", "aria-hidden": "true" }, ...parts.map(([state, count]) => {
    const part = element("i", { class: stateKinds[state] ?? "open" });
    part.style.flex = count + " 1 0";
    return part;
  }));
  const words = parts.map(([state, count]) => count + " " + stateWords(state)).join(", ") || "no devices";
  const note = heldBack === 0 ? "" : "; Esper keeps " + counted(heldBack, "answer") + " back until the request is read";
  return element("li", {},
    element("time", { datetime: new Date(at).toISOString() }, timeOf(at)),
    element("div", {}, element("b", {}, name), element("span", { class: "to" }, more.join(", "))),
    element("div", { class: "states" }, bar, words + note));
}

function showLog(commands, count) {
  const text = JSON.stringify(commands);
  if (text === logged) return;
  logged = text;
  byId("log").replaceChildren(...commands.map(commandItem));
  const shown = count > commands.length ? "The newest " + commands.length + " of " + count + "; times in UTC." : "Times in UTC.";
  write(byId("log-note"), count === 0 ? "None yet. Point ESPER_BASE_URL at the address above, and run pulumi up." : shown);
}
`;
