import { describe, expect, it } from "vitest";
import { asking, browser, form } from "./asking.ts";
import {
  aConfig,
  aDeadLetter,
  aDestination,
  aFleet,
  aGateway,
  aPreview,
  aReport,
  broken,
  operations,
  validTenant,
} from "./sample.ts";

const post = (body?: string, headers = {}) => ({ method: "POST", headers, ...(body !== undefined && { body }) });
const done = (calls: readonly string[]) => calls.filter((call) => call !== "fleet");

describe("pause and resume", () => {
  const cases: readonly [string, string | undefined, Record<string, string>, object][] = [
    ["nothing, for the whole tenant", undefined, {}, {}],
    ["an empty object", "{}", {}, {}],
    ["JSON", '{"dataset":"audit-events"}', { "Content-Type": "application/json" }, { dataset: "audit-events" }],
    [
      "JSON that curl calls a form",
      '{"destination":"siem"}',
      { "Content-Type": "application/x-www-form-urlencoded" },
      { destination: "siem" },
    ],
    [
      "a form",
      "dataset=audit-events&destination=",
      { "Content-Type": "application/x-www-form-urlencoded" },
      { dataset: "audit-events" },
    ],
  ];
  for (const operation of ["pause", "resume"]) {
    for (const [name, body, headers, scope] of cases) {
      it(`${operation} takes ${name}`, async () => {
        const gateway = aGateway();
        const response = await asking(gateway)(`/tenants/acme/${operation}`, post(body, headers));
        expect(response.status).toBe(202);
        expect(done(gateway.calls)).toEqual([`${operation} acme@ ${JSON.stringify(scope)}`]);
      });
    }
  }

  it("know the parts of a secret that has not run yet and of a report whose secret is broken", async () => {
    const fresh = aGateway({ fleet: async () => aFleet({ tenants: [], homes: {} }) });
    expect((await asking(fresh)("/tenants/acme/pause", post('{"destination":"siem"}'))).status).toBe(202);
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]), destinations: new Map() });
    expect(
      (await asking(aGateway({ config }))("/tenants/acme/resume", post('{"dataset":"audit-events"}'))).status,
    ).toBe(202);
  });
});

describe("a replay", () => {
  const since = Date.parse("2026-05-01T00:00:00Z") * 1000;

  it("is handed on with six digits, from programs and from the form", async () => {
    const gateway = aGateway();
    const json = '{"dataset":"audit-events","since":"2026-05-01T00:00:00.000001Z","until":"2026-05-01T00:00:02Z"}';
    const response = await asking(gateway)("/tenants/acme/replay", post(json));
    expect([response.status, await response.json()]).toEqual([
      202,
      { accepted: "replay", tenant: "acme", replay: "begun" },
    ]);
    const fields = "dataset=audit-events&since=2026-05-01T00:00:00Z&until=&destination=siem";
    const led = await asking(gateway)("/tenants/acme/replay", post(fields, form));
    expect([led.status, led.headers.get("Location")]).toEqual([303, "/status/acme?done=replay"]);
    expect(done(gateway.calls)).toEqual([
      `replay acme@ {"dataset":"audit-events","since":${since + 1},"until":${since + 2_000_000}}`,
      `replay acme@ {"dataset":"audit-events","since":${since},"until":null,"destination":"siem"}`,
    ]);
  });

  const bad: readonly [string, string][] = [
    ["{}", '"dataset" is missing'],
    ['{"dataset":"audit-events"}', '"since" is missing'],
    ['{"dataset":"audit-events","since":"yesterday"}', "no time"],
    ['{"dataset":"audit-events","since":"2999-01-01T00:00:00Z"}', '"since" is after now'],
    [
      '{"dataset":"audit-events","since":"2026-05-01T00:00:01Z","until":"2026-05-01T00:00:00Z"}',
      '"since" is after "until"',
    ],
    ['{"dataset":"devices","since":"2026-05-01T00:00:00Z"}', 'no dataset "devices"'],
    ['{"dataset":"audit-events","since":"2026-05-01T00:00:00Z","destination":"other"}', 'no destination "other"'],
  ];
  it.each(bad)("is refused for %s", async (body, why) => {
    const gateway = aGateway();
    const response = await asking(gateway)("/tenants/acme/replay", post(body));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(JSON.stringify(why).slice(1, -1));
    expect(done(gateway.calls)).toEqual([]);
  });
});

