// Rules of a house about certificates, enforced on every program that is run with this pack.

const { PolicyPack } = require("@pulumi/policy");
const rules = require("pulumi-esper/policies");

new PolicyPack("esper-certificates", {
  policies: [
    rules.notEndingSoon({ days: 30 }),
    rules.strongAlgorithms({ rsaBits: 2048 }),
    rules.nothingSecretInline(),
    rules.stagedRollout({ devices: 4 }),
    // Where the house wants a key of its own for each device: enforcementLevel: "mandatory".
    rules.keyPerDevice({ devices: 1, enforcementLevel: "advisory" }),
  ],
});
