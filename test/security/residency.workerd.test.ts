/**
 * Contract §3 and §6: what a record of a tenant with a jurisdiction says stays inside that tenant's object and goes to its
 * destinations, and nowhere else. The local runtime has no jurisdictions, so the object itself stands where any would; that
 * it is asked for in its jurisdiction is shown by test/cron/placement.test.ts, and that it works nowhere else by
 * test/workerd/tick.workerd.test.ts.
 */
import { createScheduledController, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { Forwarder } from "../../src/forwarder/forwarder-object.ts";
import { routes } from "../../src/web/routes.ts";
import worker from "../../src/worker.ts";
import { minute, Premises, second } from "../workerd/premises.ts";
import { askWorker, watch, type WatchedEnv } from "./watched-env.ts";

const bindings = env as unknown as Env;
const tokens = { admin: "admin-token-of-the-residency-tests", viewer: "viewer-token-of-the-residency-tests" };
/** In every field of every record but its id and its times. */
const bodyMark = "what-the-record-says";
const idMark = "name-of-the-record";
const poison = "that-nobody-takes";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function rawOf(id: string, at: number, more = ""): string {
  const occurred = new Date(at).toISOString();
  const said = `${bodyMark}-${id.slice(-3)}${more}`;
  return (
    `{"id":"${id}","action":"${said}","occurred_at":"${occurred}","actor_id":"${said}","actor_type":"${said}",` +
    `"target_id":"${said}","detail":"${said}","error":"${said}","message":"${said}","${said}":1,"new_state":{"name":"${said}"}}`
  );
}

/** Everything that came out of the object of one tenant, by where it came out. */
class Border {
  readonly place: Premises;
  readonly watched: WatchedEnv;
  /** Answers, requests to others, log lines. */
  readonly said: { readonly where: string; readonly text: string }[] = [];
  /** While false, what is sent ends in an error that quotes it. */
  isOnline = true;
  readonly #told = vi.spyOn(Forwarder.prototype, "takeReports");
  #records = 0;

  constructor(tenant: string, more: object) {
    this.place = new Premises(tenant, [], { refuse: [{ contains: poison, status: 422 }] });
    this.place.setTenant(more);
    this.place.set("ADMIN_TOKEN", tokens.admin);
    this.place.set("VIEWER_TOKEN", tokens.viewer);
    this.watched = watch(bindings);
    for (const level of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, level).mockImplementation((...line: unknown[]) => this.#note(`console.${level}`, line));
    }
    this.#guardTheWay();
  }

  /** Notes all of a request to the outside but its body, and lets intakes say in their answers what they were sent. */
  #guardTheWay(): void {
    const { world } = this.place;
    const go = world.fetch;
    vi.spyOn(world, "fetch").mockImplementation(async (request) => {
      const body = new TextDecoder().decode(await request.clone().arrayBuffer());
      this.#note(`${request.method} ${request.url}`, [...request.headers]);
      if (!this.isOnline) throw new Error(`Connection lost while sending ${body}`);
      const answer = await go(request);
      return body === "" || answer.ok ? answer : new Response(body, { status: answer.status });
    });
  }

  #note(where: string, what: unknown): void {
    this.said.push({ where, text: typeof what === "string" ? what : JSON.stringify(what) });
  }

  /** New records, a second old. */
  happen(count: number, more = ""): void {
    const at = this.place.now - second;
    const events = Array.from({ length: count }, (_, index) => {
      const id = `${idMark}-${String(this.#records + index).padStart(3, "0")}`;
      return { id, key: id, at: at * 1000 + index, visibleAt: at, raw: rawOf(id, at, more), served: 0 };
    });
    this.#records += count;
    this.place.kandji.store.add(events);
  }

  /** The next firing of the cron, and all that it sets off. */
  async fire(): Promise<void> {
    this.place.pass(minute);
    await worker.scheduled(createScheduledController({ scheduledTime: this.place.now }), this.watched.env);
    await this.place.ringDue();
  }

  async ask(path: string, method: string, token: string, accept: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, accept, "content-type": "application/json" };
    const body = method === "DELETE" && path.endsWith(this.place.tenant) ? "{}" : undefined;
    const response = await askWorker(this.watched.env, path, { method, headers, ...(body && { body }) });
    this.#note(`${method} ${path} ${response.status}`, [...response.headers]);
    this.#note(`${method} ${path} ${response.status}`, await response.text());
  }

  /** Every route, seen by everybody in every shape, and every operation done. */
  async askEverything(): Promise<void> {
    // What is seen first, what is done afterwards.
    for (const route of routes.toSorted((one, other) => Number(one.operates) - Number(other.operates))) {
      const path = route.path.replace(":tenant", this.place.tenant);
      for (const accept of ["application/json", "text/html"]) {
        for (const token of [tokens.viewer, tokens.admin]) await this.ask(path, route.method, token, accept);
      }
    }
  }

  /** What left the object: to the Worker and to the forwarder object, to readers, to the log, and beside the records to others. */
  async everything(): Promise<{ where: string; text: string }[]> {
    const crossed = this.watched.calls.map(({ object, method, given, answer }) => ({
      where: `${object}.${method}`,
      text: JSON.stringify([given, answer instanceof Error ? `${answer.message} ${answer.stack}` : answer]),
    }));
    const told = this.#told.mock.calls.map((given) => ({ where: "takeReports", text: JSON.stringify(given) }));
    const kept = await runInDurableObject(bindings.FORWARDER.getByName("forwarder"), (_, { storage }) => ({
      where: "storage of the forwarder object",
      text: JSON.stringify([...storage.kv.list()]),
    }));
    return [...crossed, ...told, kept, ...this.said];
  }

  async whereIs(mark: string): Promise<string[]> {
    const found = (await this.everything()).filter(({ text }) => text.includes(mark));
    return [...new Set(found.map(({ where }) => where))];
  }
}

