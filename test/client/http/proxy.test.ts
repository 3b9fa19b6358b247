// The way through a proxy: when it is taken, and what is said where it leads nowhere. The proxy is a real one.

import { expect } from "chai";
import { inspect } from "node:util";
import { isExempt } from "../../../provider/proxy";
import { startAnswering } from "../../support/answering-server";
import { startProxy, withProxies, type Temper } from "../../support/proxy";
import { quickClock } from "../../support/quick-clock";
import { behindProxy } from "../../support/tls-behind-proxy";
import { benchFor, commandFor, refusalOf } from "../harness";

const host = "acme-api.esper.invalid";
const esper = `https://${host}/api`;
/** A label of more than 63 letters exists nowhere, and no name server needs to be asked. */
const nowhere = `${"x".repeat(64)}.esper.invalid`;

const listDevices = (url: string): Promise<Error> => refusalOf(benchFor(url, quickClock(50)).client.devices({}, 0));

/** What listing devices, and sending a command, through such a proxy end with. */
async function endsAt(temper: Temper) {
  const proxy = await startProxy(temper);
  try {
    return await withProxies({ HTTPS_PROXY: proxy.url }, async () => {
      const error = await listDevices(esper);
      const { length: asked } = proxy.seen;
      const sending = await refusalOf(benchFor(esper, quickClock(50)).client.send(commandFor(["d"])));
      return { error, asked, sending, seen: proxy.seen };
    });
  } finally {
    proxy.close();
  }
}

