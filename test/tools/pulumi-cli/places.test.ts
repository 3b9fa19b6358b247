// The order in which a Pulumi CLI is looked for. Follows docs/design.md, section 10.

import { expect } from "chai";
import { delimiter } from "node:path";
import { cacheFolder, foldersToLookIn, type Surroundings } from "../../../tools/pulumi-cli/places";

const home = "/the/home";
const linux = (env: Surroundings["env"]): Surroundings => ({ env, home, platform: "linux" });

describe("tools/pulumi-cli/places", () => {
  it("looks on the PATH first, then in Pulumi's own cache from the newest version on, then at what was built here", () => {
    const env = { PATH: ["/usr/bin", "", "relative", "/opt/bin"].join(delimiter) };
    expect(foldersToLookIn(linux(env), ["3.99.0", ".DS_Store", "3.250.0", "3.100.0"], "3.250.0")).to.deep.equal([
      "/usr/bin",
      "/opt/bin",
      `${home}/.pulumi/bin`,
      `${home}/.pulumi/versions/3.250.0/bin`,
      `${home}/.pulumi/versions/3.100.0/bin`,
      `${home}/.pulumi/versions/3.99.0/bin`,
      `${home}/.cache/pulumi-esper/pulumi-3.250.0/bin`,
    ]);
  });

  it("respects PULUMI_HOME", () => {
    expect(foldersToLookIn(linux({ PULUMI_HOME: "/srv/pulumi" }), ["3.250.0"], "3.250.0").slice(0, 2)).to.deep.equal([
      "/srv/pulumi/bin",
      "/srv/pulumi/versions/3.250.0/bin",
    ]);
  });

  it("builds into XDG_CACHE_HOME, or else into the platform's folder for caches", () => {
    expect(cacheFolder(linux({ XDG_CACHE_HOME: "/var/cache/builds" }))).to.equal("/var/cache/builds/pulumi-esper");
    expect(cacheFolder(linux({ XDG_CACHE_HOME: "not/absolute" }))).to.equal(`${home}/.cache/pulumi-esper`);
    expect(cacheFolder({ env: {}, home, platform: "darwin" })).to.equal(`${home}/Library/Caches/pulumi-esper`);
  });
});
