// Each setting that is missing or cannot be used.

import { readSettings } from "../../../provider/config";
import { messageOf, type Provocations } from "./provocation";

const usable = { ESPER_TENANT: "acme", ESPER_API_KEY: "a-key" };

const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no tenant": { ESPER_API_KEY: "a-key" },
  "an address as tenant": { ESPER_TENANT: "https://acme.esper.io" },
  "a base URL that is none": { ESPER_BASE_URL: "acme" },
  "a base URL with a password": { ESPER_BASE_URL: "https://me:secret@acme-api.esper.cloud/api" },
  "a base URL with a query": { ESPER_BASE_URL: "https://acme-api.esper.cloud/api?x=1" },
  "a base URL of another kind": { ESPER_BASE_URL: "ftp://acme-api.esper.cloud/api" },
  "a base URL in clear": { ESPER_BASE_URL: "http://acme-api.esper.cloud/api" },
  "no key": { ESPER_TENANT: "acme" },
  "a key of two lines": { ESPER_API_KEY: "a\nkey" },
  "a key with its scheme": { ESPER_API_KEY: "Bearer a-key" },
  "a key with a blank": { ESPER_API_KEY: "a key" },
  "an enterprise id that is none": { ESPER_ENTERPRISE_ID: "acme" },
  "another commands API": { ESPER_COMMANDS_API: "v3" },
  "a pace that is no number": { ESPER_REQUESTS_PER_MINUTE: "many" },
};

export const settings: Provocations = Object.fromEntries(
  Object.entries(environments).map(([title, environment]) => {
    const isWhole = title === "no tenant" || title === "no key";
    const given = isWhole ? environment : { ...usable, ...environment };
    return [title, async () => [await messageOf(() => readSettings(() => undefined, given))]];
  }),
);
