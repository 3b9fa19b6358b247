// The page's script, put together from its parts, which share one scope. It is text, as it runs in the browser only.
// Rules of all parts: what comes from outside goes in by textContent or an attribute's value, never as markup;
// templates and backslashes are not used, as the text stands in one.

import { askScript } from "./script/ask";
import { deviceScript } from "./script/device";
import { faultsScript } from "./script/faults";
import { fleetScript } from "./script/fleet";
import { logScript } from "./script/log";
import { otherScript } from "./script/other";
import { pollScript } from "./script/poll";

export const pageScript = `"use strict";
(() => {
${[askScript, fleetScript, logScript, faultsScript, deviceScript, otherScript, pollScript].join("")}
})();
`;
