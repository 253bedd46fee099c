import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { tenantErrors, tenantOf } from "./ask.ts";

const acme = '{"subdomain":"acme","token":"t"}';
const siem = '{"type":"webhook","url":"https://logs.example.com"}';

describe("readConfig", () => {
  it("reads every secret by its name", () => {
    const config = readConfig({ TENANT_ACME: acme, TENANT_NORTH_BAY_2: acme, DESTINATION_DATA_LAKE: siem });
    expect([...config.tenants.keys()]).toEqual(["acme", "north-bay-2"]);
    expect([...config.destinations.keys()]).toEqual(["data-lake"]);
    expect(config.misnamed).toEqual([]);
  });

  it("reads nothing out of an empty environment and leaves all other bindings alone", () => {
    const other = {
      TENANTS: {},
      TENANT_STORE: { get: () => acme },
      DESTINATION_N: 5,
      ADMIN_TOKEN: "x",
      tenant_a: acme,
    };
    expect(readConfig({})).toEqual({ tenants: new Map(), destinations: new Map(), misnamed: [] });
    expect(readConfig(other)).toEqual({ tenants: new Map(), destinations: new Map(), misnamed: [] });
  });

  it("lets one broken secret break itself only", () => {
    const config = readConfig({ TENANT_A: "{", TENANT_B: acme, DESTINATION_A: "[]", DESTINATION_B: siem });
    expect([...config.tenants].map(([id, parsed]) => [id, parsed.ok])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    expect([...config.destinations].map(([id, parsed]) => [id, parsed.ok])).toEqual([
      ["a", false],
      ["b", true],
    ]);
  });

  it.each([
    "TENANT_",
    "TENANT_A.B",
    "TENANT_A-B",
    "TENANT__A",
    "TENANT_Ä",
    "TENANT_A B",
    "TENANT_FORWARDER",
    `TENANT_${"A".repeat(64)}`,
  ])("refuses the name %s", (name) => {
    const config = readConfig({ [name]: acme, TENANT_OK: acme });
    expect([...config.tenants.keys()]).toEqual(["ok"]);
    expect(config.misnamed).toMatchObject([{ secret: name, key: "" }]);
    expect(config.misnamed[0]?.fix).toContain("A to Z, 0 to 9 and _");
  });

  it("refuses two names that differ in case only", () => {
    const parsed = readConfig({ TENANT_ACME: acme, TENANT_Acme: acme }).tenants.get("acme");
    expect(parsed).toMatchObject({ ok: false, errors: [{ secret: "TENANT_Acme", key: "" }] });
    expect(JSON.stringify(parsed)).toContain("TENANT_ACME");
  });

  it.each([
    ["it is empty", ""],
    ["it is empty", " \n"],
    ["it is not valid JSON", "{"],
    ["it is not valid JSON", "acme"],
    ["it is not valid JSON", "{'subdomain':'acme'}"],
    ["it is not valid JSON", `${acme}${acme}`],
    ["it is not valid JSON", "[".repeat(200_000)],
    ["it is not a JSON object", "null"],
    ["it is not a JSON object", "5"],
    ["it is not a JSON object", '"text"'],
    ["it is not a JSON object", `[${acme}]`],
  ])("says that %s", (what, text) => {
    const [error, ...more] = tenantErrors(text);
    expect(more).toEqual([]);
    expect(error?.key).toBe("");
    expect(error?.message).toContain(what);
    expect(error?.fix).toContain("wrangler secret put TENANT_ACME");
  });

  it("tells where JSON breaks off", () => {
    expect(tenantErrors('{\n  "subdomain": "acme"\n  token: 1}')[0]?.message).toMatch(/\(line 3, column 3\)$/u);
  });

  it("reads past a byte order mark and a line break at the end", () => {
    expect(tenantOf(`\uFEFF${acme}\r\n`).apiOrigin).toBe("https://acme.api.kandji.io");
  });

  it("survives hostile JSON", () => {
    expect(tenantErrors(`{"__proto__":{"token":"x"},"subdomain":"acme"}`).map((error) => error.key)).toEqual([
      "token",
      "__proto__",
    ]);
    expect(tenantErrors(`{"subdomain":"acme","token":"t","constructor":1,"toString":2}`)).toHaveLength(2);
    expect(tenantOf(`{"subdomain":"x","subdomain":"acme","token":"t"}`).apiOrigin).toBe("https://acme.api.kandji.io");
    const deep = `{"subdomain":"acme","token":"t","filters":${'{"tags":'.repeat(20_000)}1${"}".repeat(20_000)}}`;
    expect(tenantErrors(deep).length).toBeGreaterThan(0);
    expect(tenantErrors(`{"subdomain":"acme","token":"t","a":"${"x".repeat(1_000_000)}"}`)).toHaveLength(1);
  });

  it("has a fingerprint of the text and nothing else", () => {
    const print = (text: string): string => tenantOf(text).fingerprint;
    expect(print(acme)).toBe(print(acme));
    expect(print(acme)).not.toBe(print(`${acme} `));
    expect(print(acme)).not.toBe(print('{"subdomain":"acme","token":"u"}'));
  });

  it("parses the same text once, and anew when text or permission changes", () => {
    const local = '{"apiUrl":"http://127.0.0.1:1","token":"t"}';
    const read = (text: string, allow?: string) =>
      readConfig({ TENANT_A: text, ALLOW_LOCAL_HOSTS: allow }).tenants.get("a");
    expect(read(acme)).toBe(read(acme));
    expect(read(local, "true")?.ok).toBe(true);
    expect(read(local)?.ok).toBe(false);
    expect(read(local, "TRUE")?.ok).toBe(false);
    expect(read(acme.replace('"t"', '"u"'))).not.toBe(read(acme));
    for (let index = 0; index < 1000; index++) read(`{"subdomain":"a${index}","token":"t"}`);
    expect(read(acme)).toMatchObject({ ok: true, value: { apiOrigin: "https://acme.api.kandji.io" } });
  });
});
