// The schema of the packaged provider, made of the sources that programs in TypeScript see: the resources' arguments, outputs
// and words, the look-ups, and the settings. Version and what a registry wants beside are the plugin's.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { certificateType, deviceCertificatesType } from "../../provider/type-token";
import { settings } from "./settings";
import { SchemaTypes, wordsOf, type Json } from "./types";

const root = join(__dirname, "..", "..");

/** Of two types of one name the later one counts: a program's device has other times than the client's. */
const files = [
  "provider/client/client.ts",
  "provider/certificate.ts",
  "provider/device-certificates.ts",
  "provider/lookups.ts",
  "provider/fleet-lookups.ts",
];

/** A class of a program, and under which type the dynamic resource keeps it in stacks. */
const resources = [
  { name: "Certificate", dynamicType: certificateType },
  { name: "DeviceCertificates", dynamicType: deviceCertificatesType },
];

/** A function of a program, its filter, and the properties of its answer. */
const functions = [
  { name: "getGroup", filter: "GroupFilter", answer: "Group" },
  { name: "getDevices", filter: "DeviceFilter", answer: "Devices" },
];

/** C# takes no member that is named as its class (CS0542). */
const namesInCSharp: Readonly<Record<string, string>> = { certificate: "Summary" };

/** A function of Pulumi's answers with an object, where TypeScript's gives a list. */
const answers = `interface Devices {
  /** Sorted by name. */
  readonly devices: readonly Device[];
}`;

export function makeSchema(): Json {
  const sources = files.map(readSource);
  const types = new SchemaTypes([...sources, parse("answers.ts", answers)]);
  const made = {
    resources: Object.fromEntries(resources.map((one) => [`esper:index:${one.name}`, resource(sources, types, one)])),
    functions: Object.fromEntries(functions.map((one) => [`esper:index:${one.name}`, lookup(sources, types, one)])),
  };
  return {
    name: "esper",
    displayName: "Esper",
    description: "Certificates on fleets of Android devices managed by Esper.",
    keywords: ["pulumi", "esper", "android", "certificate", "pkcs12", "mdm", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    publisher: "pulumi-esper",
    config: { variables: settings },
    provider: { description: "An Esper tenant.", inputProperties: settings },
    types: types.types(),
    ...made,
  };
}

function resource(
  sources: readonly ts.SourceFile[],
  types: SchemaTypes,
  { name, dynamicType }: (typeof resources)[number],
): Json {
  const { properties: inputProperties, required: requiredInputs } = types.propertiesOf(`${name}Args`);
  const declaration = sources.flatMap(({ statements }) => [...statements]).find(isClass(name));
  if (declaration === undefined) throw new Error(`There is no class ${name}.`);
  const fields = declaration.members.filter(ts.isPropertyDeclaration).filter(isOutput);
  const properties = fields.map((field): [string, Json] => {
    const output = field.name.getText();
    if (field.type === undefined) throw new Error(`${output} has no type.`);
    const csharp = namesInCSharp[output];
    return [
      output,
      {
        ...types.property(field.type, `${name}${output}`),
        description: wordsOf(field),
        ...(csharp !== undefined && { language: { csharp: { name: csharp } } }),
      },
    ];
  });
  return {
    description: wordsOf(declaration),
    properties: Object.fromEntries(properties),
    required: properties.map(([output]) => output).sort(),
    inputProperties,
    requiredInputs,
    aliases: [{ type: dynamicType }],
  };
}

function lookup(
  sources: readonly ts.SourceFile[],
  types: SchemaTypes,
  { name, filter, answer }: (typeof functions)[number],
): Json {
  const isOwn = (statement: ts.Statement): statement is ts.FunctionDeclaration =>
    ts.isFunctionDeclaration(statement) && statement.name?.text === name;
  const declaration = sources.flatMap(({ statements }) => [...statements]).find(isOwn);
  if (declaration === undefined) throw new Error(`There is no function ${name}.`);
  const inputs = types.propertiesOf(filter);
  const outputs = types.propertiesOf(answer);
  // What follows is about the mocks of programs in TypeScript.
  const [description = ""] = wordsOf(declaration).split(" Under `pulumi.runtime.setMocks`");
  return {
    description,
    inputs: { type: "object", properties: inputs.properties },
    outputs: { type: "object", properties: outputs.properties, required: outputs.required },
  };
}

function isClass(name: string): (statement: ts.Statement) => statement is ts.ClassDeclaration {
  return (statement): statement is ts.ClassDeclaration =>
    ts.isClassDeclaration(statement) && statement.name?.text === name;
}

function isOutput(field: ts.PropertyDeclaration): boolean {
  return field.type?.getText().startsWith("pulumi.Output<") === true;
}

function readSource(file: string): ts.SourceFile {
  return parse(file, readFileSync(join(root, file), "utf8"));
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}
