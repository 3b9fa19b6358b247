// Vault as an issuer: reads `source.issuer.vault`, and in it the one way in. It holds names of variables, never their values.

import { addressProblem, type IssuerSettings, type VaultLogin } from "../../../issuers";
import type { Fields } from "../reader";
import { readEnv } from "./env";

const ways = ["tokenEnv", "appRole", "jwt"] as const;
const defaultMount = "pki";
const defaultTokenEnv = "VAULT_TOKEN";

export function readVault(issuer: Fields): IssuerSettings | undefined {
  const vault = issuer.object("vault");
  if (vault === undefined) return undefined;
  vault.refuseOthers(["address", "mount", "role", "namespace", "caFile", ...ways]);
  const address = readAddress(vault);
  const mount = vault.has("mount") ? readPath(vault, "mount") : defaultMount;
  const role = readPath(vault, "role");
  const namespace = vault.has("namespace") ? readPath(vault, "namespace") : undefined;
  const caFile = vault.string("caFile");
  const login = readLogin(vault);
  if (caFile === "") return vault.fail("caFile", "must not be empty");
  const isUnusable = (name: string, read: unknown): boolean => vault.has(name) && read === undefined;
  if (isUnusable("namespace", namespace) || isUnusable("caFile", caFile)) return undefined;
  if (address === undefined || mount === undefined || role === undefined || login === undefined) return undefined;
  const where = { ...(namespace !== undefined && { namespace }), ...(caFile !== undefined && { caFile }) };
  return { kind: "vault", address, mount, role, login, ...where };
}

function readAddress(vault: Fields): string | undefined {
  if (!vault.has("address")) return vault.fail("address", 'is required, such as "https://vault.acme.com"');
  const address = vault.string("address");
  if (address === undefined) return undefined;
  const problem = addressProblem(address);
  return problem === undefined ? new URL(address).origin : vault.fail("address", problem);
}

/** A part of a path of Vault's, without the slashes around it. */
function readPath(fields: Fields, name: string): string | undefined {
  if (!fields.has(name)) return fields.fail(name, "is required");
  const path = fields.string(name)?.replace(/^\/+|\/+$/g, "");
  if (path === undefined) return undefined;
  const isPath = /^[\w.-]+(?:\/[\w.-]+)*$/.test(path) && !path.split("/").some((part) => /^\.+$/.test(part));
  return isPath ? path : fields.fail(name, "must be a name of letters, digits, _, - and ., with / between names");
}

function readLogin(vault: Fields): VaultLogin | undefined {
  const given = ways.filter((name) => vault.has(name));
  const [way = "tokenEnv"] = given;
  if (given.length > 1) return vault.fail(way, "one way in is enough: tokenEnv, appRole or jwt");
  if (way === "appRole") return readAppRole(vault);
  if (way === "jwt") return readJwt(vault);
  const tokenEnv = vault.has("tokenEnv") ? readEnv(vault, "tokenEnv") : defaultTokenEnv;
  return tokenEnv === undefined ? undefined : { kind: "token", tokenEnv };
}

function readAppRole(vault: Fields): VaultLogin | undefined {
  const appRole = vault.object("appRole");
  if (appRole === undefined) return undefined;
  appRole.refuseOthers(["roleId", "secretIdEnv"]);
  const roleId = requiredString(appRole, "roleId");
  const secretIdEnv = requiredEnv(appRole, "secretIdEnv");
  return roleId === undefined || secretIdEnv === undefined ? undefined : { kind: "appRole", roleId, secretIdEnv };
}

function readJwt(vault: Fields): VaultLogin | undefined {
  const jwt = vault.object("jwt");
  if (jwt === undefined) return undefined;
  jwt.refuseOthers(["mount", "role", "tokenEnv"]);
  const mount = jwt.has("mount") ? readPath(jwt, "mount") : "jwt";
  const role = requiredString(jwt, "role");
  const tokenEnv = requiredEnv(jwt, "tokenEnv");
  if (mount === undefined || role === undefined || tokenEnv === undefined) return undefined;
  return { kind: "jwt", mount, role, tokenEnv };
}

function requiredString(fields: Fields, name: string): string | undefined {
  const text = fields.string(name);
  return fields.has(name) && text !== "" ? text : fields.fail(name, "is required");
}

function requiredEnv(fields: Fields, name: string): string | undefined {
  return fields.has(name) ? readEnv(fields, name) : fields.fail(name, "is required");
}
