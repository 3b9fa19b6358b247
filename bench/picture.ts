// The picture of docs/performance.md: time and requests of one certificate against the number of its devices. Pure.
// Its colours are classes, which follow the reader's light or dark scheme.

import type { LifeFigures, StepFigures } from "./life";
import { median } from "./statistics";

interface Line {
  readonly name: string;
  readonly colour: "blue" | "orange" | "green";
  readonly dashed?: true;
  readonly value: (life: LifeFigures) => number;
}

interface Panel {
  readonly title: string;
  readonly left: number;
  readonly lines: readonly Line[];
  readonly write: (value: number) => string;
}

const box = { width: 300, height: 190, top: 60 };

const ownSeconds = ({ pairs }: StepFigures): number => median(pairs.map(({ ownMs }) => ownMs)) / 1000;
const floorSeconds = ({ pairs }: StepFigures): number => median(pairs.map(({ floorMs }) => floorMs)) / 1000;

const panels: readonly Panel[] = [
  {
    title: "seconds, whole run",
    left: 50,
    write: (value) => value.toFixed(1),
    lines: [
      { name: "create", colour: "blue", value: ({ steps }) => ownSeconds(steps.create) },
      { name: "create, floor", colour: "blue", dashed: true, value: ({ steps }) => floorSeconds(steps.create) },
      { name: "refresh", colour: "orange", value: ({ steps }) => ownSeconds(steps.refresh) },
      { name: "refresh, floor", colour: "orange", dashed: true, value: ({ steps }) => floorSeconds(steps.refresh) },
    ],
  },
  {
    title: "requests",
    left: 430,
    write: String,
    lines: [
      { name: "create", colour: "blue", value: ({ steps }) => steps.create.requests },
      { name: "refresh", colour: "orange", dashed: true, value: ({ steps }) => steps.refresh.requests },
      { name: "no-change up", colour: "green", value: ({ steps }) => steps["no-change up"].requests },
    ],
  },
];

const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .axis { fill: #57606a }
  .grid { stroke: #d0d7de }
  .paper { fill: #ffffff }
  .line { fill: none; stroke-width: 2 }
  .dashed { stroke-dasharray: 5 4 }
  .blue { stroke: #1f6feb } .orange { stroke: #bc4c00 } .green { stroke: #1a7f37 }
  circle.blue { fill: #1f6feb } circle.orange { fill: #bc4c00 } circle.green { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .axis { fill: #9198a1 }
    .grid { stroke: #30363d }
    .paper { fill: #0d1117 }
    .blue { stroke: #58a6ff } .orange { stroke: #f0883e } .green { stroke: #3fb950 }
    circle.blue { fill: #58a6ff } circle.orange { fill: #f0883e } circle.green { fill: #3fb950 }
  }
`;

/** An SVG document; `lives` are those of one certificate, the smallest fleet first, at least two. */
export function pictureOf(lives: readonly LifeFigures[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 790 330" role="img" aria-labelledby="title">`,
    `<title id="title">One certificate: time and requests against the number of devices</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="790" height="330"/>`,
    `<text class="title" x="50" y="24">One certificate: time and requests against devices</text>`,
    ...panels.flatMap((panel) => panelOf(panel, lives)),
    `</svg>`,
    ``,
  ].join("\n");
}

function panelOf({ title, left, lines, write }: Panel, lives: readonly LifeFigures[]): readonly string[] {
  const highest = Math.max(...lines.flatMap(({ value }) => lives.map(value)), 1);
  const logs = lives.map(({ profile }) => Math.log10(profile.devices));
  const [first = 0, last = 1] = [logs[0], logs.at(-1)];
  const bottom = box.top + box.height;
  const x = (index: number): string => (left + (((logs[index] ?? 0) - first) / (last - first)) * box.width).toFixed(1);
  const y = (value: number): string => (bottom - (value / highest) * box.height).toFixed(1);
  return [
    `<text class="axis" x="${left}" y="${box.top - 14}">${title}</text>`,
    ...[0, 0.5, 1].flatMap((share) => {
      const at = y(share * highest);
      const label = share === 0 ? "0" : write(Number((share * highest).toFixed(1)));
      return [
        `<line class="grid" x1="${left}" y1="${at}" x2="${left + box.width}" y2="${at}"/>`,
        `<text class="axis" x="${left - 6}" y="${at}" dy="4" text-anchor="end">${label}</text>`,
      ];
    }),
    ...lives.map(({ profile }, index) => {
      const devices = profile.devices.toLocaleString("en");
      return `<text class="axis" x="${x(index)}" y="${bottom + 18}" text-anchor="middle">${devices}</text>`;
    }),
    ...lines.flatMap(({ name, colour, dashed, value }, number) => {
      const values = lives.map(value);
      const look = `line ${colour}${dashed === true ? " dashed" : ""}`;
      const legend = left + (number % 4) * 84;
      return [
        `<polyline class="${look}" points="${values.map((each, index) => `${x(index)},${y(each)}`).join(" ")}"/>`,
        ...values.map((each, index) => `<circle class="${colour}" cx="${x(index)}" cy="${y(each)}" r="3"/>`),
        `<line class="${look}" x1="${legend}" y1="${bottom + 40}" x2="${legend + 16}" y2="${bottom + 40}"/>`,
        `<text x="${legend}" y="${bottom + 58}">${name}</text>`,
      ];
    }),
  ];
}
