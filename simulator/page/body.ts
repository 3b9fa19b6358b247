// What stands on the page before any data is there: headings, places to fill, buttons. Constant; the script finds its places by id.

const choices = [
  ["H", "holds it"],
  ["W", "waiting"],
  ["F", "failed"],
  ["N", "without"],
] as const;

const tiles = [["all", "devices"], ...choices, ["offline", "offline"], ["waiting", "in queues"]] as const;

const durations = [
  [60_000, "1 minute"],
  [3_600_000, "1 hour"],
  [86_400_000, "1 day"],
  [2_592_000_000, "30 days"],
] as const;

const specialStates = [
  [20, "disabled: removed, yet listed"],
  [40, "provisioning"],
  [70, "wipe in progress"],
] as const;

function html(parts: readonly string[]): string {
  return parts.join("\n");
}

export const pageBody = `<body>
<a class="skip" href="#fleet">Skip to the fleet</a>
<header>
<div>
<h1>Simulated Esper tenant</h1>
<p class="soft"><code id="base-url"></code> · <span id="now"></span></p>
</div>
<p id="said" role="status"></p>
</header>
<main>
<section id="fleet" aria-labelledby="fleet-title" tabindex="-1">
<div class="top">
<h2 id="fleet-title">Fleet</h2>
<p class="pick"><label for="alias">Certificate</label> <select id="alias"></select></p>
</div>
<dl class="tiles">
${html(tiles.map(([id, words]) => `<div><dt>${words}</dt><dd id="total-${id}">–</dd></div>`))}
</dl>
<ul class="legend" aria-label="What the cells mean">
${html(choices.map(([state, words]) => `<li><i class="cell" data-state="${state}"></i>${words}</li>`))}
<li><i class="cell" data-state="h"></i><i class="cell" data-state="w"></i><i class="cell" data-state="n"></i>dashed: offline</li>
</ul>
<p id="keys" class="soft">Click a device, or move by arrow keys and press Enter, to trouble it.</p>
<div id="groups" aria-describedby="keys"></div>
<p id="omitted" class="soft" hidden></p>
</section>
<section class="log" aria-labelledby="log-title">
<h2 id="log-title">Commands</h2>
<p id="log-note" class="soft"></p>
<ol id="log"></ol>
</section>
<section class="faults" aria-labelledby="faults-title">
<div class="top">
<h2 id="faults-title">Faults</h2>
<button type="button" id="no-faults">End all</button>
</div>
<p class="soft" id="requests"></p>
<div id="faults"></div>
<h2>Time</h2>
<p class="soft">Puts simulated time forward: devices answer, come back, and let commands expire.</p>
<p class="row">
${html(durations.map(([ms, words]) => `<button type="button" data-advance="${ms}">+ ${words}</button>`))}
</p>
<h2>Others in the tenant</h2>
<p class="soft">A console, a script or another stack sends a certificate command, or takes a group away.</p>
<form class="row" id="other">
<label class="wide">Command <select id="other-command"><option>INSTALL_CERTIFICATE</option><option>UNINSTALL_CERTIFICATE</option></select></label>
<label class="wide">Alias <input id="other-alias" required autocomplete="off"></label>
<label class="wide">Label <input id="other-label" placeholder="none" autocomplete="off"></label>
<label class="wide">Group <select id="other-group"></select></label>
<button type="submit">Send</button>
<button type="button" id="other-remove">Remove the group</button>
</form>
</section>
</main>
<section id="device" role="dialog" aria-labelledby="device-name" hidden>
<div class="top">
<h2 id="device-name" tabindex="-1"></h2>
<button type="button" id="device-close">Close</button>
</div>
<dl id="device-facts"></dl>
<p class="row">
<button type="button" id="device-online"></button>
<button type="button" data-order='{"wipe":true}'>Wipe keystore</button>
<button type="button" data-order='{"flaky":{"times":1}}'>Fail once</button>
<button type="button" data-order='{"timeOut":{}}'>Time out once</button>
<button type="button" data-order='{"timeOut":{"lateSuccessMs":30000,"goesOn":true}}'>Time out, succeed late</button>
<button type="button" data-order='{"enrollAgain":true}'>Enroll again</button>
<button type="button" data-order='{"osVersion":"8.1.0"}'>Become Android 8</button>
<button type="button" data-order='{"leave":true}'>Leave</button>
</p>
<form class="row" id="device-fail">
<label class="wide">Fail every command, saying <input id="device-reason" value="Storage is full" autocomplete="off"></label>
<button type="submit" id="device-fail-button">Fail</button>
</form>
<p class="pick"><label for="device-state">Show as</label> <select id="device-state">
<option value="">online or offline</option>
${html(specialStates.map(([state, words]) => `<option value="${state}">${state}, ${words}</option>`))}
</select></p>
<p class="pick"><label for="device-group">Move to</label> <select id="device-group"></select></p>
<h3>Its commands, as Esper shows them</h3>
<ol id="device-commands"></ol>
</section>
</body>`;
