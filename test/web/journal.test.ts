import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutOurScript } from "./own-script.ts";
import { hideSecrets } from "../../src/config/hide-secrets.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { Journal } from "../../src/forwarder/journal.ts";
import { entryOf, journalEntry, type JournalEntry } from "../../src/journal/entry.ts";
import { createApp } from "../../src/web/app.tsx";
import { routes } from "../../src/web/routes.ts";
import { environment, kandjiToken, secretsIn } from "../hostile/secrets.ts";
import * as hostile from "../hostile/secrets.ts";
import { anyRequest } from "../hostile/requests.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { asking, browser, form, type Ask, type Asking } from "./asking.ts";
import {
  aConfig,
  adminToken,
  aDeadLetter,
  aFleet,
  aGateway,
  aReport,
  broken,
  now,
  operations,
  type FakeGateway,
} from "./sample.ts";

const minute = 60_000;
const keptMs = 365 * 24 * 60 * minute;

/** An installation with a journal that holds what is given, the last entry a minute old. */
function holding(entries: readonly JournalEntry[]): Ask {
  const journal = new Journal(new NodeSql(), { keptMs });
  for (const entry of entries) journal.append(entry);
  return asking(aGateway({ journal: async (query) => journal.page(query, now) }));
}

const entry = (index: number, tenant = "acme"): JournalEntry =>
  entryOf(
    {
      action: index % 2 === 0 ? "POLL" : "PAUSE",
      result: index % 3 === 0 ? "FAILED" : "SUCCEEDED",
      actor:
        index % 5 === 0
          ? { id: "u-1", type: "USER", name: "ann@example.com" }
          : { id: "admin-token", type: "TOKEN", name: "ADMIN_TOKEN" },
      static: { tenant },
      sourceIP: "192.0.2.1",
    },
    now - (120 - index) * minute,
  );
const many = (count: number) => Array.from({ length: count }, (_, index) => entry(index));

interface Answer {
  readonly entries: JournalEntry[];
  readonly next: string | null;
}

const read = async (ask: Ask, query = "", asked: Asking = {}): Promise<Answer> => {
  const response = await ask(`/journal${query}`, asked);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
};

describe("GET /journal", () => {
  it("answers entries and next, newest first, to a viewer, too", async () => {
    const ask = holding(many(3));
    expect(await read(ask, "", { as: "viewer" })).toEqual({ entries: many(3).toReversed(), next: null });
    expect(await read(holding([]))).toEqual({ entries: [], next: null });
  });

  it("gives 100 unless asked for more or less, and next leads through all of them", async () => {
    expect(await read(holding(many(100)))).toMatchObject({ next: null });
    const ask = holding(many(101));
    const first = await read(ask);
    expect([first.entries.length, typeof first.next]).toEqual([100, "string"]);
    const second = await read(ask, `?cursor=${encodeURIComponent(first.next ?? "")}`);
    expect([...first.entries, ...second.entries]).toEqual(many(101).toReversed());
    expect(second.next).toBeNull();
    expect((await read(ask, "?limit=1")).entries).toHaveLength(1);
    expect((await read(ask, "?limit=1000")).entries).toHaveLength(101);
  });

  it("filters by each and by all, and paging keeps to the filter", async () => {
    const ask = holding([...many(60), entry(60, "globex")]);
    const count = async (query: string) => (await read(ask, query)).entries.length;
    const at = (index: number) => encodeURIComponent(new Date(now - (120 - index) * minute).toISOString());
    expect(await count("?action=PAUSE")).toBe(30);
    expect(await count("?result=FAILED")).toBe(21);
    expect(await count("?actor=ann@example.com")).toBe(13);
    expect(await count("?actor=u-1")).toBe(13);
    expect(await count("?tenant=globex")).toBe(1);
    expect(await count(`?since=${at(58)}`)).toBe(3);
    expect(await count(`?until=${at(1)}`)).toBe(2);
    expect(await count(`?since=${at(10)}&until=${at(20)}&action=POLL&result=FAILED&tenant=acme`)).toBe(2);
    expect(await count("?since=&until=&actor=&action=&tenant=&result=&limit=&cursor=")).toBe(61);
    const page = await read(ask, "?action=PAUSE&limit=29");
    expect((await read(ask, `?action=PAUSE&limit=29&cursor=${page.next}`)).entries).toEqual([entry(1)]);
  });

  it("takes since and until to the microsecond, both included", async () => {
    const ask = holding([entry(0)]);
    const [stem] = entry(0).timestamp.split("Z");
    const count = async (query: string) => (await read(ask, query)).entries.length;
    expect(await count(`?since=${stem}000Z`)).toBe(1);
    expect(await count(`?since=${stem}001Z`)).toBe(0);
    expect(await count(`?until=${stem}000Z`)).toBe(1);
    expect(await count(`?until=${stem}999Z`)).toBe(1);
    const before = new Date(Date.parse(entry(0).timestamp) - 1).toISOString().replace("Z", "");
    expect(await count(`?until=${before}999Z`)).toBe(0);
  });

  it.each([
    ["?since=yesterday", "since"],
    ["?until=2026-13-01T00:00:00Z", "until"],
    ["?result=OK", "result"],
    ["?limit=0", "limit"],
    ["?limit=1001", "limit"],
    ["?limit=1e2", "limit"],
    ["?limit=-1", "limit"],
    ["?cursor=7", "cursor"],
    ["?cursor=%3Cscript%3E", "cursor"],
    [`?tenant=${"x".repeat(321)}`, "tenant"],
    ["?limit=1&limit=2", "limit"],
    ["?colour=red", "colour"],
    ["?__proto__=1", "__proto__"],
  ])("%s is 400 with what, where and the mend", async (query, key) => {
    for (const headers of [{}, browser]) {
      const response = await holding([])(`/journal${query}`, { headers });
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text).toContain("Cannot accept the query");
      if (headers !== browser)
        expect(JSON.parse(text)).toEqual({
          error: {
            what: expect.stringContaining(`"${key}"`),
            where: "query",
            mend: expect.stringContaining("since and until"),
          },
        });
    }
  });

  it("is read-only", async () => {
    for (const method of ["POST", "DELETE", "PUT", "PATCH"])
      expect((await holding([])("/journal", { method })).status).toBe(405);
  });

  it("is 503 with the mend when the object does not answer", async () => {
    const ask = asking(aGateway({ journal: async () => Promise.reject(new Error("SQLITE_FULL secret")) }));
    const response = await ask("/journal");
    expect([response.status, await response.text()]).toEqual([503, expect.not.stringContaining("SQLITE")]);
  });
});

