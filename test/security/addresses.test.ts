import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { tenantErrors } from "../config/ask.ts";

/**
 * Requests go to Kandji and to public intakes, however somebody who can put a secret spells another address. What the checks
 * say about each spelling is in test/config/hosts.test.ts; here is where requests would go.
 */

/** Written without the code under test: what a host of Kandji or Iru looks like. */
const kandji = /^https:\/\/[a-z0-9]([a-z0-9-]*[a-z0-9])?\.api\.(eu\.)?(kandji\.io|iru\.com)$/;

/** Where a tenant's requests and its token would go; undefined when its secret is refused. */
function originOf(address: object): string | undefined {
  const { tenants } = readConfig({ TENANT_ACME: JSON.stringify({ token: "t", ...address }) });
  const tenant = tenants.get("acme");
  return tenant?.ok === true ? tenant.value.apiOrigin : undefined;
}

/** Where records would go; undefined when the secret is refused. */
function intakeOf(url: string, type = "webhook"): URL | undefined {
  const { destinations } = readConfig({ DESTINATION_SIEM: JSON.stringify({ type, url, ...keysOf[type] }) });
  const siem = destinations.get("siem");
  if (siem?.ok !== true) return undefined;
  const request = siem.value.destination.request({
    tenant: "acme",
    dataset: "audit-events",
    collectedAt: 1_777_624_265_000,
    id: "id",
  });
  return new URL(request.url);
}

const sentinel = {
  tenantId: "11111111-2222-3333-4444-555555555555",
  clientId: "66666666-7777-8888-9999-000000000000",
  clientSecret: "s",
  dcrImmutableId: "dcr-0123456789abcdef0123456789abcdef",
};

const keysOf: Readonly<Record<string, object>> = {
  "better-stack": { sourceToken: "t" },
  datadog: { apiKey: "k" },
  "google-secops": { apiKey: "k", secret: "s", format: "raw" },
  logscale: { ingestToken: "t" },
  loki: {},
  "new-relic": { licenseKey: "k" },
  panther: { auth: "none" },
  runreveal: {},
  datable: {},
  sentinel,
  webhook: {},
};

/** Spellings of an address of this machine or of a network's inside, for any place where a host can stand. */
const inside = [
  // Numbers: decimal, hexadecimal, octal, short, in other digits and with other dots.
  "2130706433",
  "0x7f000001",
  "0X7F.0.0.1",
  "017700000001",
  "0177.0.0.01",
  "127.1",
  "0",
  "0.0.0.0",
  "169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "10.0.0.1",
  "192.168.1.1:8443",
  "①②⑦.⓪.⓪.①",
  "127。0。0。1",
  "１２７.０.０.１",
  "%31%32%37%2e0.0.1",
  "127.0.0.1.",
  // The same behind version six.
  "[::]",
  "[::1]:443",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:a9fe:a9fe]",
  "[64:ff9b::7f00:1]",
  "[fe80::1]",
  "[fd00:ec2::254]",
  // Names that only an inside knows.
  "localhost",
  "LOCALHOST.",
  "loc\talhost",
  "%6cocalhost",
  "ｌｏｃａｌｈｏｓｔ",
  "ⓛocalhost",
  "a.localhost",
  "metadata.google.internal",
  "METADATA.GOOGLE.INTERNAL.",
  "kubernetes.default.svc.cluster.local",
  "router.home.arpa",
  "intranet",
  "xn--bcher-kva",
];

/** What stands before or behind a good host to lead somewhere else. */
const elsewhere = [
  "https://acme.api.kandji.io.evil.example",
  "https://acme.api.kandji.io@evil.example",
  "https://acme.api.kandji.io:443@evil.example",
  "https://acme.api.kandji.io%40evil.example",
  "https://acme.api.kandji.io%2eevil.example",
  "https://acme.api.kandji.io%00.evil.example",
  "https://acme.api.kandji.io\u0000.evil.example",
  "https://acme.api.kandji.io\uff0f.evil.example",
  "https://acme.api.kandji.io\u2044evil.example",
  "https://acme.api.kandji.io\u3002evil.example",
  "https://evil.example\\@acme.api.kandji.io",
  "https://evil.example\\.acme.api.kandji.io",
  "https://evil.example/acme.api.kandji.io",
  "https://evil.example#@acme.api.kandji.io",
  "https://evil.example?.api.kandji.io",
  "https://evil.example:443#.api.kandji.io",
  "https://evil.example\n.api.kandji.io/",
  "//acme.api.kandji.io",
  "\\\\acme.api.kandji.io",
  "https://evil.example//acme.api.kandji.io",
  "wss://acme.api.kandji.io",
  "ftp://acme.api.kandji.io",
  "file://acme.api.kandji.io/etc/passwd",
  "data:text/html,acme.api.kandji.io",
  "javascript:alert(1)//.api.kandji.io",
  "blob:https://acme.api.kandji.io/1",
  "http://acme.api.kandji.io",
  "https://acme.api.kandji.io:80",
  "https://acme.api.kandji.io:8443",
  "https://acme.api.kandji.io:65536",
  "https://acme.api.kandji.io.",
  "https://acme.api.kandji.io..",
  "https://.api.kandji.io",
  "https://a_b.api.kandji.io",
  "https://acme.evil.api.kandji.io",
  "https://api.kandji.io",
  "https://acme.kandji.io",
  "https://acme-api.kandji.io",
  "https://acme.apixkandji.io",
  "https://acme.api.kandji.iox",
  "https://acme.api.eu.eu.kandji.io",
  // Look-alikes: Cyrillic а and і, Greek ο, dotless ı, Armenian ս, an l for an i, and one that is spelled out.
  "https://acme.api.kаndji.io",
  "https://acme.api.kandjі.io",
  "https://acme.api.kandji.iο",
  "https://acme.api.kandjı.io",
  "https://acme.api.irս.com",
  "https://acme.api.lru.com",
  "https://acme.api.kandjl.io",
  "https://acme.api.xn--kndji-3ve.io",
];

