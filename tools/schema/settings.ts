// The settings of a provider in a Pulumi schema, with their words. `test/packaged` holds the names to those that are read.

import type { Json } from "./types";

export const settings: Readonly<Record<string, Json>> = {
  tenant: {
    type: "string",
    description: "The tenant's name, the `acme` of `https://acme-api.esper.cloud`. Environment variable: ESPER_TENANT.",
  },
  baseUrl: {
    type: "string",
    description: "The whole address of Esper's API, instead of `tenant`. Environment variable: ESPER_BASE_URL.",
  },
  apiKey: {
    type: "string",
    description: "The API key. Kept as a secret. Environment variable: ESPER_API_KEY.",
    secret: true,
  },
  enterpriseId: {
    type: "string",
    description:
      "The enterprise's id; found out through the key when absent. Environment variable: ESPER_ENTERPRISE_ID.",
  },
  commandsApi: {
    type: "string",
    description:
      "Which of Esper's command endpoints: `request` (default) or `v2`. Environment variable: ESPER_COMMANDS_API.",
  },
  requestsPerMinute: {
    type: "number",
    description: "At most so many requests a minute. Environment variable: ESPER_REQUESTS_PER_MINUTE.",
  },
  pollSeconds: {
    type: "number",
    description:
      "The shortest time between two looks at a command, from 0.01 to 15. Default 0.25. Environment variable: ESPER_POLL_SECONDS.",
  },
  requestTimeoutSeconds: {
    type: "number",
    description:
      "How long one exchange with Esper may take, from 0.1 to 600. Default 30. Environment variable: ESPER_REQUEST_TIMEOUT_SECONDS.",
  },
};
