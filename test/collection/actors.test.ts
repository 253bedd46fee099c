/** Who is behind an event: what is added, when Kandji is asked for it, and what happens when it does not answer. */
import { describe, expect, test } from "vitest";
import { ActorDirectory, type KnownActors } from "../../src/collection/actors.ts";
import type { CollectedRecord } from "../../src/collection/page.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import type { HttpAnswer, Ports } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { NodeSql } from "../tenant/node-sql.ts";

const minute = 60_000;
const epoch = Date.parse("2026-05-01T08:00:00Z");
const dana = "3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60";
const noor = "8e5f1c20-7b3a-4d19-8c66-0a9d4b2e7f31";

interface Admin {
  readonly id?: unknown;
  readonly email?: unknown;
  readonly first_name?: unknown;
  readonly last_name?: unknown;
  readonly role?: unknown;
}

const ruiz: Admin = { id: dana, email: "dana@northbay.example", first_name: "Dana", last_name: "Ruiz", role: "admin" };
const haddad: Admin = { id: noor, email: "noor@northbay.example", first_name: "Noor", last_name: "", role: "auditor" };
const danas = '"_actor":{"email":"dana@northbay.example","name":"Dana Ruiz","role":"admin"}';

/** A directory with a clock, a list of admins and a store that the test owns. */
class Stage {
  at = epoch;
  pages: Admin[][] = [[ruiz]];
  /** The last page leads to the first. */
  isCircle = false;
  status = 200;
  headers = new Headers();
  kept: KnownActors | undefined;
  writes = 0;
  readonly asked: URL[] = [];
  readonly #perHour: number;
  budget: RequestBudget;
  directory: ActorDirectory;

  constructor(perHour = 1_000) {
    this.#perHour = perHour;
    this.budget = this.#newBudget();
    this.directory = this.#born("one");
  }

  /** Another life of the object; under another secret, when one is named. */
  restart(fingerprint = "one"): void {
    this.budget = this.#newBudget();
    this.directory = this.#born(fingerprint);
  }

  #newBudget(): RequestBudget {
    return new RequestBudget(this.#ports, { perHour: this.#perHour, forLive: 0 }, noUsage);
  }

  #born(fingerprint: string): ActorDirectory {
    const client = new KandjiClient(this.#ports, "https://acme.api.kandji.io", new Secret("token"), this.budget);
    const store = {
      read: () => this.kept,
      write: (known: KnownActors) => {
        this.kept = JSON.parse(JSON.stringify(known)) as KnownActors;
        this.writes += 1;
      },
    };
    const { budget } = this;
    return new ActorDirectory({ ports: this.#ports, client, budget, store, dataset: auditEvents, fingerprint });
  }

  get #ports(): Ports {
    return {
      now: () => this.at,
      random: () => 0.5,
      sleep: async (ms) => void (this.at += ms),
      http: async ({ url }) => this.#answer(new URL(url)),
      sql: new NodeSql(),
    };
  }

  #answer(url: URL): HttpAnswer {
    this.asked.push(url);
    if (this.status !== 200) return { status: this.status, headers: this.headers, body: '{"detail":"Not permitted."}' };
    const page = Number(url.searchParams.get("cursor") ?? 0);
    const after = this.isCircle ? (page + 1) % this.pages.length : page + 1;
    const next = after < this.pages.length ? `https://acme.kandji.io/api/v1/admins?cursor=${after}` : null;
    return { status: 200, headers: new Headers(), body: JSON.stringify({ next, results: this.pages[page] }) };
  }

