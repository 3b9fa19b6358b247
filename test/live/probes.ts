// What nobody knows yet of Esper's API, as questions, and for each a way to find out that does no harm: the [UNK] marks and
// section 10 of the facts. An answer holds names, kinds, counts and Esper's own words, never a value that was sent.

import { randomUUID } from "node:crypto";
import type { LiveTenant } from "./tenant";
import { countOf, fieldOf, listOf, refusalWords, tally } from "./words";

export interface Probe {
  readonly question: string;
  readonly find: (tenant: LiveTenant) => Promise<string>;
}

const commandsPath = "/commands/v0/commands/";
const statusPath = "/commands/v0/status/";
const noDevice = "no device of the group is online";

const uninstall = (alias: string) => ({
  command: "UNINSTALL_CERTIFICATE",
  device_type: "all",
  command_args: { cert_alias_name: alias, cert_storage_type: "system" },
});

const installArguments = (alias: string, file: string, password: string) => ({
  cert_file_type: "pkcs12",
  cert_data_base64: file,
  cert_password: password,
  cert_alias_name: alias,
  cert_storage_type: "system",
});

const errorProbes: readonly Probe[] = [
  {
    question: "What does a 401 look like?",
    find: async ({ askWithKey }) => refusalWords(await askWithKey(`wrong-${randomUUID()}`, commandsPath)),
  },
  {
    question: "What does a 400 look like (a command that does not exist, to a device that does not exist)?",
    find: async ({ ask }) => {
      const body = { command_type: "DEVICE", devices: [randomUUID()], device_type: "all", command: "NO_SUCH_COMMAND" };
      return refusalWords(await ask("POST", commandsPath, {}, body));
    },
  },
  {
    question: "What does a 404 look like?",
    find: async ({ ask }) => refusalWords(await ask("GET", `${commandsPath}${randomUUID()}/`)),
  },
];