/** Some minutes of such a tenant: news, a refused record, an intake and a Kandji that are out of order, every route. */
async function live(border: Border): Promise<void> {
  const { place } = border;
  await border.fire();
  border.happen(30);
  await border.fire();
  border.happen(1, poison);
  border.happen(20);
  await border.fire();
  await border.fire();
  await border.askEverything();
  border.happen(10);
  const siem = place.world.intakes.get("siem");
  for (const status of [401, 500, 400, 413]) {
    siem?.faults.set({ always: { do: "status", status } });
    await border.fire();
    await border.ask(`/tenants/${place.tenant}/verify`, "POST", tokens.admin, "text/html");
    await border.ask(`/status/${place.tenant}`, "GET", tokens.admin, "application/json");
  }
  siem?.faults.clear();
  border.isOnline = false;
  await border.fire();
  border.isOnline = true;
  for (const fault of [{ do: "cut" }, { do: "unreadable" }] as const) {
    place.kandji.faults.set({ script: [fault, fault, fault] });
    border.happen(2);
    await border.fire();
  }
  place.kandji.faults.clear();
  for (let turn = 0; turn < 3; turn += 1) await border.fire();
  await border.askEverything();
}

/** Places that may name records by their id (contract §6), and say nothing else of them. */
const namesRecords = (where: string, tenant: string): boolean =>
  where === `TENANTS ${tenant}.deadLetters` ||
  [`GET /tenants/${tenant}/dead-letters 200`, `GET /status/${tenant} 200`].includes(where);

test("no page, answer, log line, or value that leaves the object of a tenant with a jurisdiction has anything of a record but the id of a dead letter", async () => {
  const border = new Border("resident", { jurisdiction: "eu" });
  await live(border);
  expect(await border.whereIs(bodyMark)).toEqual([]);
  expect((await border.whereIs(idMark)).filter((where) => !namesRecords(where, "resident"))).toEqual([]);
  // The records themselves went where they belong.
  expect(border.place.account).toMatchObject({ lost: 0, altered: 0 });
  const arrived = [...(border.place.world.intakes.get("siem")?.memory.texts.values() ?? [])];
  const records = arrived.filter((text) => text.includes(idMark));
  expect(records.length).toBeGreaterThan(60);
  expect(records.filter((text) => !text.includes(bodyMark))).toEqual([]);
  // What was looked through is all that there is to look through.
  const places = new Set((await border.everything()).map(({ where }) => where));
  for (const where of ["TENANTS resident.tick", "TENANTS resident.deadLetters", "FORWARDER forwarder.takeReports"]) {
    expect([...places]).toContain(where);
  }
  expect(border.said.filter(({ where }) => where === "console.log").length).toBeGreaterThan(5);
});

test("what is looked for would be found: a tenant without one shows the beginning of a dead letter, and unknown words when it is verified, to readers alone", async () => {
  const border = new Border("nomad", {});
  await live(border);
  const places = await border.whereIs(bodyMark);
  expect(places.toSorted()).toEqual([
    "GET /status/nomad 200",
    "GET /tenants/nomad/dead-letters 200",
    "POST /tenants/nomad/verify 200",
    "TENANTS nomad.deadLetters",
    // What the newest record is called.
    "TENANTS nomad.report",
    "TENANTS nomad.verify",
  ]);
});

test("an error of the program itself that quotes a record is told by its place alone", async () => {
  const border = new Border("stumbling", { jurisdiction: "eu" });
  await border.fire();
  const sql = await runInDurableObject(
    border.place.stub,
    (_, { storage }) => Object.getPrototypeOf(storage.sql) as Sql,
  );
  const exec = Reflect.get(sql, "exec");
  const broken = vi.spyOn(sql, "exec").mockImplementation(function quoting(this: unknown, ...given) {
    if (JSON.stringify(given).includes(bodyMark)) throw new Error(`Cannot store ${JSON.stringify(given)}`);
    return Reflect.apply(exec, this, given);
  });
  border.happen(3);
  await border.fire();
  await border.ask("/status/stumbling", "GET", tokens.admin, "text/html");
  broken.mockRestore();
  const told = await border.whereIs("internal-error");
  for (const where of ["console.error", "takeReports", "GET /status/stumbling 200"]) expect(told).toContain(where);
  expect(await border.whereIs(bodyMark)).toEqual([]);
  await border.fire();
  await border.fire();
  expect(border.place.account).toMatchObject({ delivered: 3, lost: 0 });
});

describe("a failure of Kandji whose body is a page of records", () => {
  const record = rawOf(`${idMark}-900`, Date.parse("2026-05-01T08:00:00Z"));
  test.each([
    ["whole", `{"results":[${record}],"next":null}`],
    ["bare", `[${record}]`],
    ["torn", `{"results":[${record},{"id":"`],
  ])("tells nothing of them: %s", async (name, body) => {
    const border = new Border(`misled-by-one-${name}`, { jurisdiction: "eu" });
    border.place.kandji.faults.set({ always: { do: "status", status: 500, body } });
    await border.fire();
    await border.ask(`/status/${border.place.tenant}`, "GET", tokens.admin, "text/html");
    expect(border.place.requests).toBeGreaterThan(0);
    expect(await border.whereIs("kandji-unavailable")).toContain("takeReports");
    expect(await border.whereIs(bodyMark)).toEqual([]);
  });
});

interface Sql {
  readonly exec: (...given: readonly unknown[]) => unknown;
}
