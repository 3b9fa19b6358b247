// The certificate and key of an own authority: read where the program keeps them, and looked at before anything is signed.

import { X509Certificate, createPrivateKey, webcrypto } from "node:crypto";
import { fromPem, type Certificate } from "../../pkcs12";
import { IssuerError, type IssuerContext } from "../issuer";
import { readKept } from "../kept";
import type { AuthoritySettings } from "../settings";

export interface AuthorityMaterial {
  readonly certificate: Certificate;
  /** Its own, and what stands beside it in the same file. */
  readonly all: readonly Certificate[];
  readonly key: webcrypto.CryptoKey;
}

type Places = Pick<AuthoritySettings, "certificate" | "key" | "keyPasswordEnv">;

/** @throws IssuerError `closed` */
export async function readAuthority(settings: Places, context: IssuerContext): Promise<AuthorityMaterial> {
  const { environment, secrecy } = context;
  const key = readKept(settings.key, "the authority's key", context);
  secrecy.learn(key);
  const password = settings.keyPasswordEnv === undefined ? undefined : environment[settings.keyPasswordEnv];
  if (settings.keyPasswordEnv !== undefined && password === undefined) {
    throw closed(`was not asked: the environment variable ${settings.keyPasswordEnv} (the key's password) is not set`);
  }
  if (password !== undefined) secrecy.learn(password);
  const certificate = readKept(settings.certificate, "the authority's certificate", context);
  const material = await fromPem({ certificate, privateKey: key, privateKeyPassword: password }).catch(
    (error: unknown) => {
      if (!(error instanceof Error) || error.name !== "Pkcs12Error") throw error;
      throw closed(`cannot sign: ${error.message.replace(/privateKeyPassword/gu, "keyPasswordEnv")}`);
    },
  );
  const [own] = material.certificates;
  const [secret] = material.privateKeys;
  if (own === undefined || secret === undefined) throw closed("cannot sign: its certificate and key are no pair");
  secrecy.learn(secret.pkcs8);
  if (!new X509Certificate(own.der).ca) {
    throw closed(`cannot sign: the certificate ${own.subject} is no authority's (its basic constraints say CA:FALSE)`);
  }
  return { certificate: own, all: material.certificates, key: await keyFrom(secret.pkcs8) };
}

const curves: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

async function keyFrom(pkcs8: Buffer): Promise<webcrypto.CryptoKey> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey({
    key: pkcs8,
    format: "der",
    type: "pkcs8",
  });
  const curve = curves[details?.namedCurve ?? ""];
  const { subtle } = webcrypto;
  if (type === "rsa") {
    return await subtle.importKey("pkcs8", pkcs8, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["sign"]);
  }
  if (type === "ed25519") return await subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
  if (type === "ec" && curve !== undefined) {
    return await subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: curve }, false, ["sign"]);
  }
  throw closed("cannot sign: its key must be RSA, EC (P-256, P-384, P-521) or Ed25519");
}

function closed(clause: string): IssuerError {
  return new IssuerError("closed", clause);
}
