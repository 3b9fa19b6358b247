// A key and its certificate, made once and kept in the stack, the key encrypted: signed by itself, or by another one. It has the
// shape of what the resources of @pulumi/tls make, on node-forge.

import * as pulumi from "@pulumi/pulumi";

interface Inputs {
  readonly commonName: string;
  readonly validDays: number;
  readonly issuerCertificate?: string;
  readonly issuerKey?: string;
}

export interface IdentityArgs {
  readonly commonName: pulumi.Input<string>;
  readonly validDays: pulumi.Input<number>;
  /** Who signs it; without one it is an authority that signs itself. */
  readonly issuer?: Identity;
}

/** The engine stores its text and runs it elsewhere: what it needs is imported where it is used. */
const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async create({ issuerKey, ...inputs }) {
    const { pki, md } = (await import("node-forge")).default;
    const { generateKeyPairSync, randomBytes } = await import("node:crypto");

    const { privateKey: newKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const privateKey = newKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { n, e } = pki.privateKeyFromPem(privateKey);
    const certificate = pki.createCertificate();
    certificate.publicKey = pki.setRsaPublicKey(n, e);
    certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
    certificate.validity.notBefore = new Date();
    certificate.validity.notAfter = new Date(Date.now() + inputs.validDays * 24 * 3_600_000);
    certificate.setSubject([{ name: "commonName", value: inputs.commonName }]);
    if (inputs.issuerCertificate === undefined) {
      certificate.setIssuer(certificate.subject.attributes);
      certificate.setExtensions([{ name: "basicConstraints", critical: true, cA: true }]);
    } else {
      certificate.setIssuer(pki.certificateFromPem(inputs.issuerCertificate).subject.attributes);
      certificate.setExtensions([{ name: "extKeyUsage", clientAuth: true }]);
    }
    certificate.sign(pki.privateKeyFromPem(issuerKey ?? privateKey), md.sha256.create());

    const made = { certificate: pki.certificateToPem(certificate), privateKey };
    return { id: certificate.serialNumber, outs: { ...inputs, ...made } };
  },

  /** Another name, life or issuer is another certificate, with another key. */
  diff(_id, old, now) {
    const deciding = ["commonName", "validDays", "issuerCertificate"] as const;
    const changed = deciding.filter((name) => old[name] !== now[name]);
    return Promise.resolve({ changes: changed.length > 0, replaces: changed });
  },
};

export class Identity extends pulumi.dynamic.Resource {
  declare public readonly certificate: pulumi.Output<string>;
  declare public readonly privateKey: pulumi.Output<string>;

  constructor(name: string, { issuer, ...args }: IdentityArgs, opts?: pulumi.CustomResourceOptions) {
    const signer = issuer && { issuerCertificate: issuer.certificate, issuerKey: issuer.privateKey };
    const outputs = { certificate: undefined, privateKey: undefined };
    const secretly = { ...opts, additionalSecretOutputs: ["privateKey"] };
    super(provider, name, { ...args, ...signer, ...outputs }, secretly, "fleet", "Identity");
  }
}
