// The page's script: a switch for each fault, with settings that can be changed, and how often it has struck.

import { faultPresets } from "../fault-presets";

export const faultsScript = `
const presets = ${JSON.stringify(faultPresets).replaceAll("<", "\\u003c")};

function faultRow(name, { words, settings }) {
  const flip = element("input", { type: "checkbox", role: "switch", id: "fault-" + name });
  const note = element("small", {}, words);
  const label = element("label", { for: flip.id }, flip, element("span", {}, element("b", {}, name), note));
  const input = element("input", { class: "settings", "aria-label": "Settings of " + name + ", as JSON", spellcheck: "false", autocomplete: "off" });
  input.value = JSON.stringify(settings);
  const send = async () => {
    const isOn = flip.checked;
    let wanted = null;
    try {
      if (isOn) wanted = JSON.parse(input.value);
    } catch {
      flip.checked = false;
      return say("The settings of " + name + " are not JSON.", true);
    }
    const done = await order("/faults/" + name, wanted, name + (isOn ? " is on: " + words + "." : " is off."));
    if (done === undefined) flip.checked = !isOn;
  };
  flip.addEventListener("change", () => void send());
  input.addEventListener("change", () => { if (flip.checked) void send(); });
  return { name, words, flip, note, input, row: element("div", { class: "fault" }, label, input) };
}

const faultRows = Object.entries(presets).map(([name, preset]) => faultRow(name, preset));

for (const group of new Set(Object.values(presets).map(({ group }) => group))) {
  const rows = faultRows.filter(({ name }) => presets[name].group === group);
  byId("faults").append(element("fieldset", {}, element("legend", {}, group), ...rows.map(({ row }) => row)));
}

function showFaults(faults, strikes, requests) {
  for (const { name, words, flip, note, input } of faultRows) {
    const settings = faults[name];
    flip.checked = settings !== undefined;
    if (settings !== undefined && document.activeElement !== input) input.value = JSON.stringify(settings);
    const struck = strikes[name] ?? 0;
    write(note, words + (struck === 0 ? "" : " · struck " + struck + "×"));
  }
  const byStatus = Object.entries(requests.byStatus).map(([status, count]) => status + ": " + count);
  write(byId("requests"), [counted(requests.total, "request"), ...byStatus].join(" · "));
}

byId("no-faults").addEventListener("click", () => void order("/faults", {}, "All faults have ended."));

for (const button of document.querySelectorAll("[data-advance]")) {
  const advanceMs = Number(button.dataset.advance);
  button.addEventListener("click", () => void order("/time", { advanceMs }, "Time was put forward: " + button.textContent.slice(2) + "."));
}
`;
