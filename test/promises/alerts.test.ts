import { describe, expect, test } from "vitest";
import { notifySecret, WatchedForwarder } from "../forwarder/watched-forwarder.ts";
import type { Fault } from "../simulator/faults.ts";
import { epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

/** What goes wrong is told in the chat and in the journal within two firings, and so is its end. */

const kandjiToken = "token-of-acme";
const notify = {
  ...notifySecret("ops"),
  ...notifySecret("chat", { type: "slack" }),
  ...notifySecret("office", { type: "teams" }),
};

interface Plot {
  readonly code: string;
  readonly subject: string;
  readonly cause: (it: Household) => void;
  readonly remove: (it: Household) => void;
}

const status = (code: number): Fault => ({ do: "status", status: code, body: `{"detail":"no, ${kandjiToken}"}` });

const atKandji = (code: string, fault: Fault): Plot => ({
  code,
  subject: "tenant acme / audit-events",
  cause: (it) => it.world.kandji.get("acme")?.faults.set({ always: fault }),
  remove: (it) => it.world.kandji.get("acme")?.faults.clear(),
});
const atIntake = (code: string, fault: Fault): Plot => ({
  code,
  subject: "tenant acme / destination siem",
  cause: (it) => it.world.intakes.get("siem")?.faults.set({ always: fault }),
  remove: (it) => it.world.intakes.get("siem")?.faults.clear(),
});
const inSecrets = (code: string, env: Record<string, string>): Plot => ({
  code,
  subject: "tenant acme",
  cause: (it) => it.evict(env),
  remove: (it) => it.evict(secrets()),
});

const plots = [
  atKandji("token-rejected", status(401)),
  atKandji("wrong-host", status(404)),
  atKandji("kandji-unavailable", status(503)),
  atKandji("unexpected-answer", status(400)),
  atIntake("destination-locked-out", status(403)),
  atIntake("destination-unavailable", status(503)),
  inSecrets("destination-unknown", secrets({ siem: {} }, { destinations: ["siem", "nowhere"] })),
  inSecrets("no-destination", { TENANT_ACME: secrets()["TENANT_ACME"] ?? "" }),
];

class Watched {
  readonly household = new Household(
    {
      kandji: {
        acme: { token: kandjiToken, events: [{ seed: 1, count: 4_000, from: epoch - hour, to: epoch + hour }] },
      },
      intakes: { siem: { kind: "webhook", keepTexts: false } },
    },
    secrets(),
  );
  readonly forwarder = new WatchedForwarder(notify);

  /** A firing a minute later, what it sets off, and what is told of it; the forwarder object is evicted each time. */
  async fire(): Promise<void> {
    const report = await this.household.pass(minute);
    await this.forwarder.take([report], this.household.time.now());
    this.forwarder.evict();
  }

  /** `event code` of each message to the program, in order. */
  get told(): string[] {
    return this.forwarder.posted
      .filter(({ url }) => url.includes("ops"))
      .map(({ body }) => JSON.parse(body) as { event: string; code: string })
      .map(({ event, code }) => `${event} ${code}`);
  }
}

describe("a problem is told within two firings, and its end too", () => {
  test.each(plots)("$code", async ({ code, subject, cause, remove }) => {
    const it = new Watched();
    for (let firing = 0; firing < 3; firing += 1) await it.fire();
    expect(it.told).toEqual([]);

    cause(it.household);
    await it.fire();
    await it.fire();
    expect(it.told).toContain(`degraded ${code}`);
    const told = it.told.length;
    await it.fire();
    expect(it.told).toHaveLength(told);

    remove(it.household);
    await it.fire();
    await it.fire();
    expect(it.told).toContain(`restored ${code}`);

    const entries = it.forwarder.entries.filter(({ actionDetails }) => actionDetails?.["code"] === code);
    expect(entries.map(({ actionName }) => actionName)).toEqual(["HEALTH_DEGRADED", "HEALTH_RESTORED"]);
    expect(entries[0]?.actionParams?.static).toEqual({ tenant: "acme", subject });
    expect(it.forwarder.posted).toHaveLength(3 * it.told.length);
  });

  test("no message and no entry has a secret or a record in it", async () => {
    for (const { cause, remove } of plots) {
      const it = new Watched();
      await it.fire();
      cause(it.household);
      for (let firing = 0; firing < 7; firing += 1) await it.fire();
      remove(it.household);
      for (let firing = 0; firing < 2; firing += 1) await it.fire();
      const out = JSON.stringify([it.forwarder.posted.map(({ body }) => body), it.forwarder.entries]);
      expect(out.length).toBeGreaterThan(100);
      expect(out).not.toContain(kandjiToken);
      expect(out).not.toContain("-secret");
      expect(out).not.toMatch(/occurred_at|actor_id/);
    }
  });
});
