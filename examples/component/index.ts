// Two sites, each with the company's root certificate and a client certificate of its own.

import * as pulumi from "@pulumi/pulumi";
import { SiteCertificates } from "./site-certificates";

const config = new pulumi.Config();
// The files here are test certificates, and their password is published.
const password = config.getSecret("p12Password") ?? "changeit";
const root = "certs/root.p12";

const sites = [
  new SiteCertificates("berlin", { group: "Berlin", root, client: "certs/berlin.p12", password }),
  new SiteCertificates("hamburg", { group: "Hamburg", root, client: "certs/hamburg.p12", password }),
];

export const [berlin, hamburg] = sites.map(({ coverage }) => coverage);
