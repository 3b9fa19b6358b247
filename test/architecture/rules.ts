// Which module may import which (docs/design.md, section 9), as a table, and the plain function that asks it.

import { reached, type Import, type Modules } from "../support/imports";

/** What stands in front of a folder: everybody else imports that alone. */
const faces = /^provider\/(?:client|pkcs12|issuers)\/index$/;

export interface Rule {
  /** The modules it is about: the beginning of their path, or all of it. */
  readonly from: RegExp;
  readonly mayImport: RegExp;
  readonly says: string;
  /** The rule holds for what is imported when it runs, by whatever is imported on the way to a face; types are free. */
  readonly atRunTime?: true;
}

function only(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join("|")})$`);
}

function allBut(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?!(?:${patterns.join("|")})$)`);
}

/** What of the lifecycle decides and words: on plain data, with the time as an argument. */
export const pure = /^provider\/lifecycle\/(?:arguments|state|policy|messages|conclude\/(?!final-statuses$))/;

const node = "node:.*";
const pulumi = "@pulumi/pulumi(?:/.*)?";
/** Pulumi's messages alone, which load in a moment; the SDK takes a third of a second. */
const messages = ["@pulumi/pulumi/proto/.*", "@grpc/grpc-js", "google-protobuf/.*"];
/** What makes words of others fit to be said: leaves. */
const wording = "provider/(?:printable|redaction/(?:redaction|ordinary-words))";
const codecs = ["io-ts(?:/.*)?", "fp-ts(?:/.*)?"];

export const rules: readonly Rule[] = [
  {
    from: /^provider\//,
    mayImport: allBut("(?:simulator|cli|test|tools|bench|examples)/.*"),
    says: "the package stands without the simulator, the command and the tests",
  },
  {
    from: /^provider\/(?!(?:certificate|device-certificates|index|lookups|engine\/.*|packaged\/wire\/.*)$)/,
    mayImport: allBut(pulumi),
    says: "only certificate, index, lookups, engine/ and packaged/wire/ know Pulumi",
  },
  {
    from: /^provider\/packaged\//,
    mayImport: only(
      "provider/(?:packaged|operations|lifecycle|redaction)/.*",
      "provider/(?:client|pkcs12|issuers)/index",
      "provider/(?:clock|config|errors|fleet-lookups|printable|engine/progress)",
      ...messages,
      ...codecs,
      ...["node-fetch", "https-proxy-agent", "proxy-from-env", node],
    ),
    says: "the plugin loads no SDK, and nothing of the dynamic resource",
    atRunTime: true,
  },
  {
    from: /^provider\/(?!packaged\/)/,
    mayImport: allBut("provider/packaged/.*"),
    says: "nobody but the plugin knows its wire",
  },
  {
    from: /^provider\/operations\//,
    mayImport: only(
      "provider/(?:operations|lifecycle|redaction)/.*",
      "provider/client/index",
      "provider/(?:clock|config|errors|engine/progress|redaction/redaction)",
    ),
    says: "the operations on a resource know no engine",
  },
  {
    from: /^provider\/(?:device-certificates|certificate)$/,
    mayImport: only(pulumi, "provider/(?:engine/.*|type-token|certificate)"),
    says: "the resource's arguments know nothing of Esper's API or of PKCS#12",
  },
  {
    from: /^provider\/provider$/,
    mayImport: allBut("provider/(?:certificate|device-certificates|index|lookups)"),
    says: "what the stored text loads does not depend on what programs import",
  },
  {
    from: /^provider\/lifecycle\//,
    mayImport: only(
      ...["provider/(?:lifecycle|client|pkcs12|issuers)/.*", "provider/(?:clock|errors)"],
      ...[wording, ...codecs, node],
    ),
    says: "the lifecycle stands on the client, the issuers and pkcs12, and on nothing above it",
  },
  {
    from: pure,
    mayImport: only(
      "provider/lifecycle/(?!apply/).*",
      "provider/(?:client|pkcs12|issuers)/index",
      wording,
      ...codecs,
      "node:(?:util|crypto)",
    ),
    says: "what decides is pure: no clock, no files, no Pulumi, nothing that sends",
    atRunTime: true,
  },
  {
    from: /^(?!provider\/client\/)/,
    mayImport: allBut("provider/client/(?!index$).*"),
    says: "nobody imports past the face of the client",
  },
  {
    // A program's index loads nothing heavy: of pkcs12 it has the error that programs catch. The issuers have a rule of their own.
    from: /^(?!provider\/(?:pkcs12\/|issuers\/|index$))/,
    mayImport: allBut("provider/pkcs12/(?!index$).*"),
    says: "nobody imports past the face of pkcs12",
  },
  {
    from: /^(?!provider\/issuers\/)/,
    mayImport: allBut("provider/issuers/(?!index$).*"),
    says: "nobody imports past the face of the issuers",
  },
  {
    from: /^provider\/issuers\//,
    mayImport: only(
      // Requests and certificates are written in DER, as PKCS#12 files are.
      ...["provider/issuers/.*", "provider/pkcs12/(?:index|asn1/.*)", "provider/(?:errors|clock|proxy)", wording],
      ...[...codecs, node],
    ),
    says: "the issuers know neither Esper nor Pulumi, and of pkcs12 its face and ASN.1",
  },
  {
    from: /^provider\/client\//,
    mayImport: only(
      ...["provider/client/.*", "provider/(?:errors|clock|config|proxy)", wording, ...codecs],
      ...["node-fetch", "https-proxy-agent", "proxy-from-env", node],
    ),
    says: "the client knows neither Pulumi nor certificates",
  },
  {
    from: /^provider\/pkcs12\//,
    mayImport: only("provider/pkcs12/.*", "provider/printable", node),
    says: "pkcs12 is its own ground",
  },
  {
    from: /^provider\/(?:errors|clock)$/,
    mayImport: only(node),
    says: "errors and clock are leaves",
  },
  {
    from: /^provider\/(?:printable|redaction\/.*)$/,
    mayImport: only("provider/(?:printable|redaction/.*)", node),
    says: "what makes words fit to be said knows nobody",
  },
  {
    from: /^provider\/proxy$/,
    mayImport: only("provider/(?:errors|config)", "https-proxy-agent", "proxy-from-env", node),
    says: "the way through a proxy knows no requests",
  },
  {
    from: /^provider\/config$/,
    mayImport: only("provider/errors", node),
    says: "the settings are read from what is given",
  },
  {
    from: /^simulator\//,
    mayImport: only("simulator/.*", "provider/(?:clock|pkcs12(?:/.*)?)", ...codecs, node),
    says: "the simulator is not made of the client that it tests",
  },
  {
    from: /^cli\//,
    mayImport: allBut("(?:test|tools|bench|examples)/.*"),
    says: "the command is shipped without the tests",
  },
];

