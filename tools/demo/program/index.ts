import * as esper from "pulumi-esper";

const groups = ["Shops", "Warehouses"].map(async (name) => (await esper.getGroup({ name })).id);

const client = new esper.Certificate("corp-client", {
  alias: "corp-client",
  target: { groups },
  source: { file: "corp-client.p12", passwordEnv: "P12_PASSWORD" },
});

export const coverage = client.coverage;
