// The looks of the page: one style sheet, light and dark by the reader's own setting, from a phone's width on.
// A cell's state is told by colour, by its sign and by its border; every text has a contrast of 4.5 or more on its ground.

function sign(path: string): string {
  return `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10' fill='none' stroke='%23000' stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='${path}'/%3E%3C/svg%3E")`;
}

export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --focus: #0b62d6;
  --holds: #1f8a5b; --waits: #2f6fd0; --failed: #c9303e; --without: #98a2ae; --on: #0b62d6;
  --bad-ground: #fdecee; --bad-ink: #9d1c2a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --card: #181e25; --ink: #e8ecf0; --soft: #a3aeba; --line: #2d3640; --focus: #7ab3ff;
    --holds: #2f9f6b; --waits: #5590ea; --failed: #e2505c; --without: #66727f; --on: #4f8fe8;
    --bad-ground: #3a1a1f; --bad-ink: #ffb3ba;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 88rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: end; justify-content: space-between; padding-top: 1.75rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 0; }
h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0; }
code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
#fleet:focus-visible, #device-name:focus-visible { outline: none; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem .75rem; z-index: 3; }
#now { white-space: nowrap; }
#said:not(:empty) { position: fixed; top: .75rem; left: 50%; transform: translateX(-50%); z-index: 4; width: max-content; max-width: calc(100vw - 1.5rem); padding: .4rem 1rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--card); box-shadow: 0 6px 24px rgb(0 0 0 / .25); overflow-wrap: anywhere; pointer-events: none; }
#said.bad:not(:empty) { background: var(--bad-ground); color: var(--bad-ink); border-color: var(--failed); }
main { display: grid; grid-template: auto 1fr / minmax(0, 1fr) minmax(0, 26rem); gap: 1.25rem; align-items: start; padding-top: 1.25rem; padding-bottom: 3rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; }
.faults { grid-column: 2; grid-row: 1 / span 2; }
.top { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; justify-content: space-between; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-top: .7rem; }
button, select, input { font: inherit; color: inherit; }
button, select, .row input, .settings { background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: .3rem .7rem; }
button { cursor: pointer; font-size: .9rem; }
button:hover { border-color: var(--soft); }
.pick { display: flex; gap: .5rem; align-items: center; font-size: .9rem; color: var(--soft); min-width: 0; }
.pick select { color: var(--ink); max-width: 100%; min-width: 0; }
.wide { flex: 1 1 12rem; font-size: .9rem; color: var(--soft); }
.wide input, .wide select { display: block; width: 100%; color: var(--ink); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(5.2rem, 1fr)); gap: .3rem .75rem; margin: .9rem 0; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: 0 0 .4rem; padding: 0; list-style: none; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
#keys { font-size: .85rem; }
.group { margin-top: 1.1rem; }
.group .top { margin-bottom: .4rem; }
.group .top span { flex: 1; font-size: .85rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.group .top button { padding: .1rem .6rem; font-size: .85rem; }
.cells { display: flex; flex-wrap: wrap; gap: 3px; --side: 26px; }
.many .cells { --side: 20px; }
.masses .cells { --side: 14px; gap: 2px; }
.cell { position: relative; display: inline-block; flex: none; width: var(--side, 20px); height: var(--side, 20px); padding: 0; border: 1.5px solid var(--tint); border-radius: 22%; background: var(--tint); color: #fff; transition: background-color .3s, border-color .3s; }
.cell:hover { border-color: var(--ink); }
.cell::before { content: ""; position: absolute; inset: 12%; background: currentColor; mask: var(--sign) center / contain no-repeat; }
.cell[data-state=H], .cell[data-state=h] { --tint: var(--holds); --sign: ${sign("M2 5.4 4.2 7.6 8 2.8")}; }
.cell[data-state=W], .cell[data-state=w] { --tint: var(--waits); --sign: ${sign("M2 5h.01M5 5h.01M8 5h.01")}; }
.cell[data-state=F], .cell[data-state=f] { --tint: var(--failed); --sign: ${sign("M2.6 2.6l4.8 4.8M7.4 2.6 2.6 7.4")}; }
.cell[data-state=N], .cell[data-state=n] { --tint: var(--without); --sign: none; background: transparent; }
.cell[data-state=N]::before, .cell[data-state=n]::before { display: none; }
.cell[data-state=h], .cell[data-state=w], .cell[data-state=f], .cell[data-state=n] { background: transparent; border-style: dashed; color: var(--tint); }
.cell[aria-current=true] { outline: 3px solid var(--ink); outline-offset: 1px; }
fieldset { border: 0; margin: 1rem 0 0; padding: 0; min-width: 0; }
legend { font-weight: 650; font-size: .9rem; padding: 0; margin-bottom: .2rem; }
.fault { display: grid; grid-template-columns: minmax(0, 1fr) 7.2rem; gap: 0 .5rem; align-items: center; padding: .3rem 0; border-top: 1px solid var(--line); }
.fault label { display: grid; grid-template-columns: 2.1rem minmax(0, 1fr); gap: 0 .6rem; align-items: center; cursor: pointer; }
.fault b { display: block; font-size: .88rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
.fault small { display: block; color: var(--soft); font-size: .8rem; line-height: 1.3; }
.fault [role=switch] { appearance: none; width: 2.1rem; height: 1.2rem; margin: 0; border-radius: 1rem; border: 1.5px solid var(--soft); background: transparent; cursor: pointer; position: relative; }
.fault [role=switch]::before { content: ""; position: absolute; top: 2px; left: 2px; width: .8rem; height: .8rem; border-radius: 50%; background: var(--soft); transition: left .15s; }
.fault [role=switch]:checked { background: var(--on); border-color: var(--on); }
.fault [role=switch]:checked::before { left: calc(100% - .8rem - 2px); background: #fff; }
.settings { width: 100%; padding: .15rem .4rem; font: .78rem/1.5 ui-monospace, monospace; }
.faults h2:not(:first-child) { margin-top: 1.5rem; }
.top h2 { margin-top: 0 !important; }
#log, #device-commands { list-style: none; margin: .6rem 0 0; padding: 0; font-size: .9rem; }
#log li, #device-commands li { border-top: 1px solid var(--line); padding: .45rem 0; overflow-wrap: anywhere; }
#log li { display: grid; grid-template-columns: 5rem minmax(0, 1.2fr) minmax(0, 1fr); gap: .1rem 1rem; }
#log time, .states, .to { color: var(--soft); font-variant-numeric: tabular-nums; }
.to { display: block; font-size: .85rem; }
.bar { display: flex; gap: 2px; height: .5rem; margin: .45rem 0 .25rem; border-radius: 3px; overflow: hidden; background: var(--line); }
.bar i { min-width: 3px; }
.bar .good { background: var(--holds); }
.bar .open { background: repeating-linear-gradient(90deg, var(--waits) 0 5px, transparent 5px 8px); }
.bar .bad { background: repeating-linear-gradient(45deg, var(--failed) 0 7px, color-mix(in srgb, var(--failed) 60%, var(--card)) 7px 10px); }
#device { position: fixed; right: 1rem; bottom: 1rem; z-index: 2; width: min(27rem, calc(100vw - 2rem)); max-height: min(44rem, calc(100vh - 2rem)); overflow-y: auto; border-color: var(--soft); box-shadow: 0 10px 40px rgb(0 0 0 / .3); }
#device h2 { overflow-wrap: anywhere; }
#device h3 { margin-top: 1rem; }
#device > .pick { margin-top: .7rem; }
#device-facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: .6rem 0 0; font-size: .9rem; }
#device-facts dt { color: var(--soft); }
#device-facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 64rem) {
  main { grid-template: none / minmax(0, 1fr); }
  .faults { grid-column: 1; grid-row: auto; }
}
@media (max-width: 40rem) {
  header, main { padding-left: .75rem; padding-right: .75rem; }
  section { padding: .9rem; }
  .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .group .top h3 { flex: 1; }
  .group .top span { order: 1; flex: none; width: 100%; }
  #log li { grid-template-columns: minmax(0, 1fr); }
  .fault { grid-template-columns: minmax(0, 1fr); }
  .settings { margin: .25rem 0 .15rem 2.7rem; width: calc(100% - 2.7rem); }
  button { padding: .45rem .8rem; }
  #device { right: .5rem; bottom: .5rem; width: calc(100vw - 1rem); max-height: 80vh; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
