import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config, ConfigError } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { roleOf, whyClosed } from "../../src/web/access.ts";
import { anyJson, anyText, deep, headerValue, spoiled } from "./hostile-text.ts";
import { property } from "./inputs.ts";
import { destinationSecrets, environment, secretsIn, tenantSecret } from "./secrets.ts";

/** Every secret and variable, with anything in it. */

/** Stands at the end of every value, so that it can be told from words of ours. */
const mark = "QzX9-7";

const keys = [
  ..."subdomain region apiUrl token datasets filters destinations jurisdiction maxRequestsPerHour".split(" "),
  ..."type url format datasets oldRecords maxBatchRecords maxBatchBytes".split(" "),
  ..."site apiKey encoding gzip headers signingSecret".split(" "),
  ..."__proto__ constructor toString audit-events every backfill overlap tags Host Authorization".split(" "),
];
const marked = fc
  .oneof(
    anyText,
    fc.constantFrom(
      ..."whsec_ https://u:p@h/ https://a.example.com/ http://10.0.0.1/ https://[::1]/ https://localhost/ 90s Bearer\tx".split(
        " ",
      ),
    ),
  )
  .map((text) => `${text}${mark}`);
/** Where a token or a record must never go, and where they may. */
const addresses = [
  "https://evil.example",
  "https://acme.api.kandji.io.evil.example",
  "https://acme.api.kandji.io:8443",
  "http://acme.api.kandji.io",
  "https://a.b.api.kandji.io",
  "https://acme.api.eu.iru.com",
  "https://10.0.0.1/",
  "https://0x7f.1/",
  "https://[::1]/",
  "https://localhost./",
  "https://db.internal/",
  "https://logs.example.com/",
  "file:///etc/passwd",
];
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: marked },
    { weight: 2, arbitrary: fc.constantFrom(...addresses) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(null, 0, -0, -1, 1.5, 1e300, 2 ** 53, true, "", "us", "raw", "60s", "never"),
    },
    { weight: 1, arbitrary: fc.array(tie("json"), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...keys), anyText), tie("json"), { maxKeys: 3 }) },
  ),
}));

const notifySecret = { type: "json", url: "https://chat.example/hook" };

/** A valid secret with some keys changed, taken away or added; or anything. */
const changed = fc
  .tuple(
    fc.constantFrom<object>(
      tenantSecret,
      notifySecret,
      { apiUrl: "https://acme.api.kandji.io", token: "t" },
      ...destinationSecrets.values(),
    ),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...keys), anyText), fc.option(json)), { minLength: 1, maxLength: 4 }),
  )
  .map(([secret, changes]) => {
    const kept = Object.entries(secret).filter(([key]) => !changes.some(([other, to]) => other === key && to === null));
    const entries = [...kept, ...changes.filter(([, to]) => to !== null)];
    // Written by hand: a repeated key, and `__proto__`, are only text.
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  });
/** What would be whole, if its address were one that may be asked. */
const misled = fc
  .tuple(
    fc.constantFrom(...addresses),
    fc.constantFrom<object>({ token: "t" }, notifySecret, ...destinationSecrets.values()),
  )
  .map(([address, secret]) => JSON.stringify({ ...secret, ["token" in secret ? "apiUrl" : "url"]: address }));
const secretText = fc.oneof(
  { weight: 2, arbitrary: misled },
  { weight: 8, arbitrary: changed },
  { weight: 2, arbitrary: spoiled(changed).map((text) => text + mark) },
  { weight: 1, arbitrary: marked },
  { weight: 1, arbitrary: anyJson },
);

const secretName = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("TENANT_B", "DESTINATION_B", "NOTIFY_B") },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom("TENANT_", "DESTINATION_", "NOTIFY_", "TENANT", "tenant_"),
        fc.oneof(
          fc.constantFrom(..."CONSTRUCTOR __PROTO__ FORWARDER A_B a_b".split(" "), "", "X".repeat(63), "X".repeat(64)),
          anyText,
        ),
      )
      .map(([prefix, name]) => prefix + name),
  },
);
const isTaken = (name: string): boolean =>
  Object.keys(environment).some((other) => other.toLowerCase() === name.toLowerCase());

