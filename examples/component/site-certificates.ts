// What a site's devices need to know the company and to be known by it: the company's root certificate, and a client
// certificate of the site's own. The names under which devices keep them are the same everywhere.

import * as pulumi from "@pulumi/pulumi";
import * as esper from "pulumi-esper";

export interface SiteCertificatesArgs {
  /** Name of the site's group in Esper. */
  readonly group: string;
  /** A PKCS#12 file with the root's certificate alone. */
  readonly root: string;
  /** A PKCS#12 file with certificate, key and issuers. */
  readonly client: string;
  /** Of both files. */
  readonly password: pulumi.Input<string>;
}

export class SiteCertificates extends pulumi.ComponentResource {
  public readonly coverage: pulumi.Output<Readonly<Record<"root" | "client", esper.CertificateCoverage>>>;

  constructor(
    name: string,
    { group, root, client, password }: SiteCertificatesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("fleet:index:SiteCertificates", name, {}, opts);
    const target = { group: esper.getGroup({ name: group }).then(({ id }) => id) };
    const trusted = new esper.Certificate(
      `${name}-root`,
      { alias: "corp-root", target, source: { file: root, password } },
      { parent: this },
    );
    const own = new esper.Certificate(
      `${name}-client`,
      { alias: "corp-client", target, source: { file: client, password } },
      // Trust comes first, and goes last.
      { parent: this, dependsOn: trusted },
    );
    this.coverage = pulumi.output({ root: trusted.coverage, client: own.coverage });
    this.registerOutputs({ coverage: this.coverage });
  }
}
