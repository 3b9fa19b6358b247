// The workflows of this repository, and the pipeline files that users copy: that they are YAML with the jobs they promise,
// run what exists, and may do no more than they need. Whether GitHub and GitLab take them only they can tell.

import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { manifest } from "../package/packed";
import { at, listAt } from "../support/story";
import { root } from "./markdown";

const ours = readdirSync(join(root, ".github", "workflows")).map((name) => `.github/workflows/${name}`);
const users = ["docs/pipelines/github-actions.yml", "docs/pipelines/gitlab-ci.yml"];

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The only document in a file. A key that is there twice is a mistake too. */
function parsed(text: string): unknown {
  const documents = parseAllDocuments(text);
  const [only] = "empty" in documents ? [] : documents;
  if (only === undefined) throw new Error("The file holds no document.");
  const problems = [...documents].flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (problems.length > 0 || documents.length !== 1) throw new Error(problems.map(String).join("\n"));
  return only.toJS();
}

function workflow(path: string): unknown {
  return parsed(read(path));
}

function entriesAt(value: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] {
  const found = at(value, ...path);
  return typeof found === "object" && found !== null ? Object.entries(found) : [];
}

interface Step {
  readonly uses: string | undefined;
  readonly run: string | undefined;
}

function stepsOf(job: unknown): readonly Step[] {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return listAt(job, "steps").map((step) => ({ uses: text(at(step, "uses")), run: text(at(step, "run")) }));
}

function commandsOf(path: string): string {
  const jobs = entriesAt(workflow(path), "jobs");
  return jobs.flatMap(([, job]) => stepsOf(job).map(({ run }) => run ?? "")).join("\n");
}

/** npm scripts that no package has, and files that are not there. */
function missing(commands: string, scripts: Readonly<Record<string, string>>): readonly string[] {
  const runs = [...commands.matchAll(/\bnpm (?:run (?:--silent )?)([\w:-]+)/gu)].map(([, name = ""]) => name);
  const files = [...commands.matchAll(/(?:^|\s)(\.ci\/\S+|tools\/\S+)/gmu)].map(([, name = ""]) => name);
  return [...runs.filter((name) => !(name in scripts)), ...files.filter((name) => !existsSync(join(root, name)))];
}