describe("the page of the journal", () => {
  const see = async (ask: Ask, query = ""): Promise<string> =>
    (await ask(`/journal${query}`, { headers: browser })).text();

  it("shows who did what, with the filters that were asked for, and leads on with them", async () => {
    const ask = holding(many(36));
    const page = await see(ask, "?tenant=acme&since=2026-01-01T00%3A00%3A00Z");
    expect(page).toContain("ADMIN_TOKEN");
    expect(page).toContain('value="2026-01-01T00:00:00Z"');
    expect(page.match(/<li>/g)).toHaveLength(25);
    const [, older = ""] = /href="(\/journal\?[^"]*cursor=[^"]*)"/.exec(page) ?? [];
    const next = await see(ask, older.replaceAll("&amp;", "&").slice("/journal".length));
    expect(next.match(/<li>/g)).toHaveLength(11);
    expect(next).toContain('href="/journal?tenant=acme&amp;since=2026-01-01T00%3A00%3A00Z"');
    expect(next).not.toMatch(/cursor=[^"]*"[^>]*>\s*Older/);
  });

  it("works without script, says when there is nothing, and is led to from every page", async () => {
    const page = await see(holding([]));
    expect(page).toContain("No entry");
    expect(page).toContain('<form method="get" action="/journal"');
    expect(withoutOurScript(page)).not.toContain("<script");
    expect(await (await holding([])("/status", { headers: browser })).text()).toContain('href="/journal"');
  });

  it("stays below 100 KB however much its entries hold", async () => {
    const text = "<é".repeat(1_000);
    const full = entryOf(
      {
        action: "VERIFY",
        result: "FAILED",
        actor: { id: "x", type: "TOKEN" },
        details: { a: "y".repeat(400) },
        errors: ["z".repeat(150)],
        userAgent: text.slice(0, 200),
      },
      now,
    );
    expect((await see(holding(Array.from({ length: 60 }, () => full)))).length).toBeLessThan(100_000);
  });

  it("shows what others wrote as text", async () => {
    const evil = entryOf(
      {
        action: "POLL",
        result: "FAILED",
        actor: { id: "<script>1</script>", type: "USER", name: "<script>2</script>" },
        static: { tenant: "<script>3</script>" },
        errors: ["<script>4</script>"],
        userAgent: "<script>5</script>",
      },
      now,
    );
    expect(withoutOurScript(await see(holding([evil]), "?actor=%3Cscript%3E6"))).not.toContain("<script");
  });
});

const post = (body?: string, headers = {}): Asking => ({
  method: "POST",
  headers,
  ...(body !== undefined && { body }),
});

describe("an operation", () => {
  const cases: readonly [string, Asking, object][] = [
    [
      "poll",
      post(),
      {
        actionName: "POLL",
        actionResult: "SUCCEEDED",
        actionParams: { static: { tenant: "acme" }, dynamic: {} },
        actionDetails: { status: 202 },
      },
    ],
    [
      "pause",
      post('{"destination":"siem"}'),
      { actionName: "PAUSE", actionParams: { static: { tenant: "acme" }, dynamic: { destination: "siem" } } },
    ],
    [
      "resume",
      post('{"dataset":"audit-events"}'),
      { actionName: "RESUME", actionParams: { static: { tenant: "acme" }, dynamic: { dataset: "audit-events" } } },
    ],
    [
      "dead-letters/redrive",
      post('{"ids":[1,2]}'),
      {
        actionName: "REDRIVE_DEAD_LETTERS",
        actionParams: { static: { tenant: "acme" }, dynamic: { ids: [1, 2] } },
        actionDetails: { status: 202, deadLetters: 2 },
      },
    ],
    [
      "dead-letters",
      { method: "DELETE" },
      { actionName: "DELETE_DEAD_LETTERS", actionDetails: { status: 202, deadLetters: 1 } },
    ],
    [
      "dead-letters/delete",
      post("ids=7", form),
      { actionName: "DELETE_DEAD_LETTERS", actionResult: "SUCCEEDED", actionDetails: { status: 303, deadLetters: 1 } },
    ],
    [
      "forget",
      post('{"confirm":"acme"}'),
      { actionName: "FORGET_TENANT", actionParams: { static: { tenant: "acme" }, dynamic: { confirm: "acme" } } },
    ],
    ["", { method: "DELETE", body: '{"confirm":"acme"}' }, { actionName: "FORGET_TENANT", actionResult: "SUCCEEDED" }],
    [
      "verify",
      post(),
      { actionName: "VERIFY", actionResult: "SUCCEEDED", actionDetails: { status: 200, checks: 2, failed: 0 } },
    ],
  ];

  const verified = (...oks: boolean[]) => ({
    ok: oks.every(Boolean),
    checks: oks.map((ok, index) => ({ name: `part ${index}`, ok, message: "secret text" })),
  });

  const gatewayOf = (changes: Parameters<typeof aGateway>[0] = {}): FakeGateway =>
    aGateway({ deadLetters: [aDeadLetter()], verification: verified(true, true), ...changes });

  it.each(cases)("%s: is one entry, with who, from where and what", async (operation, asked, expected) => {
    const gateway = gatewayOf();
    const headers = {
      ...asked.headers,
      "CF-Connecting-IP": "192.0.2.7",
      "X-Forwarded-For": "10.0.0.1, 192.0.2.7",
      "User-Agent": "curl/8.4.0",
    };
    const path = `/tenants/acme${operation === "" ? "" : `/${operation}`}`;
    expect((await asking(gateway)(path, { ...asked, headers })).status).toBeLessThan(400);
    expect(gateway.entries).toMatchObject([
      {
        ...expected,
        actor: { id: "admin-token", type: "TOKEN", name: "ADMIN_TOKEN", attributes: { role: "admin" } },
        sourceIP: "192.0.2.7",
        XForwardedFor: ["10.0.0.1", "192.0.2.7"],
        userAgent: "curl/8.4.0",
        timestamp: new Date(now).toISOString(),
      },
    ]);
    expect(journalEntry.parse(gateway.entries[0])).toEqual(gateway.entries[0]);
  });

  it("of every route is journalled, whatever comes of it", async () => {
    for (const { method, path, operates } of routes) {
      const gateway = gatewayOf();
      await asking(gateway)(path.replace(":tenant", "acme"), { method });
      expect([method, path, gateway.entries.map(({ actionName }) => actionName)]).toEqual([
        method,
        path,
        operates === undefined ? [] : [operates],
      ]);
    }
  });

  it("of a viewer is refused and told", async () => {
    const gateway = gatewayOf();
    await asking(gateway)("/tenants/acme/poll", { ...post(), as: "viewer" });
    expect(gateway.entries).toMatchObject([
      {
        actionName: "POLL",
        actionResult: "FAILED",
        actor: { id: "viewer-token" },
        errors: [{ message: "Cannot do this: you may only see" }],
        actionParams: { static: { tenant: "acme" }, dynamic: {} },
        actionDetails: { status: 403 },
      },
    ]);
  });

  it("that fails in part says so, and which checks, not what they said", async () => {
    const results: object[] = [];
    for (const oks of [
      [true, false],
      [false, false],
    ]) {
      const gateway = gatewayOf({ verification: verified(...oks) });
      await asking(gateway)("/tenants/acme/verify", post());
      results.push(...gateway.entries);
      expect(JSON.stringify(gateway.entries)).not.toContain("secret text");
    }
    expect(results).toMatchObject([
      { actionResult: "PARTIALLY_FAILED", errors: [{ message: "The check of part 1 failed" }] },
      { actionResult: "FAILED", actionDetails: { checks: 2, failed: 2 } },
    ]);
  });

  it("that fails says why, without what somebody made up", async () => {
    const failed = async (path: string, asked: Asking, gateway = gatewayOf()) => {
      await asking(gateway)(path, asked);
      expect(gateway.entries).toHaveLength(1);
      expect(gateway.entries[0]?.actionResult).toBe("FAILED");
      expect(JSON.stringify(gateway.entries)).not.toContain(kandjiToken);
      return gateway.entries[0]!;
    };
    const made = JSON.stringify(kandjiToken);
    expect(await failed("/tenants/acme/pause", post(`{"dataset":${made}}`))).toMatchObject({
      actionDetails: { status: 400 },
      actionParams: { dynamic: {} },
    });
    await failed("/tenants/acme/pause", post(`{${made}:1}`));
    await failed("/tenants/acme/forget", post(`{"confirm":${made}}`));
    const unknown = await failed(`/tenants/${encodeURIComponent(kandjiToken)}/poll`, post());
    expect(unknown).toMatchObject({ actionDetails: { status: 404 }, actionParams: { static: {}, dynamic: {} } });
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) });
    expect(await failed("/tenants/acme/poll", post(), gatewayOf({ config }))).toMatchObject({
      actionDetails: { status: 409 },
    });
    const fails = async () => Promise.reject(new Error(kandjiToken));
    const tenant = (id: string) => ({ ...operations([], id, fails, [], verified()), poll: fails });
    expect(await failed("/tenants/acme/poll", post(), gatewayOf({ tenant }))).toMatchObject({
      actionDetails: { status: 503 },
    });
  });

  it("goes on to its entry when whoever asked has hung up", async () => {
    const gate = Promise.withResolvers<void>();
    const written: JournalEntry[] = [];
    const record = async (one: JournalEntry) => gate.promise.then(() => void written.push(one));
    const gateway = gatewayOf({ record });
    const kept = Promise.withResolvers<[Promise<unknown>]>();
    const context = {
      waitUntil: (work: Promise<unknown>) => kept.resolve([work]),
      passThroughOnException: () => undefined,
    };
    const headers = { Authorization: `Bearer ${adminToken}` };
    const request = new Request("https://forwarder.example/tenants/acme/poll", { method: "POST", headers });
    void createApp(() => gateway).fetch(request, {}, context as never);
    const [work] = await kept.promise;
    expect(written).toEqual([]);
    gate.resolve();
    await work;
    expect(written).toHaveLength(1);
  });

  it("that another site sent is counted at the door, not written", async () => {
    const gateway = gatewayOf();
    await asking(gateway)("/tenants/acme/poll", post("", { "Sec-Fetch-Site": "cross-site" }));
    expect([gateway.entries, gateway.refusals.length]).toEqual([[], 1]);
  });
});