describe("the preview of a replay", () => {
  const since = Date.parse("2026-05-01T00:00:00Z") * 1000;
  const asked = "dataset=audit-events&since=2026-05-01T00:00:00.000001Z&until=&destination=siem";

  it("is for viewers too, begins nothing and is no operation", async () => {
    const gateway = aGateway();
    const answer = await asking(gateway)(`/tenants/acme/replay?${asked}`, { as: "viewer" });
    expect([answer.status, await answer.json()]).toEqual([200, aPreview({ destination: "siem" })]);
    const order = `{"dataset":"audit-events","since":${since + 1},"until":null,"destination":"siem"}`;
    expect(done(gateway.calls)).toEqual([`preview acme@ ${order}`]);
    expect(gateway.entries).toEqual([]);
  });

  it("is a page with the range filled in, from which it is begun as it was typed", async () => {
    const gateway = aGateway();
    const text = await (await asking(gateway)(`/tenants/acme/replay?${asked}`, { headers: browser })).text();
    for (const part of ["about 52,100, at least 48,000", "about 105, at least 96", "3 that nobody has counted"])
      expect(text).toContain(part);
    const [typed = ""] = /<form[^]*?<\/form>/u.exec(text) ?? [];
    expect(typed).toContain('method="post" action="/tenants/acme/replay"');
    const fields = new Map(
      [...typed.matchAll(/name="(\w+)"(?:[^>]*? value="([^"]*)")/gu)].map(([, name, value]) => [name, value]),
    );
    expect(Object.fromEntries(fields)).toEqual({
      dataset: "audit-events",
      since: "2026-04-29T16:00:00.000000Z",
      until: "",
      destination: "siem",
    });
    expect(typed).toContain('formmethod="get"');
  });

  it("of a viewer has no button", async () => {
    const answer = await asking(aGateway())(`/tenants/acme/replay?${asked}`, { headers: browser, as: "viewer" });
    expect(await answer.text()).not.toContain("<button");
  });

  it.each([
    ["", '"dataset"'],
    ["?dataset=audit-events", '"since"'],
    ["?dataset=audit-events&since=yesterday", "no time"],
    ["?dataset=audit-events&since=2999-01-01T00:00:00Z", '"since" is after now'],
    ["?dataset=audit-events&since=2026-05-01T00:00:01Z&until=2026-05-01T00:00:00Z", '"since" is after "until"'],
    ["?dataset=devices&since=2026-05-01T00:00:00Z", 'no dataset "devices"'],
    ["?dataset=audit-events&since=2026-05-01T00:00:00Z&destination=other", 'no destination "other"'],
    ["?dataset=audit-events&since=2026-05-01T00:00:00Z&sicne=1", 'unknown key "sicne"'],
    ["?dataset=audit-events&since=2026-05-01T00:00:00Z&since=2026-05-02T00:00:00Z", "twice"],
  ])("is refused for %s, as the operation is", async (query, why) => {
    const gateway = aGateway();
    const response = await asking(gateway)(`/tenants/acme/replay${query}`);
    const { error } = (await response.json()) as { error: { what: string; where: string; mend: string } };
    expect([response.status, error.where]).toEqual([400, "query"]);
    expect(error.what).toContain(why);
    expect(done(gateway.calls)).toEqual([]);
  });

  it("is 409 where a secret stands in the way", async () => {
    const gateway = aGateway({
      config: () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) }),
      tenant: () => {
        throw new Error("asleep");
      },
    });
    expect((await asking(gateway)(`/tenants/acme/replay?${asked}`)).status).toBe(409);
  });
});

