// The looks of the report's page: one style sheet, light and dark by the reader's own setting, from a phone's width on.
// Colours of states are told apart by pattern as well; every text has a contrast of 4.5 or more on its ground.

export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --focus: #0b62d6;
  --installed: #1f8a5b; --pending: #8b97a5; --failed: #c9303e; --missing: #b7791f;
  --bad-ground: #fdecee; --bad-ink: #9d1c2a; --ok-ground: #e6f5ed; --ok-ink: #12613e; --warn-ground: #fdf3dc; --warn-ink: #7a4d06;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --card: #181e25; --ink: #e8ecf0; --soft: #a3aeba; --line: #2d3640; --focus: #7ab3ff;
    --installed: #37b27a; --pending: #6f7d8c; --failed: #ef6470; --missing: #d9a03f;
    --bad-ground: #3a1a1f; --bad-ink: #ffb3ba; --ok-ground: #12311f; --ok-ink: #93e0b7; --warn-ground: #362910; --warn-ink: #f3cf86;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .35rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0; }
a { color: inherit; text-underline-offset: .15em; }
bdi, code { overflow-wrap: anywhere; }
code { font: .9em/1.4 ui-monospace, monospace; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem .75rem; z-index: 1; }
.verdict { display: inline-block; margin: .9rem 0 0; padding: .3rem .8rem; border-radius: 1rem; font-weight: 600; }
.ok { background: var(--ok-ground); color: var(--ok-ink); }
.bad { background: var(--bad-ground); color: var(--bad-ink); }
.warn { background: var(--warn-ground); color: var(--warn-ink); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; padding: 0; }
.tiles div, .card, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles div { padding: .7rem 1rem; }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.card, .panel { padding: 1.1rem 1.25rem; }
.card { margin-bottom: 1rem; }
.top { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
.share { font-size: 1.25rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.bar { display: flex; gap: 2px; height: 1.1rem; margin: .6rem 0 .5rem; border-radius: 5px; overflow: hidden; background: var(--line); }
.bar i { min-width: 4px; }
.installed { background: var(--installed); }
.pending { background: repeating-linear-gradient(90deg, var(--pending) 0 5px, transparent 5px 8px); }
.failed { background: repeating-linear-gradient(45deg, var(--failed) 0 7px, color-mix(in srgb, var(--failed) 60%, var(--card)) 7px 10px); }
.missing { background: var(--card); box-shadow: inset 0 0 0 2px var(--missing); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 0; padding: 0; list-style: none; font-size: .9rem; }
.legend i { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; margin-right: .4rem; vertical-align: -.12em; }
.say { list-style: none; margin: .9rem 0 0; padding: 0; display: grid; gap: .4rem; }
.say li { padding: .45rem .75rem; border-radius: 7px; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .9rem 0 0; font-size: .92rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: .55rem; }
summary { cursor: pointer; padding: .3rem .4rem; margin-left: -.4rem; border-radius: 6px; overflow-wrap: anywhere; }
summary:hover { background: color-mix(in srgb, var(--line) 45%, transparent); }
.exceptions { margin: 1rem 0 0; border-top: 1px solid var(--line); padding-top: .6rem; }
.exceptions h4 { margin: 0; font-size: .95rem; }
.kind { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; margin: 0 .4rem 0 .15rem; vertical-align: -.12em; }
.devices { margin: .3rem 0 .4rem; padding: 0 0 0 1.6rem; columns: 19rem; list-style: none; font-size: .9rem; }
.devices li { break-inside: avoid; padding: .12rem 0; }
.devices code { color: var(--soft); font-size: .78rem; display: block; }
.axis, .span { position: relative; }
.axis { height: 1.4rem; margin-left: 13rem; font-size: .78rem; color: var(--soft); }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis span:last-child { transform: translateX(-100%); }
.ends { list-style: none; margin: 0; padding: 0; }
.ends li { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; align-items: center; padding: .35rem 0; border-top: 1px solid var(--line); }
.ends .when { display: block; font-size: .85rem; color: var(--soft); }
.span { height: 1.1rem; background-image: linear-gradient(90deg, transparent 4%, var(--line) 4%, var(--line) calc(4% + 1px), transparent calc(4% + 1px)); }
.span i { position: absolute; top: .2rem; bottom: .2rem; border-radius: 3px; min-width: 3px; }
.life { background: var(--installed); }
.renew { background: repeating-linear-gradient(45deg, var(--missing) 0 6px, color-mix(in srgb, var(--missing) 60%, var(--card)) 6px 9px); }
.over { background: var(--failed); }
footer { padding-top: 1.5rem; padding-bottom: 2.5rem; font-size: .875rem; color: var(--soft); }
@media (max-width: 40rem) {
  main, header, footer { padding-left: .9rem; padding-right: .9rem; }
  .card, .panel { padding: .9rem; }
  .axis { margin-left: 0; }
  .axis .minor { display: none; }
  .ends li { grid-template-columns: 1fr; gap: .2rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .35rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  summary { padding: .6rem .4rem; }
}
@media print { .card, .panel { break-inside: avoid; } * { print-color-adjust: exact; } }
`;
