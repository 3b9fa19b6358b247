// Writes the packaged provider's schema anew: npx tsx tools/make-schema.ts. test/packaged/schema.test.ts says when that is due.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { makeSchema } from "./schema/schema";

async function main(): Promise<void> {
  const text = await format(JSON.stringify(makeSchema()), { parser: "json", printWidth: 120 });
  writeFileSync(join(__dirname, "..", "provider", "packaged", "schema.json"), text);
}

void main();