describe("bad input", () => {
  const cases: readonly [string, string, string, string][] = [
    ["POST", "/tenants/acme/pause", "{", "it is not JSON"],
    ["POST", "/tenants/acme/pause", "null", "it is not an object"],
    ["POST", "/tenants/acme/pause", "[]", "it is not an object"],
    ["POST", "/tenants/acme/pause", '{"dataset":7}', '"dataset" is missing or not of type string'],
    ["POST", "/tenants/acme/pause", '{"dataset":null}', "dataset"],
    ["POST", "/tenants/acme/pause", '{"dataset":""}', "dataset"],
    ["POST", "/tenants/acme/pause", '{"dataset":"devices"}', 'this tenant has no dataset "devices"'],
    ["POST", "/tenants/acme/resume", '{"destination":"lake"}', 'this tenant has no destination "lake"'],
    ["POST", "/tenants/acme/pause", '{"datasets":"audit-events"}', 'unknown key "datasets"'],
    ["POST", "/tenants/acme/pause", '{"__proto__":1}', "__proto__"],
    ["POST", "/tenants/acme/poll", '{"dataset":"audit-events"}', 'unknown key "dataset"'],
    ["POST", "/tenants/acme/verify", '{"now":true}', 'unknown key "now"'],
    ["POST", "/tenants/acme/dead-letters/redrive", '{"ids":["1"]}', "ids"],
    ["POST", "/tenants/acme/dead-letters/redrive", '{"ids":[]}', "ids"],
    ["DELETE", "/tenants/acme/dead-letters", '{"ids":[1.5]}', "ids"],
    ["DELETE", "/tenants/acme/dead-letters", '{"ids":7}', "ids"],
    ["DELETE", "/tenants/acme", "", '"confirm" is missing'],
    ["DELETE", "/tenants/acme", "{}", '"confirm" is missing'],
    ["DELETE", "/tenants/acme", '{"confirm":"ACME"}', "is not the id of this tenant"],
    ["DELETE", "/tenants/acme", '{"confirm":true}', "confirm"],
    ["POST", "/tenants/acme/forget", '{"confirm":"globex"}', "is not the id of this tenant"],
  ];
  for (const [method, path, body, why] of cases) {
    it(`${method} ${path} with ${body || "nothing"} is 400 and says why`, async () => {
      const gateway = aGateway();
      const response = await asking(gateway)(path, { method, ...(body !== "" && { body }) });
      const { error } = (await response.json()) as { error: Record<string, string> };
      expect(response.status).toBe(400);
      expect(error["what"]).toContain(why);
      expect(error).toEqual({
        what: expect.any(String),
        where: expect.stringMatching(/^body/),
        mend: expect.stringMatching(/^(Send|Use) /),
      });
      expect(done(gateway.calls)).toEqual([]);
    });
  }

  it("is 413 when it is longer than 64 KB, and nothing happens", async () => {
    const gateway = aGateway();
    const response = await asking(gateway)(
      "/tenants/acme/pause",
      post(JSON.stringify({ dataset: "x".repeat(70_000) })),
    );
    expect(response.status).toBe(413);
    expect(gateway.calls).toEqual([]);
  });

  it("is 404 for a tenant that nobody knows", async () => {
    for (const id of ["nobody", "constructor", "__proto__", "ACME", "%3Cscript%3E"]) {
      expect((await asking(aGateway())(`/tenants/${id}/poll`, post())).status).toBe(404);
      expect((await asking(aGateway())(`/status/${id}`)).status).toBe(404);
    }
  });

  it("is 405 with the methods that are allowed, and 404 elsewhere", async () => {
    const ask = asking(aGateway());
    const response = await ask("/tenants/acme/dead-letters", { method: "PUT" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, DELETE"]);
    expect((await ask("/tenants/acme/poll")).status).toBe(405);
    expect((await ask("/tenants/acme/explode", { method: "POST" })).status).toBe(404);
    expect((await ask("/nothing")).status).toBe(404);
  });
});

describe("operations", () => {
  it("reach the object where it was first placed", async () => {
    const gateway = aGateway({ fleet: async () => aFleet({ homes: { acme: "eu" } }) });
    const ask = asking(gateway);
    await ask("/tenants/acme/pause", post());
    await ask("/tenants/acme", { method: "DELETE", body: '{"confirm":"acme"}' });
    expect(done(gateway.calls)).toEqual(["pause acme@eu {}", "forget acme@eu"]);
  });

  it("say how many dead letters they are about", async () => {
    const gateway = aGateway({ deadLetters: [aDeadLetter(), aDeadLetter({ id: 8 })] });
    const ask = asking(gateway);
    expect(await (await ask("/tenants/acme/dead-letters/redrive", post())).json()).toEqual({
      accepted: "redrive",
      tenant: "acme",
      deadLetters: 2,
    });
    const one = await ask("/tenants/acme/dead-letters", { method: "DELETE", body: '{"ids":[8]}' });
    expect(await one.json()).toEqual({ accepted: "delete", tenant: "acme", deadLetters: 1 });
    await ask(
      "/tenants/acme/dead-letters/delete",
      post("ids=7&ids=8", { "Content-Type": "application/x-www-form-urlencoded" }),
    );
    expect(done(gateway.calls)).toEqual(["redrive acme@ null", "delete acme@ [8]", "delete acme@ [7,8]"]);
  });

  it("lead a browser's form back to a page that says what was done", async () => {
    const ask = asking(aGateway());
    const response = await ask("/tenants/acme/poll", post("", form));
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/status/acme?done=poll"]);
    const forgotten = await ask("/tenants/acme/forget", post("confirm=acme", form));
    expect([forgotten.status, forgotten.headers.get("Location")]).toEqual([303, "/status"]);
  });

  it("go to a tenant whose secret is broken or absent, but do not ask Kandji for it", async () => {
    const configs = [new Map([["acme", broken("TENANT_ACME")]]), new Map()];
    for (const tenants of configs) {
      const gateway = aGateway({ config: () => aConfig({ tenants }) });
      const ask = asking(gateway);
      for (const path of ["pause", "resume", "dead-letters/redrive", "dead-letters/delete"]) {
        expect((await ask(`/tenants/acme/${path}`, post())).status).toBe(202);
      }
      expect((await ask("/tenants/acme", { method: "DELETE", body: '{"confirm":"acme"}' })).status).toBe(202);
      expect((await ask("/tenants/acme/poll", post())).status).toBe(409);
      const verification = await ask("/tenants/acme/verify", post());
      expect(verification.status).toBe(200);
      expect(await verification.json()).toMatchObject({
        ok: false,
        checks: [{ name: expect.stringContaining("TENANT_ACME"), ok: false, fix: expect.any(String) }],
      });
      expect(gateway.calls.filter((call) => /^(poll|verify)/.test(call))).toEqual([]);
    }
  });

  it("name the secret when an object cannot work because of it", async () => {
    const fails = async () => {
      throw new Error("The secret of this tenant is absent or broken");
    };
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) });
    const gateway = aGateway({
      config,
      fleet: async () =>
        aFleet({ tenants: [aReport({ destinations: [aDestination({ dead: 1, delivered: 48_210 })] })] }),
      tenant: (id) => ({
        ...operations([], id, fails, [], { ok: true, checks: [] }),
        pause: fails,
        deadLetters: fails,
      }),
    });
    const ask = asking(gateway);
    for (const response of [await ask("/tenants/acme/pause", post()), await ask("/tenants/acme/dead-letters")]) {
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ error: { where: "secret TENANT_ACME / token" } });
    }
    for (const [headers, delivered] of [
      [{}, "48210"],
      [browser, "48,210"],
    ] as const) {
      const response = await ask("/status/acme", { headers });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain(delivered);
    }
  });

  it("do not make an object for a tenant that never ran and whose secret does not tell where", async () => {
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) });
    const gateway = aGateway({ config, fleet: async () => aFleet({ tenants: [], homes: {} }) });
    const ask = asking(gateway);
    expect((await ask("/tenants/acme/pause", post())).status).toBe(409);
    expect((await ask("/tenants/acme/dead-letters")).status).toBe(200);
    expect((await ask("/status/acme")).status).toBe(200);
    expect((await ask("/tenants/acme", { method: "DELETE", body: '{"confirm":"acme"}' })).status).toBe(202);
    expect(done(gateway.calls)).toEqual([]);
  });

  it("do not ask Kandji for a tenant whose jurisdiction changed", async () => {
    const config = () => aConfig({ tenants: new Map([["acme", validTenant("acme", { jurisdiction: "eu" })]]) });
    const gateway = aGateway({ config });
    expect((await asking(gateway)("/tenants/acme/poll", post())).status).toBe(409);
    expect(done(gateway.calls)).toEqual([]);
  });

  it("answer 503 without internals when an object fails", async () => {
    const fails = async () => {
      throw new Error("SQLITE_FULL with kandji-secret");
    };
    const gateway = aGateway({
      tenant: (id) => ({ ...operations([], id, fails, [], { ok: true, checks: [] }), poll: fails, deadLetters: fails }),
    });
    const ask = asking(gateway);
    for (const response of [
      await ask("/status/acme"),
      await ask("/tenants/acme/poll", post()),
      await ask("/tenants/acme/dead-letters"),
    ]) {
      const text = await response.text();
      expect(response.status).toBe(503);
      expect(text).toContain("Cannot reach tenant");
      expect(text).not.toMatch(/SQLITE|secret/);
    }
    expect((await asking(aGateway({ fleet: fails }))("/status")).status).toBe(503);
    const thrown = aGateway({
      tenant: () => {
        throw new Error("no such jurisdiction");
      },
    });
    expect((await asking(thrown)("/status/acme")).status).toBe(503);
  });
});

describe("GET dead-letters", () => {
  it("answers the list of the contract", async () => {
    const ask = asking(aGateway({ deadLetters: [aDeadLetter()] }));
    expect(await (await ask("/tenants/acme/dead-letters", { as: "viewer" })).json()).toEqual({
      deadLetters: [aDeadLetter()],
    });
  });

  it("gives no excerpt for a tenant with a jurisdiction, even when its object does", async () => {
    const gateway = aGateway({
      deadLetters: [aDeadLetter()],
      fleet: async () => aFleet({ homes: { acme: "eu" }, tenants: [aReport()] }),
    });
    const text = await (await asking(gateway)("/tenants/acme/dead-letters")).text();
    expect(text).toContain("0f1c6f0e");
    expect(text).not.toContain("excerpt");
  });
});