describe("the workflows", () => {
  for (const path of ours) {
    it(`${path} runs only scripts and files that exist`, async () => {
      expect(commandsOf(path)).to.include(".ci/run");
      expect(missing(commandsOf(path), (await manifest()).scripts)).to.deep.equal([]);
    });

    it(`${path} takes each action as it was at one commit, and says which version that is`, () => {
      const lines = read(path)
        .split("\n")
        .filter((line) => line.includes("uses:"));
      expect(lines).not.to.have.length(0);
      for (const line of lines) expect(line).to.match(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
    });

    it(`${path} ends by itself, and may read at most unless a job says more`, () => {
      const permissions = at(workflow(path), "permissions");
      expect([{}, { contents: "read" }]).to.deep.include(permissions);
      for (const [name, job] of entriesAt(workflow(path), "jobs")) {
        expect(at(job, "timeout-minutes"), name).to.be.a("number");
      }
    });
  }

  it("would be refused with a script or a file that does not exist", () => {
    expect(missing("npm run nothing\n.ci/nothing --now\nnpm run lint\n.ci/run", { lint: "x" })).to.deep.equal([
      "nothing",
      ".ci/nothing",
    ]);
  });

  it("would be refused when they are no YAML, or hold a key twice", () => {
    expect(() => parsed("a: [")).to.throw();
    expect(() => parsed("a: 1\na: 2\n")).to.throw();
    expect(() => parsed("a: 1\n---\nb: 2\n")).to.throw();
  });
});

describe("the release", () => {
  const release = workflow(".github/workflows/release.yml");

  it("comes from tags only, and is published after the checks, with its provenance", () => {
    expect(at(release, "on")).to.deep.equal({ push: { tags: ["v*"] } });
    expect(at(release, "jobs", "publish", "needs")).to.equal("check");
    const commands = stepsOf(at(release, "jobs", "publish")).map(({ run }) => run);
    expect(commands.at(-1)).to.match(/^npm publish --provenance --access public /u);
  });

  it("may write in two jobs, for the package and for the tag's files, which run nothing of ours and know no token", () => {
    const writing = entriesAt(release, "jobs").filter(([, job]) =>
      JSON.stringify(at(job, "permissions")).includes("write"),
    );
    expect(writing.map(([name, job]) => [name, at(job, "permissions")])).to.deep.equal([
      ["publish", { "id-token": "write" }],
      ["assets", { contents: "write" }],
    ]);
    for (const [, job] of writing) {
      expect(stepsOf(job).flatMap(({ run }) => run ?? [])).to.have.length(1);
      expect(stepsOf(job).filter(({ uses }) => uses?.startsWith("actions/checkout") === true)).to.deep.equal([]);
    }
    expect(read(".github/workflows/release.yml")).not.to.include("secrets.");
  });

  it("brings the plugin for each system, as a whole folder under the name that the engine asks for", async () => {
    const { version } = await manifest();
    const step = stepsOf(at(release, "jobs", "check")).find(({ run }) => run?.includes("assets") === true);
    const folder = mkdtempSync(join(tmpdir(), "pulumi-esper-assets-"));
    try {
      cpSync(join(root, "dist", "plugin"), join(folder, "dist", "plugin"), { recursive: true });
      copyFileSync(join(root, "package.json"), join(folder, "package.json"));
      expect(spawnSync("bash", ["-e", "-c", step?.run ?? "exit 99"], { cwd: folder }).status).to.equal(0);
      const made = readdirSync(join(folder, "assets"));
      const systems = ["linux", "darwin", "windows"].flatMap((os) => [`${os}-amd64`, `${os}-arm64`]);
      expect(made).to.have.members(systems.map((name) => `pulumi-resource-esper-v${version}-${name}.tar.gz`));
      const [first = ""] = made;
      const listed = spawnSync("tar", ["-tvzf", join(folder, "assets", first)], { encoding: "utf8" }).stdout;
      expect(listed)
        .to.match(/^-rwx.*pulumi-resource-esper$/mu)
        .and.include("LICENSES.txt");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused when the tag is not the version", async () => {
    const { version } = await manifest();
    const script = stepsOf(at(release, "jobs", "check")).find(
      ({ run }) => run?.includes("GITHUB_REF_NAME") === true,
    )?.run;
    const statusFor = (tag: string): number | null => {
      const env = { ...process.env, GITHUB_REF_NAME: tag };
      return spawnSync("bash", ["-e", "-c", script ?? "exit 99"], { cwd: root, env }).status;
    };
    expect(statusFor(`v${version}`)).to.equal(0);
    expect(statusFor("v9.9.9")).to.equal(1);
    expect(statusFor(version)).to.equal(1);
  });
});

describe("the updates of dependencies", () => {
  it("come weekly and grouped, for npm and for the actions", () => {
    const updates = listAt(workflow(".github/dependabot.yml"), "updates");
    expect(updates.map((update) => at(update, "package-ecosystem"))).to.deep.equal(["npm", "github-actions"]);
    for (const update of updates) {
      expect(at(update, "schedule", "interval")).to.equal("weekly");
      expect(entriesAt(update, "groups")).not.to.have.length(0);
    }
  });
});

describe("the files for many stacks", () => {
  const folder = "docs/scale";
  const matrix = `${folder}/github-actions.yml`;

  it("are YAML, each with what its engine asks for, and take no secret as it is", () => {
    const operator = parsed(read(`${folder}/kubernetes-operator.yaml`));
    expect(operator).to.deep.include({ apiVersion: "pulumi.com/v1", kind: "Stack" });
    expect(at(operator, "spec")).to.include.keys("stack", "projectRepo", "branch", "repoDir", "envRefs");
    for (const name of ["ESPER_API_KEY", "P12_PASSWORD", "PULUMI_ACCESS_TOKEN"]) {
      expect(at(operator, "spec", "envRefs", name, "type"), name).to.equal("Secret");
    }
    const settings = at(parsed(read(`${folder}/pulumi-deployments.yaml`)), "settings");
    expect(settings).to.have.keys("sourceContext", "gitHub", "operationContext");
    expect(at(settings, "operationContext", "environmentVariables")).to.not.have.any.keys("ESPER_API_KEY");
    expect(Object.keys(at(parsed(read(matrix)), "jobs") ?? {})).to.deep.equal(["site", "report"]);
  });

  it("the matrix runs as many stacks at a time as their pace adds up to, and reports on all of them", () => {
    const site = at(workflow(matrix), "jobs", "site");
    const perMinute = Number(at(site, "env", "ESPER_REQUESTS_PER_MINUTE"));
    expect(Number(at(site, "strategy", "max-parallel")) * perMinute).to.be.at.most(1_600);
    const stacks = listAt(site, "strategy", "matrix", "stack");
    const asked = [...commandsOf(matrix).matchAll(/--stack (\w+)/gu)].map(([, name]) => name);
    expect(asked).to.deep.equal(stacks);
  });
});

describe("the pipeline of certificates that Vault issues", () => {
  const path = "examples/issued/github-actions.yml";
  const job = at(workflow(path), "jobs", "up");

  it("renews every night, and no run of the stack is cut off by the next", () => {
    expect(entriesAt(workflow(path), "on").map(([name]) => name)).to.deep.equal(["push", "schedule"]);
    expect(at(workflow(path), "concurrency", "cancel-in-progress")).to.equal(false);
    expect(commandsOf(path)).to.include("pulumi up --stack prod --refresh --yes");
  });

  it("has no token of Vault's: it shows Vault one of its own, and may do nothing else with GitHub than read", () => {
    expect(at(workflow(path), "permissions")).to.deep.equal({ contents: "read", "id-token": "write" });
    expect(read(path)).not.to.match(/secrets\.\w*VAULT/u);
    const steps = listAt(job, "steps");
    const names = steps.map((step) => String(at(step, "uses") ?? at(step, "run")).replace(/[@ ].*$/u, ""));
    expect(names.indexOf("hashicorp/vault-action")).to.equal(names.indexOf("pulumi") - 1);
    const login = steps[names.indexOf("hashicorp/vault-action")];
    expect(at(login, "with")).to.include({ method: "jwt", role: "till", exportToken: true });
  });

  it("takes each action as it was at one commit, in the versions of the other files", () => {
    const usesOf = (file: string): readonly string[] =>
      [...read(file).matchAll(/uses: (.*)$/gmu)].map(([, uses = ""]) => uses);
    const others = usesOf(users[0] ?? "");
    for (const uses of usesOf(path)) {
      expect(uses).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
      if (!uses.startsWith("hashicorp/")) expect(others).to.include(uses);
    }
  });
});

describe("the pipeline files for users", () => {
  const [github = "", gitlab = ""] = users;

  it("are YAML with a job for each step", () => {
    expect(entriesAt(workflow(github), "jobs").map(([name]) => name)).to.deep.equal(["preview", "up", "nightly"]);
    expect(entriesAt(workflow(gitlab)).map(([name]) => name)).to.include.members(["preview", "up", "nightly"]);
  });

  it("preview a change, do it on the main branch, and look again every night", () => {
    const events = entriesAt(workflow(github), "on").map(([name]) => name);
    expect(events).to.deep.equal(["pull_request", "push", "schedule"]);
    expect(at(workflow(github), "on", "push", "branches")).to.deep.equal(["main"]);
    const when = { preview: "pull_request", up: "push", nightly: "schedule" };
    for (const [job, event] of Object.entries(when)) {
      expect(at(workflow(github), "jobs", job, "if")).to.include(`github.event_name == '${event}'`);
    }
    const sources = { preview: "merge_request_event", up: "push", nightly: "schedule" };
    for (const [job, source] of Object.entries(sources)) {
      expect(at(workflow(gitlab), job, "rules", 0, "if")).to.include(`$CI_PIPELINE_SOURCE == "${source}"`);
    }
  });

  it("let no run of the stack be cut off by the next", () => {
    expect(at(workflow(github), "concurrency", "cancel-in-progress")).to.equal(false);
    expect(at(workflow(gitlab), "up", "resource_group")).to.be.a("string");
    expect(at(workflow(github), "permissions")).to.deep.equal({ contents: "read" });
    expect(at(workflow(gitlab), "up", "interruptible")).to.equal(false);
    expect(at(workflow(gitlab), "nightly", "resource_group")).to.equal(at(workflow(gitlab), "up", "resource_group"));
  });

  it("never drop a waiting update for a nightly run: each kind of run waits in a queue of its own", () => {
    expect(at(workflow(github), "concurrency", "group")).to.include("${{ github.event_name }}");
    for (const [name, job] of entriesAt(workflow(github), "jobs"))
      expect(at(job, "concurrency"), name).to.equal(undefined);
  });

  it("take each action as it was at one commit, and run nothing that was just downloaded", () => {
    const lines = read(github)
      .split("\n")
      .filter((line) => line.includes("uses:"));
    expect(lines).to.have.length(10);
    for (const line of lines) expect(line).to.match(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
    for (const path of users) expect(read(path), path).not.to.match(/curl|wget|\|\s*(ba)?sh\b/u);
    expect(at(workflow(gitlab), "image", "name")).to.match(/^pulumi\/pulumi-nodejs-22:\d+\.\d+\.\d+$/u);
  });

  it("keep the report of the night, also when it tells of something to do", () => {
    const steps = listAt(workflow(github), "jobs", "nightly", "steps");
    const upload = steps.find((step) => String(at(step, "uses")).startsWith("actions/upload-artifact@"));
    expect(at(upload, "if")).to.equal("always()");
    expect(at(upload, "with", "path")).to.equal("report.*");
    const summary = steps.find((step) => String(at(step, "run")).includes("GITHUB_STEP_SUMMARY"));
    expect(at(summary, "if")).to.equal("always()");
    expect(at(workflow(gitlab), "nightly", "artifacts")).to.deep.equal({
      when: "always",
      paths: ["report.html", "report.md", "report.prom"],
    });
  });
});
