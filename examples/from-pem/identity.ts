// A client certificate with its key and its root, made once and kept in the stack, the key encrypted: what the resources of
// @pulumi/tls do, on node-forge. The root signs this one certificate; its own key is thrown away.

import * as pulumi from "@pulumi/pulumi";

interface Inputs {
  readonly commonName: string;
  readonly validDays: number;
}

export interface IdentityArgs {
  readonly commonName: pulumi.Input<string>;
  readonly validDays: pulumi.Input<number>;
}

/** The engine stores its text and runs it elsewhere: what it needs is imported where it is used. */
const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async create(inputs) {
    const { pki, md } = (await import("node-forge")).default;
    const { generateKeyPairSync, randomBytes } = await import("node:crypto");

    const newKey = () => {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    };
    const unsigned = (commonName: string, privateKeyPem: string) => {
      const { n, e } = pki.privateKeyFromPem(privateKeyPem);
      const certificate = pki.createCertificate();
      certificate.publicKey = pki.setRsaPublicKey(n, e);
      certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
      certificate.validity.notBefore = new Date();
      certificate.validity.notAfter = new Date(Date.now() + inputs.validDays * 24 * 3_600_000);
      certificate.setSubject([{ name: "commonName", value: commonName }]);
      return certificate;
    };

    const rootKey = newKey();
    const root = unsigned(`Root of ${inputs.commonName}`, rootKey);
    root.setIssuer(root.subject.attributes);
    root.setExtensions([{ name: "basicConstraints", critical: true, cA: true }]);
    root.sign(pki.privateKeyFromPem(rootKey), md.sha256.create());

    const privateKey = newKey();
    const leaf = unsigned(inputs.commonName, privateKey);
    leaf.setIssuer(root.subject.attributes);
    leaf.setExtensions([{ name: "extKeyUsage", clientAuth: true }]);
    leaf.sign(pki.privateKeyFromPem(rootKey), md.sha256.create());

    const made = { certificate: pki.certificateToPem(leaf), chain: pki.certificateToPem(root), privateKey };
    return { id: leaf.serialNumber, outs: { ...inputs, ...made } };
  },

  /** Another name or life is another certificate, with another key. */
  diff(_id, old, now) {
    const changed = (["commonName", "validDays"] as const).filter((name) => old[name] !== now[name]);
    return Promise.resolve({ changes: changed.length > 0, replaces: changed });
  },
};

export class Identity extends pulumi.dynamic.Resource {
  declare public readonly certificate: pulumi.Output<string>;
  declare public readonly chain: pulumi.Output<string>;
  declare public readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: IdentityArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { certificate: undefined, chain: undefined, privateKey: undefined };
    const secretly = { ...opts, additionalSecretOutputs: ["privateKey"] };
    super(provider, name, { ...args, ...outputs }, secretly, "fleet", "Identity");
  }
}