const sendProbes: readonly Probe[] = [
  {
    question: "Are the file and the password readable in the command's own record?",
    find: async ({ ask, alias, password, newFile, online, sendAndWait }) => {
      const [device] = online;
      if (device === undefined) return noDevice;
      const file = await newFile();
      const [row] = await sendAndWait("INSTALL_CERTIFICATE", installArguments(alias, file, password), [device]);
      await sendAndWait("UNINSTALL_CERTIFICATE", uninstall(alias).command_args, [device]);
      if (row === undefined) return "the request has no status row";
      const { status, body } = await ask("GET", `${commandsPath}${row.requestId}/`);
      const args = fieldOf(body, "command_args");
      const echo = (name: string, sent: string): string => {
        const value = fieldOf(args, name);
        return `${name} ${value === sent ? "is readable as it was sent" : value === undefined ? "is absent" : "is replaced"}`;
      };
      return `${status}; ${echo("cert_data_base64", file)}; ${echo("cert_password", password)}`;
    },
  },
  {
    question: "What is the reason text of an INSTALL with a wrong password?",
    find: async (tenant) => reasonOf(tenant, installArguments(tenant.alias, await tenant.newFile(), "certainly-wrong")),
  },
  {
    question: "What is the reason text of an INSTALL whose file is no PKCS#12?",
    find: (tenant) =>
      reasonOf(tenant, installArguments(tenant.alias, Buffer.from("no such file").toString("base64"), tenant.password)),
  },
  {
    question: "Is an alias of 200 characters with blanks and umlauts accepted?",
    find: async ({ alias, password, newFile, online, sendAndWait, quote }) => {
      const [device] = online;
      if (device === undefined) return noDevice;
      const long = `${alias} äöü ${"x".repeat(200)}`.slice(0, 200);
      const [row] = await sendAndWait("INSTALL_CERTIFICATE", installArguments(long, await newFile(), password), [
        device,
      ]);
      await sendAndWait("UNINSTALL_CERTIFICATE", uninstall(long).command_args, [device]);
      return `${row?.stateText ?? "no status row"}${row?.reason === undefined ? "" : `: ${quote(row.reason) ?? "(not shown)"}`}`;
    },
  },
  {
    question: "What happens to a device id that nobody knows?",
    find: async ({ ask, alias }) => {
      const body = { ...uninstall(alias), command_type: "DEVICE", devices: [randomUUID()] };
      const sent = await ask("POST", commandsPath, {}, body);
      if (sent.status >= 300) return refusalWords(sent);
      const rows = await ask("GET", statusPath, { request: String(fieldOf(sent.body, "id")), limit: "10" });
      return `accepted (${sent.status}), ${listOf(rows.body).length} status rows`;
    },
  },
  {
    question: "Does the same device twice in a request make two status rows?",
    find: async ({ ask, alias, online }) => {
      const [device] = online;
      if (device === undefined) return noDevice;
      const body = { ...uninstall(alias), command_type: "DEVICE", devices: [device.id, device.id] };
      const sent = await ask("POST", commandsPath, {}, body);
      if (sent.status >= 300) return refusalWords(sent);
      const rows = await ask("GET", statusPath, { request: String(fieldOf(sent.body, "id")), limit: "10" });
      return `accepted (${sent.status}), ${listOf(rows.body).length} status rows at once`;
    },
  },
  {
    question: "Whom does a GROUP command reach, sub-groups included, and are its rows there at once?",
    find: async ({ ask, alias, group, devices }) => {
      const sent = await ask(
        "POST",
        commandsPath,
        {},
        { ...uninstall(alias), command_type: "GROUP", groups: [group.id] },
      );
      if (sent.status >= 300) return refusalWords(sent);
      const rows = await ask("GET", statusPath, { request: String(fieldOf(sent.body, "id")), limit: "250" });
      return `${countOf(rows.body) ?? "unknown"} rows at once, for ${devices.length} devices of the group and its sub-groups`;
    },
  },
  {
    question: "Does the V2 endpoint take a certificate command?",
    find: async ({ ask, alias, online }) => {
      const [device] = online;
      if (device === undefined) return noDevice;
      const token = await ask("GET", "/v1/token-info/");
      const enterprise = String(fieldOf(token.body, "enterprise"));
      const body = { ...uninstall(alias), command_type: "DEVICE", devices: [device.id] };
      const sent = await ask("POST", `/v0/enterprise/${encodeURIComponent(enterprise)}/command/`, {}, body);
      return sent.status < 300 ? `accepted (${sent.status})` : refusalWords(sent);
    },
  },
];