  async enrich(...raws: readonly string[]): Promise<string[]> {
    return (await this.directory.enrich(raws.map((raw) => this.#collected(raw)))).map(({ raw }) => raw);
  }

  /** Events carry the time at which they are given, unless they say another one. */
  #collected(raw: string): CollectedRecord {
    const { occurred_at: time } = JSON.parse(raw) as { occurred_at?: string };
    const at = time === undefined ? this.at : Date.parse(time);
    return { raw, id: "any", time: at * 1000, isDated: true, drift: false };
  }
}

const event = (actor: unknown, more: object = {}): string =>
  JSON.stringify({ id: "01", actor_id: actor, actor_type: "user", ...more });

describe("an event", () => {
  test("gets one key more at its end, and is the same to the character otherwise", async () => {
    const stage = new Stage();
    const odd = `{ "id" :"01" ,\t"n": 9007199254740993,"z":1.50,"caf\\u00e9":{},  "actor_type" :"user", "actor_id":"${dana}" , "metadata" : null }`;
    const [text = ""] = await stage.enrich(odd);
    expect(text.replace(`,${danas}`, "")).toBe(odd);
    expect(JSON.parse(text)).toMatchObject({
      _actor: { email: "dana@northbay.example", name: "Dana Ruiz", role: "admin" },
    });
    expect(stage.asked.map(({ pathname, search }) => pathname + search)).toEqual(["/api/v1/admins"]);
  });

  test.each([
    ["of Kandji itself", event("kandji", { actor_type: "kandji" })],
    ["of an API token", event(dana, { actor_type: "api_token" })],
    ["that names nobody", event(null)],
    ["without an id: its text is its identity", `{"actor_id":"${dana}","actor_type":"user"}`],
    ["that has such a key from Kandji", event(dana, { _actor: null })],
    ["that is no object", "7"],
  ])("%s is left alone, and nothing is asked for it", async (_, raw) => {
    const stage = new Stage();
    expect(await stage.enrich(raw)).toEqual([raw]);
    expect(stage.asked).toEqual([]);
  });

  test("of somebody who is on no list is left alone", async () => {
    const stage = new Stage();
    expect(await stage.enrich(event(noor))).toEqual([event(noor)]);
    expect(stage.directory.trouble).toBeNull();
  });

  test("finds its admin whatever the case of the id", async () => {
    const stage = new Stage();
    expect(await stage.enrich(event(dana.toUpperCase()))).toEqual([expect.stringContaining(danas)]);
  });

  test("says nothing of an admin but email, name and role; what the list lacks or cannot mean is null", async () => {
    const stage = new Stage();
    const strange = { id: noor, email: "x".repeat(201), last_name: " Haddad ", role: { id: 1 }, phone: "1", mfa: true };
    stage.pages = [[strange, { email: "nobody@northbay.example" }]];
    const [text = ""] = await stage.enrich(event(noor));
    expect(JSON.parse(text)).toMatchObject({ _actor: { email: null, name: " Haddad ", role: null } });
    expect(Object.keys((JSON.parse(text) as { _actor: object })._actor)).toEqual(["email", "name", "role"]);
    expect(JSON.stringify(stage.kept)).not.toMatch(/phone|mfa|nobody/);
  });
});

describe("the list of admins", () => {
  test("is read once for all whom it names, over all of its pages, by the cursor and from our host only", async () => {
    const stage = new Stage();
    stage.pages = [[ruiz], [haddad]];
    const texts = await stage.enrich(event(dana), event(noor), event(dana));
    expect(texts.every((text) => text.includes('"_actor"'))).toBe(true);
    stage.at += 24 * 60 * minute;
    await stage.enrich(event(noor), event(dana));
    expect(stage.asked.map(({ host, search }) => host + search)).toEqual([
      "acme.api.kandji.io",
      "acme.api.kandji.io?cursor=1",
    ]);
  });

  test("is read again when somebody acts who was not on it, once", async () => {
    const stage = new Stage();
    await stage.enrich(event(dana));
    stage.at += minute;
    stage.pages = [[ruiz, haddad]];
    const [text] = await stage.enrich(event(noor));
    expect(text).toContain('"name":"Noor"');
    await stage.enrich(event(noor));
    expect(stage.asked).toHaveLength(2);
  });

  test("is read for somebody who stays unknown every ten minutes at the most", async () => {
    const stage = new Stage();
    for (let passed = 0; passed < 60; passed += 1) {
      await stage.enrich(event(noor));
      stage.at += minute;
    }
    expect(stage.asked).toHaveLength(6);
  });

  test("is not read for an event that is older than it: who came later cannot have acted in it", async () => {
    const stage = new Stage();
    await stage.enrich(event(dana));
    for (let page = 0; page < 100; page += 1) {
      stage.at += minute;
      await stage.enrich(event(`former-${page}`, { occurred_at: "2025-09-01T00:00:00Z" }));
    }
    expect(stage.asked).toHaveLength(1);
  });

  test("is not read more than twice a minute, however many are unknown", async () => {
    const stage = new Stage();
    for (let second = 0; second < 600; second += 1) {
      await stage.enrich(event(`stranger-${second}`));
      stage.at += 1_000;
    }
    expect(stage.asked.length).toBeLessThanOrEqual(20);
  });

  test("keeps the name of who is on it no more", async () => {
    const stage = new Stage();
    await stage.enrich(event(dana));
    stage.at += minute;
    stage.pages = [[haddad]];
    const texts = await stage.enrich(event(noor), event(dana));
    expect(texts.map((text) => text.includes('"_actor"'))).toEqual([true, true]);
  });

  test("that is longer than five pages is read on with the next page of events", async () => {
    const stage = new Stage();
    stage.pages = Array.from({ length: 12 }, (_, page) => [{ ...haddad, id: `admin-${page}` }]);
    const named = async (): Promise<boolean> => (await stage.enrich(event("admin-11")))[0]?.includes("_actor") === true;
    expect([await named(), stage.asked.length]).toEqual([false, 5]);
    expect([await named(), stage.asked.length]).toEqual([false, 10]);
    expect([await named(), stage.asked.length]).toEqual([true, 12]);
  });

  test("that leads in a circle has an end", async () => {
    const stage = new Stage();
    stage.pages = [[ruiz], [haddad]];
    stage.isCircle = true;
    await stage.enrich(event(dana));
    await stage.enrich(event(dana));
    expect(stage.asked).toHaveLength(3);
  });

  test("is kept as far as it fits a row", async () => {
    const stage = new Stage();
    const long = {
      email: "é".repeat(200),
      first_name: "é".repeat(200),
      last_name: "é".repeat(200),
      role: "é".repeat(200),
    };
    stage.pages = [Array.from({ length: 2_000 }, (_, index) => ({ id: `admin-${index}`, ...long }))];
    await stage.enrich(event("admin-0"));
    expect(Buffer.byteLength(JSON.stringify(stage.kept))).toBeLessThan(1_100_000);
    expect(await stage.enrich(event("admin-0"))).toEqual([expect.stringContaining('"_actor"')]);
  });
});

describe("another life of the object", () => {
  test("knows whom it knew and whom it looked for in vain, and does not ask", async () => {
    const stage = new Stage();
    await stage.enrich(event(dana), event(noor));
    stage.restart();
    stage.at += minute;
    const texts = await stage.enrich(event(dana), event(noor));
    expect(texts.map((text) => text.includes('"_actor"'))).toEqual([true, false]);
    expect(stage.asked).toHaveLength(1);
  });

  test("goes on waiting after a refusal, unless the secret is another one", async () => {
    const stage = new Stage();
    stage.status = 403;
    await stage.enrich(event(dana));
    stage.restart();
    await stage.enrich(event(dana));
    expect(stage.asked).toHaveLength(1);
    expect(stage.directory.trouble).not.toBeNull();
    stage.restart("two");
    stage.status = 200;
    expect(await stage.enrich(event(dana))).toEqual([expect.stringContaining(danas)]);
    expect(stage.directory.trouble).toBeNull();
  });
});

describe("without an answer", () => {
  test.each([401, 403])(
    "a refusal with %i names the permission, costs no event, and is tried again after ten minutes",
    async (status) => {
      const stage = new Stage();
      stage.status = status;
      for (let passed = 0; passed < 30; passed += 1) {
        expect(await stage.enrich(event(dana))).toEqual([event(dana)]);
        stage.at += minute;
      }
      expect(stage.asked).toHaveLength(3);
      expect(stage.directory.trouble?.fix).toContain('"List Admins" (GET /api/v1/admins)');
    },
  );

  test("what is known goes on being added", async () => {
    const stage = new Stage();
    await stage.enrich(event(dana));
    stage.at += minute;
    stage.status = 503;
    const texts = await stage.enrich(event(dana), event(noor));
    expect(texts.map((text) => text.includes('"_actor"'))).toEqual([true, false]);
    expect(stage.directory.trouble?.message).toContain("503");
  });

  test("it is tried again after one minute, two, four, eight and then every ten, also when nobody acts", async () => {
    const stage = new Stage();
    stage.status = 500;
    await stage.enrich(event(dana));
    const tries: number[] = [];
    for (let passed = 1; passed <= 40; passed += 1) {
      stage.at += minute;
      const before = stage.asked.length;
      await stage.enrich();
      if (stage.asked.length > before) tries.push(passed);
    }
    expect(tries).toEqual([1, 3, 7, 15, 25, 35]);
    stage.status = 200;
    stage.at += 10 * minute;
    await stage.enrich();
    expect(stage.directory.trouble).toBeNull();
  });

  test("a Retry-After is waited for", async () => {
    const stage = new Stage();
    stage.status = 429;
    stage.headers = new Headers({ "Retry-After": "1800" });
    for (let passed = 0; passed < 30; passed += 1) {
      await stage.enrich(event(dana));
      stage.at += minute;
    }
    expect(stage.asked).toHaveLength(1);
  });

  test("an answer of another shape is no list", async () => {
    const stage = new Stage();
    stage.pages = [];
    expect(await stage.enrich(event(dana))).toEqual([event(dana)]);
    expect(stage.directory.trouble).not.toBeNull();
  });

  test("an endpoint that is gone is told as such", async () => {
    const stage = new Stage();
    stage.status = 404;
    await stage.enrich(event(dana));
    expect(stage.directory.trouble?.fix).toContain('take "actor" out of "enrich"');
  });

  test("no request is made that a poll needs, and none is written down; it goes on when there is room", async () => {
    const stage = new Stage(10);
    stage.budget.charge(8);
    expect(await stage.enrich(event(dana))).toEqual([event(dana)]);
    expect([stage.asked.length, stage.writes]).toEqual([0, 0]);
    expect(stage.directory.trouble?.fix).toContain("maxRequestsPerHour");
    stage.at += 62 * minute;
    expect(await stage.enrich(event(dana))).toEqual([expect.stringContaining(danas)]);
    expect([stage.budget.used(), stage.directory.trouble]).toEqual([1, null]);
    expect(stage.budget.byDataset()).toEqual({ "audit-events": 1 });
  });
});