describe("a proxy", () => {
  it("named in HTTPS_PROXY is asked for a tunnel, and does not see the key", async () => {
    const { seen } = await endsAt(407);
    expect(seen[0]).to.match(/^CONNECT acme-api\.esper\.invalid:443 /);
    expect(seen.join("")).not.to.include("simulator-key");
  });

  it("which is written without a scheme is spoken to in clear, as curl and Go do", async () => {
    const proxy = await startProxy(407);
    const error = await withProxies({ HTTPS_PROXY: proxy.url.replace("http://", "") }, () => listDevices(esper));
    proxy.close();
    expect(error.message).to.include("(407)");
  });

  const direct = `or put ${host} into NO_PROXY where it is reached without a proxy.`;
  const tempers: readonly [string, Temper, string, number][] = [
    [
      "wants a sign-in",
      407,
      "the proxy wants a sign-in (407). Put user and password into HTTPS_PROXY, or the host into NO_PROXY.",
      1,
    ],
    [
      "does not let the host through",
      403,
      `the proxy of HTTPS_PROXY does not let requests to ${host} through (403); Esper was not asked. Have the proxy's administrator allow it, ${direct}`,
      1,
    ],
    [
      "answers 401, which says nothing of the API key",
      401,
      `the proxy of HTTPS_PROXY does not let requests to ${host} through (401); Esper was not asked. Have the proxy's administrator allow it, ${direct}`,
      1,
    ],
    [
      "does not reach the host",
      502,
      `the proxy of HTTPS_PROXY could not reach ${host} (502); Esper was not asked. Try again later, ${direct}`,
      4,
    ],
    [
      "is busy",
      429,
      `the proxy of HTTPS_PROXY could not reach ${host} (429); Esper was not asked. Try again later, ${direct}`,
      4,
    ],
    [
      "speaks no HTTP",
      Number.NaN,
      `what HTTPS_PROXY names answers in something else than HTTP; Esper was not asked. Check HTTPS_PROXY, ${direct}`,
      4,
    ],
    [
      "closes the connection",
      "close",
      `the proxy of HTTPS_PROXY closed the connection without an answer; Esper was not asked. Check HTTPS_PROXY, ${direct}`,
      4,
    ],
  ];
  for (const [name, temper, sentence, times] of tempers) {
    it(`that ${name} is told from Esper, and what was sent has certainly not arrived`, async () => {
      const { error, asked, sending } = await endsAt(temper);
      expect(error.message).to.equal(`Could not list devices: ${sentence}`);
      expect(asked).to.equal(times);
      expect(error).to.include({ name: "NetworkError", mayHaveArrived: false });
      expect(sending).to.include({ name: "NetworkError", mayHaveArrived: false });
    });
  }

  it("that cannot be reached is named, not Esper", async () => {
    const { message } = await withProxies({ HTTPS_PROXY: "http://127.0.0.1:1" }, () => listDevices(esper));
    expect(message).to.include("the proxy of HTTPS_PROXY cannot be reached (ECONNREFUSED); Esper was not asked. ");
  });

  const unusable: readonly [string, string, RegExp][] = [
    ["is no URL", "http://user:s3cr3t#pw@127.0.0.1:1", /^HTTPS_PROXY \(or ALL_PROXY\) is not a URL; .*%23/],
    ["is of another kind", "socks5://user:s3cr3t@127.0.0.1:1", /names no HTTP proxy/],
    ["holds a lone % in its password", "http://user:s3cr3t%pw@127.0.0.1:1", /write %25 for it/],
  ];
  for (const [name, proxy, sentence] of unusable) {
    it(`which ${name} is refused in a sentence that does not show it`, async () => {
      const error = await withProxies({ HTTPS_PROXY: proxy }, () => listDevices(esper));
      expect(error.name).to.equal("SettingError");
      expect(error.message).to.match(sentence).and.not.include("s3cr3t");
      expect(inspect(error)).not.to.include("s3cr3t");
    });
  }

  it("is not asked for a loopback address", async () => {
    const proxy = await startProxy(407);
    const server = await startAnswering(() => ({ body: { content: { count: 0, results: [] } } }));
    await withProxies({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }, () =>
      benchFor(server.url, quickClock(1)).client.devices({}, 0),
    );
    proxy.close();
    await server.close();
    expect(proxy.seen).to.have.length(0);
  });

  for (const name of ["NO_PROXY", "no_proxy"] as const) {
    it(`is not asked for a host below a domain that ${name} names; that there is none then mentions HTTPS_PROXY`, async () => {
      const proxy = await startProxy(407);
      const variables = { HTTPS_PROXY: proxy.url, [name]: "other.example, esper.invalid" };
      const { message } = await withProxies(variables, () => listDevices(`https://${nowhere}/api`));
      proxy.close();
      expect(proxy.seen).to.have.length(0);
      expect(message).to.match(/the host \S+ does not exist \(ENOTFOUND\)\. .*ESPER_TENANT.*, set HTTPS_PROXY\.$/);
    });
  }

  it("is left out for the names that curl and Go leave it out for", () => {
    const exempt = (noProxy: string, url = "https://Acme-api.esper.cloud/api"): boolean =>
      isExempt(new URL(url), noProxy);
    for (const noProxy of ["esper.cloud", ".esper.cloud", "acme-api.esper.cloud", "ESPER.cloud:443", "a, esper.cloud."])
      expect(exempt(noProxy), noProxy).to.equal(true);
    for (const noProxy of ["", "sper.cloud", "api.esper.cloud", "esper.cloud:8443", "esper", "x.acme-api.esper.cloud"])
      expect(exempt(noProxy), noProxy).to.equal(false);
    expect(exempt("esper.cloud:8443", "https://acme-api.esper.cloud:8443/api")).to.equal(true);
    expect(exempt(".esper.cloud", "https://esper.cloud/api")).to.equal(false);
  });

  const lives: readonly [string, number, number, RegExp][] = [
    [
      "begins in five days",
      5,
      30,
      /is not valid yet \(CERT_NOT_YET_VALID\) by this machine's clock, which says \d{4}-.*Z\. Check the clock first/,
    ],
    [
      "ended five days ago",
      -30,
      -5,
      /is no longer valid \(CERT_HAS_EXPIRED\) by this machine's clock, which says \d{4}-.*Z\. Check the clock first/,
    ],
    ["is valid now", -5, 5, /Esper does not accept the API key \(401\)/],
  ];
  for (const [name, fromDays, toDays, sentence] of lives) {
    it(`with a tunnel to a certificate that ${name} ${fromDays < 0 && toDays > 0 ? "lets Esper answer" : "points at the clock"}`, async () => {
      const { message } = await behindProxy(host, { fromDays, toDays }, () => listDevices(esper));
      expect(message).to.match(sentence);
    });
  }
});