const readProbes: readonly Probe[] = [
  {
    question: "Which scopes does the key name, and do any speak of commands or certificates?",
    find: async ({ ask, quote }) => {
      const { body } = await ask("GET", "/v1/token-info/");
      const scopes = fieldOf(body, "scope");
      const names = (Array.isArray(scopes) ? scopes : []).filter((scope) => typeof scope === "string");
      const telling = names.filter((name) => /command|certif/i.test(name)).flatMap((name) => quote(name) ?? []);
      return `${names.length} scopes; ${telling.slice(0, 20).join(", ") || "none speaks of them"}`;
    },
  },
  {
    question: "Is the group filter `name` exact, and does it mind the case?",
    find: async ({ ask, group }) => {
      const token = await ask("GET", "/v1/token-info/");
      const path = `/enterprise/${encodeURIComponent(String(fieldOf(token.body, "enterprise")))}/devicegroup/`;
      const finds = async (name: string): Promise<boolean> => {
        const { body } = await ask("GET", path, { name, limit: "250" });
        return listOf(body).some((row) => fieldOf(row, "id") === group.id);
      };
      const half = group.name.slice(0, Math.max(1, Math.floor(group.name.length / 2)));
      const swapped = group.name === group.name.toUpperCase() ? group.name.toLowerCase() : group.name.toUpperCase();
      const yes = (is: boolean): string => (is ? "found" : "not found");
      return `by its whole name ${yes(await finds(group.name))}, by the first half ${yes(await finds(half))}, in the other case ${yes(await finds(swapped))}`;
    },
  },
  {
    question: "How many rows does a page of commands have when 1000 are asked for, and of status rows?",
    find: async ({ ask, online }) => {
      const commands = await ask("GET", commandsPath, { limit: "1000", offset: "0" });
      const whole = `${listOf(commands.body).length} of ${countOf(commands.body) ?? "an unknown number of"} commands`;
      const [device] = online;
      if (commands.status >= 300 || device === undefined) return `${commands.status}; ${whole}`;
      const rows = await ask("GET", statusPath, { device: device.id, limit: "1000", offset: "0" });
      return `${whole}; ${listOf(rows.body).length} of ${countOf(rows.body) ?? "an unknown number of"} status rows of a device`;
    },
  },
  {
    question: "How many ids does `request=` of the status list take?",
    find: async ({ ask }) => {
      const seen: string[] = [];
      for (const ids of [50, 100, 200]) {
        const request = Array.from({ length: ids }, () => randomUUID()).join(",");
        const { status } = await ask("GET", statusPath, { request, limit: "1" });
        seen.push(`${ids}: ${status}`);
      }
      return seen.join(", ");
    },
  },
  {
    question: "In which order are commands listed, and what is the link to the page before called?",
    find: async ({ ask }) => {
      const { body } = await ask("GET", commandsPath, { limit: "20", offset: "0" });
      const instants = listOf(body).map((row) => Date.parse(String(fieldOf(row, "created_at"))));
      const falls = instants.every((at, index) => index === 0 || at <= (instants[index - 1] ?? at));
      const rises = instants.every((at, index) => index === 0 || at >= (instants[index - 1] ?? at));
      const order = instants.length < 2 ? "too few to tell" : falls ? "newest first" : rises ? "oldest first" : "none";
      const link = ["prev", "previous"].filter((name) => fieldOf(body, name) !== undefined);
      return `${order}; ${link.join(" and ") || "there is none"}`;
    },
  },
  {
    question: "Which states do the devices of the group show for their last commands?",
    find: async ({ ask, online }) => {
      const [device] = online;
      if (device === undefined) return noDevice;
      const { body } = await ask("GET", statusPath, { device: device.id, limit: "100", offset: "0" });
      return tally(listOf(body).map((row) => String(fieldOf(row, "state"))));
    },
  },
];

/** Only when it is asked for: it slows other users of the tenant down. */
const rateLimitProbe: Probe = {
  question: "After how many reads does the rate limit strike, and does it say Retry-After?",
  find: async ({ ask }) => {
    const most = 1_000;
    for (let asked = 0; asked < most; asked += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask("GET", "/v1/token-info/")));
      const limited = answers.find(({ status }) => status === 429);
      if (limited === undefined) continue;
      return `after ${asked} to ${asked + 20} reads; Retry-After: ${limited.retryAfter ?? "absent"}; ${refusalWords(limited)}`;
    }
    return `not within ${most} reads`;
  },
};

export function probesFor({ withRateLimit }: { readonly withRateLimit: boolean }): readonly Probe[] {
  return [...readProbes, ...errorProbes, ...sendProbes, ...(withRateLimit ? [rateLimitProbe] : [])];
}

async function reasonOf(
  { online, sendAndWait, quote }: LiveTenant,
  args: Readonly<Record<string, string>>,
): Promise<string> {
  const [device] = online;
  if (device === undefined) return noDevice;
  const [row] = await sendAndWait("INSTALL_CERTIFICATE", args, [device]);
  if (row === undefined) return "no status row";
  return `${row.stateText}: ${row.reason === undefined ? "no reason" : (quote(row.reason) ?? "(its words repeat what was sent)")}`;
}