const variable = fc.tuple(
  fc.constantFrom(
    "ALLOW_LOCAL_HOSTS",
    "MAX_REQUESTS_PER_RUN",
    "MAX_SPOOL_BYTES",
    "ADMIN_TOKEN",
    "CHAIN_KEY",
    "TENANTS",
    "FORWARDER",
  ),
  fc.oneof(
    fc.constantFrom<unknown>("true", "1", null, undefined, 7, {}, [], () => "x"),
    anyText,
  ),
);
const anyEnvironment = fc
  .tuple(
    fc.array(
      fc.tuple(
        secretName.filter((name) => !isTaken(name)),
        secretText,
      ),
      { minLength: 1, maxLength: 3 },
    ),
    fc.array(variable, { maxLength: 2 }),
  )
  .map(([secrets, variables]) => ({
    secrets,
    env: Object.fromEntries([...secrets, ...variables]) as Record<string, unknown>,
  }));

const errorsOf = ({ tenants, destinations, notifiers = new Map(), misnamed }: Config): ConfigError[] => [
  ...misnamed,
  ...[...tenants.values(), ...destinations.values(), ...notifiers.values()].flatMap((parsed) =>
    parsed.ok ? [] : parsed.errors,
  ),
];

function expectNamed({ secret, key, message, fix }: ConfigError, env: object): void {
  expect(Object.keys(env)).toContain(secret);
  expect(message.startsWith(`Cannot read secret "${secret}": ${key === "" ? "it" : `"${key}"`} `)).toBe(true);
  expect(fix).toMatch(/^[A-Z].*[^.]$/su);
}

