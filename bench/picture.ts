// The picture of docs/performance.md: time and requests of one certificate against the number of its devices. Pure.

import type { LifeFigures, StepFigures } from "./life";
import { median } from "./statistics";

interface Line {
  readonly name: string;
  readonly colour: string;
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
      { name: "create", colour: "#1f6feb", value: ({ steps }) => ownSeconds(steps.create) },
      { name: "create, floor", colour: "#1f6feb", dashed: true, value: ({ steps }) => floorSeconds(steps.create) },
      { name: "refresh", colour: "#bc4c00", value: ({ steps }) => ownSeconds(steps.refresh) },
      { name: "refresh, floor", colour: "#bc4c00", dashed: true, value: ({ steps }) => floorSeconds(steps.refresh) },
    ],
  },
  {
    title: "requests",
    left: 430,
    write: String,
    lines: [
      { name: "create", colour: "#1f6feb", value: ({ steps }) => steps.create.requests },
      { name: "refresh", colour: "#bc4c00", dashed: true, value: ({ steps }) => steps.refresh.requests },
      { name: "no-change up", colour: "#1a7f37", value: ({ steps }) => steps["no-change up"].requests },
    ],
  },
];

/** An SVG document; `lives` are those of one certificate, the smallest fleet first, at least two. */
export function pictureOf(lives: readonly LifeFigures[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 790 330" font-family="sans-serif" font-size="12" fill="#24292f">`,
    `<rect width="790" height="330" fill="#ffffff"/>`,
    `<text x="50" y="24" font-size="15" font-weight="bold">One certificate: time and requests against devices</text>`,
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
  const x = (index: number): number => left + (((logs[index] ?? 0) - first) / (last - first)) * box.width;
  const y = (value: number): number => bottom - (value / highest) * box.height;
  const point = (value: number, index: number): string => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  return [
    `<text x="${left}" y="${box.top - 14}" fill="#57606a">${title}</text>`,
    ...[0, 0.5, 1].flatMap((share) => {
      const at = y(share * highest).toFixed(1);
      const label = share === 0 ? "0" : write(Number((share * highest).toFixed(1)));
      return [
        `<line x1="${left}" y1="${at}" x2="${left + box.width}" y2="${at}" stroke="#d0d7de"/>`,
        `<text x="${left - 6}" y="${at}" dy="4" text-anchor="end" fill="#57606a">${label}</text>`,
      ];
    }),
    ...lives.map(({ profile }, index) => {
      const devices = profile.devices.toLocaleString("en");
      return `<text x="${x(index).toFixed(1)}" y="${bottom + 18}" text-anchor="middle" fill="#57606a">${devices}</text>`;
    }),
    ...lines.flatMap(({ name, colour, dashed, value }, number) => {
      const values = lives.map(value);
      const stroke = `stroke="${colour}" stroke-width="2"${dashed === true ? ` stroke-dasharray="5 4"` : ""}`;
      const legend = left + (number % 4) * 84;
      return [
        `<polyline points="${values.map(point).join(" ")}" fill="none" ${stroke}/>`,
        ...values.map(
          (each, index) => `<circle cx="${x(index).toFixed(1)}" cy="${y(each).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        `<line x1="${legend}" y1="${bottom + 40}" x2="${legend + 16}" y2="${bottom + 40}" ${stroke}/>`,
        `<text x="${legend}" y="${bottom + 58}">${name}</text>`,
      ];
    }),
  ];
}
