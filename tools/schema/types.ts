// Turns TypeScript's types of arguments and outputs into those of a Pulumi schema, with their words: one source for programs in
// TypeScript and for all others. It reads syntax alone, and refuses a form of type that it does not know.

import ts from "typescript";

export type Json = Readonly<Record<string, unknown>>;

interface Property {
  readonly name: string;
  readonly type: ts.TypeNode;
  readonly isOptional: boolean;
  readonly description: string;
}

/** Words by which a docstring says that a value is secret. */
const keptAsSecret = /\bKept as a secret\b/;

export class SchemaTypes {
  private readonly declarations = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();
  private readonly made = new Map<string, Json>();

  constructor(sources: readonly ts.SourceFile[]) {
    for (const statement of sources.flatMap(({ statements }) => [...statements])) {
      if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
        this.declarations.set(statement.name.text, statement);
      }
    }
  }

  /** The schema's `types`, by token: what the properties so far have asked for. */
  types(): Readonly<Record<string, Json>> {
    return Object.fromEntries([...this.made].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** The properties of an interface by name, with the names of those that must be given. */
  propertiesOf(name: string): { readonly properties: Json; readonly required: readonly string[] } {
    const declaration = this.declaration(name);
    const members = ts.isInterfaceDeclaration(declaration)
      ? [...this.inherited(declaration), ...this.membersOf(declaration.members)]
      : this.merged(declaration.type);
    return this.listed(members, name);
  }

  /** A property's type, as the schema spells it. @param owner names the type of an object that is written on the spot */
  property(type: ts.TypeNode, owner: string): Json {
    const node = bare(type);
    if (node.kind === ts.SyntaxKind.StringKeyword || ts.isTemplateLiteralTypeNode(node) || isText(node)) {
      return { type: "string" };
    }
    if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.TrueKeyword) return { type: "boolean" };
    if (node.kind === ts.SyntaxKind.NumberKeyword) return { type: "number" };
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
    if (node.kind === ts.SyntaxKind.UnknownKeyword) return { $ref: "pulumi.json#/Any" };
    if (ts.isArrayTypeNode(node)) return { type: "array", items: this.property(node.elementType, owner) };
    if (ts.isTypeLiteralNode(node)) return this.object(owner, this.membersOf(node.members), "");
    if (ts.isUnionTypeNode(node)) return this.union(node, owner);
    if (ts.isTypeReferenceNode(node)) return this.reference(node);
    throw new Error(`${owner}: the schema has no word for the type ${node.getText()}.`);
  }

  private union({ types }: ts.UnionTypeNode, owner: string): Json {
    const others = types.filter((type) => !isText(type)).map((type) => this.property(type, owner));
    const choices = others.length < types.length ? [{ type: "string" }, ...others] : others;
    const [only] = choices;
    return choices.length === 1 && only !== undefined ? only : { oneOf: choices };
  }

  private reference(node: ts.TypeReferenceNode): Json {
    const name = node.typeName.getText();
    if (name === "pulumi.asset.FileAsset") return { $ref: "pulumi.json#/Asset" };
    const [first, second] = node.typeArguments ?? [];
    if (name === "Readonly" && first !== undefined) return this.property(first, name);
    if (name === "Record" && second !== undefined) {
      return { type: "object", additionalProperties: this.property(second, name) };
    }
    const declaration = this.declaration(name);
    if (ts.isInterfaceDeclaration(declaration)) {
      return this.object(
        name,
        [...this.inherited(declaration), ...this.membersOf(declaration.members)],
        wordsOf(declaration),
      );
    }
    const isObject = this.isOfObjects(declaration.type);
    if (!isObject) return this.property(declaration.type, name);
    return this.object(name, this.merged(declaration.type), wordsOf(declaration));
  }

  private object(name: string, members: readonly Property[], description: string): Json {
    const token = `esper:index:${name}`;
    if (!this.made.has(token)) {
      this.made.set(token, {});
      const { properties, required } = this.listed(members, name);
      const words = description === "" ? {} : { description };
      this.made.set(token, { type: "object", ...words, properties, ...(required.length > 0 && { required }) });
    }
    return { $ref: `#/types/${token}` };
  }

  private listed(
    members: readonly Property[],
    owner: string,
  ): { readonly properties: Json; readonly required: readonly string[] } {
    const properties = members.map(({ name, type, description }): [string, Json] => {
      const own = this.property(type, `${owner.replace(/Args$/, "")}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      return [name, { ...own, description, ...(keptAsSecret.test(description) && { secret: true }) }];
    });
    const required = members.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
    return { properties: Object.fromEntries(properties), required: required.sort() };
  }

  /** The members of an intersection together, and of a union's choices: optional where one choice has none. */
  private merged(type: ts.TypeNode): readonly Property[] {
    const node = bare(type);
    if (ts.isIntersectionTypeNode(node)) return node.types.flatMap((each) => this.merged(each));
    if (ts.isUnionTypeNode(node)) {
      const choices = node.types.map((each) => this.merged(each));
      const all = new Map(choices.flat().map((property) => [property.name, property]));
      const isInAll = (name: string): boolean =>
        choices.every((choice) => choice.some((one) => one.name === name && !one.isOptional));
      return [...all.values()].map((property) => ({ ...property, isOptional: !isInAll(property.name) }));
    }
    if (ts.isTypeLiteralNode(node)) return this.membersOf(node.members);
    if (ts.isTypeReferenceNode(node)) return this.membersOfNamed(node.typeName.getText());
    throw new Error(`The schema cannot merge the type ${node.getText()}.`);
  }

  private isOfObjects(type: ts.TypeNode): boolean {
    const node = bare(type);
    if (ts.isIntersectionTypeNode(node) || ts.isTypeLiteralNode(node)) return true;
    return ts.isUnionTypeNode(node) && node.types.every((each) => this.isOfObjects(each));
  }

  private inherited({ heritageClauses }: ts.InterfaceDeclaration): readonly Property[] {
    const parents = (heritageClauses ?? []).flatMap(({ types }) => [...types]);
    return parents.flatMap(({ expression, typeArguments = [] }) => {
      const name = expression.getText();
      if (name !== "Omit") return this.membersOfNamed(name);
      const [whole, left] = typeArguments;
      if (whole === undefined || left === undefined) throw new Error("Omit has no arguments.");
      return this.membersOfNamed(whole.getText()).filter((member) => !textsOf(left).includes(member.name));
    });
  }

  private membersOfNamed(name: string): readonly Property[] {
    const declaration = this.declaration(name);
    return ts.isInterfaceDeclaration(declaration)
      ? [...this.inherited(declaration), ...this.membersOf(declaration.members)]
      : this.merged(declaration.type);
  }

  private membersOf(members: readonly ts.TypeElement[]): readonly Property[] {
    return members.filter(ts.isPropertySignature).map((member) => {
      const name = member.name.getText();
      if (member.type === undefined) throw new Error(`${name} has no type.`);
      return { name, type: member.type, isOptional: member.questionToken !== undefined, description: wordsOf(member) };
    });
  }

  private declaration(name: string): ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
    const found = this.declarations.get(name);
    if (found === undefined) throw new Error(`The type ${name} is declared nowhere.`);
    return found;
  }
}

/** Without what only TypeScript's programs need: `readonly`, brackets, inputs and outputs. */
function bare(type: ts.TypeNode): ts.TypeNode {
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return bare(type.type);
  const inner = ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : undefined;
  const isWrapped = ts.isTypeReferenceNode(type) && /^pulumi\.(?:Input|Output)$/.test(type.typeName.getText());
  return isWrapped && inner !== undefined ? bare(inner) : type;
}

/** The texts of a union of them, or of one. */
function textsOf(type: ts.TypeNode): readonly string[] {
  const types = ts.isUnionTypeNode(type) ? [...type.types] : [type];
  return types.flatMap((each) =>
    ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? [each.literal.text] : [],
  );
}

function isText(type: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal);
}

/** A docstring as one paragraph a line, without marks of links. */
export function wordsOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(doc?.comment) ?? "";
  return text
    .replace(/\{@link ([\w.]+)\}/g, "`$1`")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}