describe("the API URL of a tenant", () => {
  test.each([...elsewhere, ...inside.map((host) => `https://${host}`), ...inside.map((host) => `https://${host}/`)])(
    "%j is refused",
    (apiUrl) => {
      expect(originOf({ apiUrl })).toBeUndefined();
    },
  );

  test.each([
    " https://acme.api.kandji.io\n",
    "HTTPS://ACME.API.KANDJI.IO",
    "https://acme.api.kan\tdji.io",
    "https://acme.api.%6bandji.io",
    "https://acme.api.kandji。io",
    "https://ａｃｍｅ.api.kandji.io",
    "https://acme.api.\u212aandji.io",
    "https:acme.api.kandji.io",
    "https:\\\\acme.api.kandji.io\\",
    "https://acme.api.kandji.io:0443",
    "https://acme.api.kandji.io/x/..",
  ])("%j leads where it says, in another spelling", (apiUrl) => {
    expect(originOf({ apiUrl })).toBe("https://acme.api.kandji.io");
  });

  test("whatever is put together of good and bad pieces, the token goes to Kandji or nowhere", () => {
    const piece = fc.oneof(
      fc.constantFrom("acme", "api", "eu", "kandji", "io", "iru", "com", "evil", "example", "127", "0x7f", "xn--a"),
      fc.constantFrom(
        "https:",
        "http:",
        "/",
        "//",
        "\\",
        ".",
        "..",
        "@",
        ":",
        "#",
        "?",
        "%2e",
        "%40",
        "\t",
        "\n",
        "\0",
      ),
      fc.constantFrom(
        "acme.api.kandji.io",
        "https://acme.api.kandji.io",
        "https://acme.api.eu.iru.com",
        "。",
        "ı",
        "[::1]",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    let taken = 0;
    const anyAddress = fc.oneof(
      fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join("")),
      fc.tuple(piece, piece, piece).map(([a, b, c]) => `https://${a}acme${b}.api.kandji.io${c}`),
    );
    fc.assert(
      fc.property(anyAddress, (text) => {
        for (const address of [{ apiUrl: text }, { subdomain: text }, { subdomain: text, region: "eu" }]) {
          const origin = originOf(address);
          if (origin === undefined) continue;
          taken += 1;
          expect(origin).toMatch(kandji);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

describe("the subdomain of a tenant", () => {
  test.each([
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "evil.example\\",
    "evil.example:443/",
    "evil@",
    "u:p@evil",
    "acme.evil",
    "acme:1",
    "acme\n",
    "ac\tme",
    "acme\0",
    " acme",
    "аcme",
    "ａcme",
    "%61cme",
    "acme%2f",
    "..",
    "acme/../evil",
    "127.0.0.1",
    "[::1]",
    "acme。evil",
    "-acme",
    "acme-",
    "",
    "a".repeat(64),
  ])("%j is refused", (subdomain) => {
    expect(originOf({ subdomain })).toBeUndefined();
    expect(tenantErrors({ subdomain, token: "t" }).map(({ key }) => key)).toEqual(["subdomain"]);
  });

  test("of 63 characters is the longest", () => {
    expect(originOf({ subdomain: "a".repeat(63) })).toBe(`https://${"a".repeat(63)}.api.kandji.io`);
  });
});

describe("the address of a destination", () => {
  const types = Object.keys(keysOf);

  test.each(inside)("https://%s is refused, whatever the type", (host) => {
    for (const type of types) {
      expect(intakeOf(`https://${host}`, type)).toBeUndefined();
      expect(intakeOf(`https://${host}/in?x=https://logs.example.com`, type)).toBeUndefined();
    }
  });

  test.each([
    "http://logs.example.com",
    "HTTP://logs.example.com",
    "ftp://logs.example.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "wss://logs.example.com",
    "//logs.example.com",
    "logs.example.com",
    "https://",
    "https:///",
    "https://logs.example.com@127.0.0.1",
    "https://logs.example.com:443@localhost",
    "https://user@logs.example.com",
    "https://:password@logs.example.com",
    "https://logs.example.com#@localhost",
    "https://logs.example.com/#",
    "https://logs.example.com\u0000.localhost",
    "https://localhost\\@logs.example.com",
    "https://127.0.0.1\\.logs.example.com",
    "https://1.2.3.4.5",
    "https://logs.example.0x7f",
    "https://[::1%25eth0]",
  ])("%j is refused", (url) => {
    expect(intakeOf(url)).toBeUndefined();
  });

  test.each(["logs.example.com", "ftp://logs.example.com", "https://user@logs.example.com"])(
    "%j is refused by every type, and stops no other secret",
    (url) => {
      for (const type of types) {
        const secret = JSON.stringify({ type, url, ...keysOf[type] });
        const good = JSON.stringify({ type: "webhook", url: "https://logs.example.com" });
        const { destinations } = readConfig({ DESTINATION_BAD: secret, DESTINATION_GOOD: good });
        expect([destinations.get("bad")?.ok, destinations.get("good")?.ok]).toEqual([false, true]);
      }
    },
  );

  test.each([
    ["https://logs.example.com\\@127.0.0.1/", "logs.example.com"],
    ["https://logs.example.com/@localhost", "logs.example.com"],
    ["https://logs.example.com/%2e%2e/127.0.0.1", "logs.example.com"],
    ["https:logs.example.com", "logs.example.com"],
    ["https://lo\ngs.example.com", "logs.example.com"],
    ["https://bücher.example", "xn--bcher-kva.example"],
  ])("%j leads to %s", (url, host) => {
    expect(intakeOf(url)?.host).toBe(host);
  });

  // A name with an empty label is none: https://www.rfc-editor.org/rfc/rfc1035#section-3.1
  test.each(["localhost..", "a.localhost..", "127.0.0.1..", "intranet..", "x.internal.."])(
    "https://%s is refused",
    (host) => {
      expect(intakeOf(`https://${host}`)).toBeUndefined();
    },
  );
});

describe("where a token is asked for", () => {
  const url = "https://a.ingest.monitor.azure.com";

  /** Where the client secret of `sentinel` would go; the keys that are complained of when its secret is refused. */
  function loginOf(change: object, local?: "true"): string | readonly string[] {
    const secret = JSON.stringify({ type: "sentinel", url, ...sentinel, ...change });
    const { destinations } = readConfig({
      DESTINATION_SIEM: secret,
      ...(local === undefined ? {} : { ALLOW_LOCAL_HOSTS: local }),
    });
    const siem = destinations.get("siem");
    if (siem?.ok !== true) return (siem?.errors ?? []).map(({ key }) => key);
    return siem.value.destination.authorization?.request().url ?? "";
  }

  const path = `/${sentinel.tenantId}/oauth2/v2.0/token`;

  test.each([
    [{}, "https://login.microsoftonline.com"],
    [{ cloud: "usgov" }, "https://login.microsoftonline.us"],
    [{ cloud: "china" }, "https://login.partner.microsoftonline.cn"],
    [{ loginUrl: "https://login.microsoftonline.com:443/" }, "https://login.microsoftonline.com"],
  ])("%j leads to %s", (change, origin) => {
    expect(loginOf(change)).toBe(origin + path);
  });

  test.each([
    ...inside.map((host) => `https://${host}`),
    "https://logs.example.com",
    "http://login.microsoftonline.com",
    "https://login.microsoftonline.com:8443",
    "https://login.microsoftonline.com.",
    "https://login.microsoftonline.com.evil.example",
    "https://user@login.microsoftonline.com",
    "https://evil.example\\@login.microsoftonline.com",
    "https://login.mіcrosoftonline.com",
    "ftp://login.microsoftonline.com",
    "",
  ])("%j is refused", (loginUrl) => {
    expect(loginOf({ loginUrl })).toEqual(["loginUrl"]);
  });

  test("is anywhere in development only", () => {
    const loginUrl = "http://127.0.0.1:9000/intake/siem";
    expect(loginOf({ loginUrl }, "true")).toBe(loginUrl + path);
    expect(loginOf({ loginUrl })).toEqual(["loginUrl"]);
  });

  test.each(["..", "../evil", "a/b", "a%2fb", "a?b", "a#b", "@evil", "", "a\\b"])(
    "a directory called %j does not change the address",
    (tenantId) => {
      expect(loginOf({ tenantId })).toEqual(["tenantId"]);
    },
  );

  test("the records' own address is checked all the same", () => {
    expect(loginOf({ url: "https://169.254.169.254" })).toEqual(["url"]);
    expect(loginOf({ url: "https://localhost", loginUrl: "https://localhost" })).toEqual(["url", "loginUrl"]);
  });
});
