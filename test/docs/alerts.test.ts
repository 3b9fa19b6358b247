// The alert rules of docs/pipelines/alerts.yml and the table of metrics on docs/pipelines.md: each metric that they name is one
// that the report prints, and the page names all of them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { reportPrometheus } from "../../cli/report/prometheus";
import { reportOf } from "../../cli/report/report";
import { readStackExport } from "../../cli/report/stack-export";
import { exportOf, stored } from "../cli/report-given";
import { storedIssued } from "../cli/report-given-issued";
import { nowMs } from "../lifecycle/given";
import { at, listAt } from "../support/story";
import { document, root } from "./markdown";

const alerts: unknown = parse(readFileSync(join(root, "docs", "pipelines", "alerts.yml"), "utf8"));
const rules = listAt(alerts, "groups").flatMap((group) => listAt(group, "rules"));

function metricsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/pulumi_esper_[a-z_]+/gu)].map(([name]) => name))].sort();
}

const issuer = { vault: { address: "https://vault.acme.com", role: "till" } };
const both = [stored("corp"), storedIssued({ issuer, endsInDays: [80] })];
const printed = metricsIn(reportPrometheus(reportOf(readStackExport(exportOf(both)), nowMs)));

describe("the alert rules", () => {
  it("have a name, a condition, a severity and a summary each", () => {
    expect(rules).to.have.length(5);
    for (const rule of rules) {
      expect(at(rule, "alert")).to.match(/^Esper[A-Z]\w+$/u);
      expect(at(rule, "annotations", "summary")).to.be.a("string");
      expect(["warning", "critical"]).to.include(at(rule, "labels", "severity"));
    }
  });

  it("look at metrics that the report prints", () => {
    for (const rule of rules) {
      const named = metricsIn(String(at(rule, "expr")));
      expect(named).not.to.deep.equal([]);
      expect(printed).to.include.members([...named]);
    }
  });

  it("are explained by the page, which names every metric and no other", () => {
    expect(metricsIn(document("docs/pipelines.md").text)).to.deep.equal(printed);
  });
});