describe("no secret is in any entry", () => {
  const config = readConfig(environment);
  /** Whole secrets, and the texts in them. */
  const pasted = Object.values(environment).flatMap((text) => {
    const leaves = [text];
    if (text.startsWith("{"))
      JSON.parse(text, (_, leaf: unknown) => void (typeof leaf === "string" && leaves.push(leaf)));
    return leaves;
  });

  it("whatever is asked by whomever, in whatever field a secret was pasted", async () => {
    let written = 0;
    const hold = fc.asyncProperty(anyRequest, fc.constantFrom(...pasted), async ({ request }, secret) => {
      const gateway = aGateway({
        adminToken: hostile.adminToken,
        viewerToken: hostile.viewerToken,
        config: () => config,
        fleet: async () => aFleet({ tenants: [aReport()], homes: { acme: "" } }),
        hide: (text) => hideSecrets(text, environment),
      });
      const headers = new Headers(request.headers);
      for (const name of ["X-Forwarded-For", "CF-Connecting-IP", "Cf-Access-Jwt-Assertion"]) headers.set(name, secret);
      headers.set("User-Agent", `curl ${secret} end`);
      await createApp(() => gateway).fetch(new Request(request, { headers }), {});
      for (const one of gateway.entries) expect(journalEntry.parse(one)).toEqual(one);
      expect(secretsIn(JSON.stringify([gateway.entries, gateway.refusals]))).toEqual([]);
      written += gateway.entries.length;
    });
    await fc.assert(hold, { numRuns: 1_500 });
    expect(written).toBeGreaterThan(100);
  });

  it("what is looked for would be found", () => {
    expect(secretsIn(`curl ${kandjiToken}`)).not.toEqual([]);
    expect(secretsIn(hideSecrets(`curl ${kandjiToken} ${hostile.adminToken}`, environment))).toEqual([]);
    expect(hideSecrets("Mozilla/5.0 (us) siem curl/8.4.0", environment)).toBe("Mozilla/5.0 (us) siem curl/8.4.0");
  });
});