/** The order of the lifecycle: whatever stands further down may import what stands above it, never the other way. */
const floors: readonly RegExp[] = [
  /^(?:alias-turns|errors|in-parallel|messages\/words)$/,
  /^arguments\//,
  /^content\//,
  /^state\//,
  /^(?:claims|context)$/,
  /^messages\//,
  /^facts\//,
  /^policy\//,
  /^apply\//,
  /^conclude\//,
  /^/, // the verbs: reconcile, refresh, destroy, preview/
];

/** A floor's number; undefined outside the lifecycle. */
function floorOf(module: string): number | undefined {
  const [, name] = /^provider\/lifecycle\/(.*)$/.exec(module) ?? [];
  return name === undefined ? undefined : floors.findIndex((floor) => floor.test(name));
}

function climbs(from: string, { to, isTypeOnly }: Import): boolean {
  const [own, other] = [floorOf(from), floorOf(to)];
  // What a message is about stands in facts; that is a type.
  if (isTypeOnly && from.includes("/messages/") && to.includes("/facts/")) return false;
  return own !== undefined && other !== undefined && other > own;
}

/** What of the client is no exchange with Esper: the words and sums of what it has seen. */
const sums = ["countOf", "countStates", "fewDevices", "finalStates", "knownStates", "sameCounts", "totalOf"];

/** The lifecycle is handed its client: at run time it takes no more of that module than sums. */
function makesClient(from: string, { to, values }: Import): boolean {
  return from.startsWith("provider/lifecycle/") && to === "provider/client/index" && !values.every(isSum);
}

function isSum(name: string): boolean {
  return sums.includes(name);
}

/** One line for each arrow that is not allowed. */
export function refusedArrows(modules: Modules): readonly string[] {
  const direct = [...modules].flatMap(([from, imports]) => imports.map((arrow) => ({ from, arrow })));
  const line = (says: string) => (refused: (typeof direct)[number]) =>
    `${refused.from} -> ${refused.arrow.to}: ${says}`;
  return [
    ...rules.flatMap((rule) => refusedBy(rule, modules)),
    ...direct.filter(({ from, arrow }) => climbs(from, arrow)).map(line("the lifecycle goes one way")),
    ...direct.filter(({ from, arrow }) => makesClient(from, arrow)).map(line("the lifecycle is handed its client")),
  ];
}

function refusedBy({ from, mayImport, says, atRunTime }: Rule, modules: Modules): readonly string[] {
  return [...modules].flatMap(([module, imports]) => {
    if (!from.test(module)) return [];
    const direct = imports.map(({ to }): [string, string] => [to, `${module} -> ${to}`]);
    const arrows = atRunTime === true ? [...reached(modules, module, faces)] : direct;
    return arrows.filter(([to]) => !mayImport.test(to)).map(([, way]) => `${way}: ${says}`);
  });
}
