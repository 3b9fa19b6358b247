// The certificate and key of an own authority: read where the program keeps them, and looked at before anything is signed.

import { type KeyObject, X509Certificate, createPrivateKey } from "node:crypto";
import { fromPem, type Certificate } from "../../pkcs12";
import { IssuerError, type IssuerContext } from "../issuer";
import { readKept } from "../kept";
import type { AuthoritySettings } from "../settings";
import { type Signing, signingOf } from "../x509/signed";

export interface AuthorityMaterial {
  readonly certificate: Certificate;
  /** Its own, and what stands beside it in the same file. */
  readonly all: readonly Certificate[];
  readonly key: KeyObject;
  readonly signing: Signing;
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
  const signer = createPrivateKey({ key: secret.pkcs8, format: "der", type: "pkcs8" });
  const signing = signingOf(signer);
  if (signing === undefined) {
    throw closed("cannot sign: its key must be RSA (1,024 bits or more), EC (P-256, P-384, P-521) or Ed25519");
  }
  return { certificate: own, all: material.certificates, key: signer, signing };
}

function closed(clause: string): IssuerError {
  return new IssuerError("closed", clause);
}