/** What was accepted can be used: the address is one that may be asked, and the request one that can be sent. */
function expectUsable({ tenants, destinations, notifiers = new Map() }: Config, isLocal: boolean): void {
  for (const parsed of notifiers.values()) {
    if (!parsed.ok) continue;
    const { hostname, protocol } = new URL(new Request(parsed.value.url.reveal(), { method: "POST", body: "x" }).url);
    if (isLocal) expect(["http:", "https:"]).toContain(protocol);
    else
      expect([protocol, hostname]).toEqual([
        "https:",
        expect.stringMatching(/^(?!\d+\.\d+\.\d+\.\d+$)[^[]+\.[^.]+\.?$/u),
      ]);
  }
  for (const parsed of tenants.values()) {
    if (!parsed.ok) continue;
    const { apiOrigin, token, maxRequestsPerHour, datasets } = parsed.value;
    if (!isLocal) expect(apiOrigin).toMatch(/^https:\/\/[a-z0-9-]+\.api(?:\.eu)?\.(?:kandji\.io|iru\.com)$/u);
    expect(new Request(apiOrigin, { headers: { Authorization: `Bearer ${token.reveal()}` } }).url).toContain(apiOrigin);
    expect(maxRequestsPerHour).toBeGreaterThanOrEqual(1);
    for (const { everyMs, backfillMs, overlapMs } of datasets.values())
      expect([everyMs, backfillMs, overlapMs].every(Number.isSafeInteger)).toBe(true);
  }
  for (const parsed of destinations.values()) {
    if (!parsed.ok) continue;
    const { type, destination, maxBatchRecords, maxBatchBytes } = parsed.value;
    const { url, headers } = destination.request({
      tenant: "acme",
      dataset: "audit-events",
      collectedAt: 1_777_624_265_000,
      id: "b-1",
    });
    const { hostname, protocol } = new URL(new Request(url, { method: "POST", headers, body: "x" }).url);
    expect(protocol === "r2:").toBe(type === "r2");
    if (type === "r2") expect(hostname).toMatch(/^[A-Z_][A-Z0-9_]*$/u);
    else if (!isLocal)
      expect([protocol, hostname]).toEqual([
        "https:",
        expect.stringMatching(/^(?!\d+\.\d+\.\d+\.\d+$)[^[]+\.[^.]+\.?$/u),
      ]);
    expect([maxBatchRecords, maxBatchBytes].every((limit) => limit >= 1)).toBe(true);
  }
}

describe("secrets", () => {
  test("there is one of every destination type among those that are spoiled here", () => {
    expect([...destinationSecrets.keys()].toSorted()).toEqual([...destinationTypes.keys()].toSorted());
    expect([...readConfig(environment).destinations.values()].map(({ ok }) => ok)).not.toContain(false);
  });

  const usual = readConfig(environment);
  const good = [...usual.tenants, ...usual.destinations].map(([id, parsed]) => [id, JSON.stringify(parsed)]);

  property(
    "any secrets: what is wrong is named with its mend and no value, and the rest stays as it is",
    anyEnvironment,
    ({ env }) => {
      const all = {
        ...env,
        ...environment,
        ...("ALLOW_LOCAL_HOSTS" in env ? { ALLOW_LOCAL_HOSTS: env["ALLOW_LOCAL_HOSTS"] } : {}),
      };
      const config = readConfig(all);
      const errors = errorsOf(config);
      for (const error of errors) expectNamed(error, all);
      const said = errors.map(({ key, message, fix }) => `${key}\n${message}\n${fix}`).join("\n");
      const named = Object.keys(env).join("\n");
      if (!named.includes(mark)) expect(said).not.toContain(mark);
      const printed = JSON.stringify([...config.tenants, ...config.destinations, config.misnamed, config.chain]);
      expect(secretsIn(said + printed)).toEqual([]);
      const kept = [...config.tenants, ...config.destinations].map(([id, parsed]) => [id, JSON.stringify(parsed)]);
      expect(kept).toEqual(expect.arrayContaining(good));
      expectUsable(config, all.ALLOW_LOCAL_HOSTS === "true");
    },
  );

  property(
    "a configuration that is printed shows no credential",
    fc.record({
      token: fc.stringMatching(/^[\x21-\x7e]{12,60}$/u),
      header: fc.stringMatching(/^[\x21-\x7e][\x20-\x7e]{12,60}[\x21-\x7e]$/u),
      bytes: fc.uint8Array({ minLength: 24, maxLength: 64 }),
      path: fc.stringMatching(/^[a-z0-9]{12,30}$/u),
    }),
    ({ token, header, bytes, path }) => {
      const signingSecret = `whsec_${Buffer.from(bytes).toString("base64")}`;
      const config = readConfig({
        TENANT_A: JSON.stringify({ subdomain: "acme", token }),
        DESTINATION_A: JSON.stringify({ type: "datadog", site: "datadoghq.com", apiKey: token }),
        DESTINATION_B: JSON.stringify({
          type: "webhook",
          url: `https://a.example.com/${path}`,
          headers: { Authorization: header },
          signingSecret,
        }),
      });
      const all = [...config.tenants, ...config.destinations];
      const printed = `${inspect(all, { depth: 9, showHidden: true })}${JSON.stringify(all)}`;
      const isHidden = (value: string): boolean =>
        !printed.includes(value) && !printed.includes(JSON.stringify(value).slice(1, -1));
      // One that Bearer begins is none.
      if (/^bearer\s/iu.test(token)) return;
      expect([token, header, signingSecret, path].filter((value) => !isHidden(value))).toEqual([]);
      expect(errorsOf(config)).toEqual([]);
    },
  );

  test.each([
    ["100,000 levels deep", deep(100_000)],
    ["100,000 objects deep", deep(100_000, '{"token":', "}")],
    [
      "deep below a key that it has",
      `{"subdomain":"b","token":${deep(100_000)},"datasets":${deep(100_000, '{"a":', "}")}}`,
    ],
    [
      "deep below a key that it has not",
      `{"type":"webhook","x":${deep(100_000)},"headers":${deep(100_000, '{"a":', "}")}}`,
    ],
    ["never closed", "[".repeat(100_000)],
    ["a megabyte of one key", `{"${"x".repeat(1_000_000)}":1}`],
    ["a megabyte of one value", JSON.stringify({ type: "datadog", apiKey: " ".repeat(1_000_000), site: "x" })],
    ["2,000 unknown keys", `{${Array.from({ length: 2_000 }, (_, index) => `"k${index}":1`).join(",")}}`],
    ["a number beyond numbers", '{"subdomain":"b","token":"t","maxRequestsPerHour":1e400}'],
    ["minus nothing", '{"subdomain":"b","token":"t","maxRequestsPerHour":-0}'],
    ["half a character", '{"subdomain":"\\ud800","token":"\\udc00"}'],
    ["a repeated key, the last of which is wrong", '{"subdomain":"b","token":"t","token":7}'],
    ["not even text", "\0\uFFFF\uD800"],
    ["empty", ""],
    ["a mark of byte order and nothing else", "\uFEFF"],
  ])("one that is %s is named, and the others are read", (_, text) => {
    const config = readConfig({ ...environment, TENANT_B: text, DESTINATION_B: text });
    expect(config.tenants.get("b")?.ok).toBe(false);
    expect(config.destinations.get("b")?.ok).toBe(false);
    for (const error of errorsOf(config)) expectNamed(error, { TENANT_B: "", DESTINATION_B: "" });
    const kept = [...config.tenants, ...config.destinations].map(([id, parsed]) => [id, JSON.stringify(parsed)]);
    expect(kept).toEqual(expect.arrayContaining(good));
  });

  test("a prototype written as a key changes no object, and is no setting", () => {
    const type = '"type":"datadog","site":"datadoghq.eu"';
    const config = readConfig({
      TENANT_B: '{"subdomain":"b","token":"t","__proto__":{"token":"t","polluted":1}}',
      TENANT_C: '{"__proto__":{"subdomain":"b","token":"t"}}',
      TENANT_D: '{"subdomain":"b","token":"t","constructor":{"prototype":{"polluted":1}}}',
      DESTINATION_B: `{${type},"__proto__":{"apiKey":"k"}}`,
      DESTINATION_C: '{"__proto__":{"type":"datadog"},"apiKey":"k","site":"datadoghq.eu"}',
    });
    expect([...config.tenants.values(), ...config.destinations.values()].map(({ ok }) => ok)).not.toContain(true);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("a tenant and a destination may be called constructor", () => {
    const config = readConfig({
      TENANT_CONSTRUCTOR: environment["TENANT_ACME"],
      DESTINATION_CONSTRUCTOR: environment["DESTINATION_WEBHOOK"],
    });
    expect(config.tenants.get("constructor")?.ok).toBe(true);
    expect(config.destinations.get("constructor")?.ok).toBe(true);
  });
});

/** What somebody may send as `Authorization`, and the token that it offers. */
const offered = (tokens: fc.Arbitrary<string>): fc.Arbitrary<{ header: string; token: string | undefined }> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom("Bearer", "bearer", "BEARER"), tokens)
      .map(([scheme, token]) => ({ header: `${scheme} ${token}`, token })),
    fc
      .tuple(fc.constantFrom("Basic", "basic"), fc.stringMatching(/^[^:]{0,8}$/u), tokens)
      .map(([scheme, user, token]) => ({
        header: `${scheme} ${Buffer.from(`${user}:${token}`).toString("base64")}`,
        token,
      })),
    fc.tuple(fc.constantFrom("", "Basic ", "Bearer", "Token ", "Digest "), headerValue).map(([scheme, rest]) => ({
      header: scheme + rest,
      token: undefined,
    })),
  );

describe("tokens", () => {
  const token = fc.oneof(
    fc.stringMatching(/^[\x21-\x7e]{1,30}$/u),
    fc.constantFrom("x".repeat(23), "x".repeat(24), "__proto__", "y".repeat(4_000)),
  );
  // A binding is a text of whole characters.
  const whole = fc.oneof(
    token,
    token.map((text) => ` ${text}\n`),
    anyText.map((text) => text.toWellFormed()),
  );
  const bound = fc.option(whole, { nil: undefined });

  property(
    "any tokens let in nobody but their holders",
    fc.tuple(bound, bound).chain(([adminToken, viewerToken]) => {
      const own = [adminToken, viewerToken].flatMap((text) => text?.trim() || []);
      const tried = own.length === 0 ? token : fc.oneof(fc.constantFrom(...own), token);
      return fc.record({ tokens: fc.constant({ adminToken, viewerToken }), offer: offered(tried) });
    }),
    async ({ tokens, offer: { header, token: shown } }) => {
      const admin = tokens.adminToken?.trim() ?? "";
      const viewer = tokens.viewerToken?.trim() ?? "";
      const role = await roleOf(header, tokens);
      if (role === "admin") expect(admin.length).toBeGreaterThanOrEqual(24);
      if (role === "viewer") expect(viewer).not.toBe("");
      const holds = role === "admin" ? admin : viewer;
      // Whoever is let in has sent that very token, in one of the two ways.
      const ways = [header.replace(/^bearer /iu, ""), Buffer.from(header.slice(6), "base64").toString()];
      if (role !== undefined) expect(ways.some((way) => way.trim() === holds || way.endsWith(`:${holds}`))).toBe(true);
      // A blank at the edge does not survive a header.
      const isWhole = shown !== undefined && shown.trim() === shown && shown !== "" && !/[\r\n]/u.test(header);
      if (isWhole && shown === admin && admin.length >= 24) expect(role).toBe("admin");
      const closed = whyClosed(tokens);
      expect(closed === undefined).toBe(admin.length >= 24);
      if (admin.length >= 6) expect(closed ?? "").not.toContain(admin);
    },
  );

  test("23 characters are no admin token, and 24 are", async () => {
    for (const [length, role] of [
      [23, undefined],
      [24, "admin"],
    ] as const)
      expect(await roleOf(`Bearer ${"t".repeat(length)}`, { adminToken: "t".repeat(length) })).toBe(role);
  });
});
