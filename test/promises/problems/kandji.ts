import type { Fault } from "../../simulator/faults.ts";
import { epoch, hour, minute, secrets } from "../../tenant/household.ts";
import type { Row } from "./row.ts";
import { kandjiToken, permissions, type Stage } from "./watched-installation.ts";

/** What goes wrong between the forwarder and Kandji while events are polled. */

const subject = "tenant acme / audit-events";

/** What Kandji says is shown; a text that quotes the token must not be. */
const status = (code: number): Fault => ({ do: "status", status: code, body: `{"detail":"no, ${kandjiToken}"}` });

const answers = (code: string, health: Row["health"], fault: Fault): Row => ({
  code,
  subject,
  health,
  cause: (it) => it.acme.faults.set({ always: fault }),
  remove: (it) => it.acme.faults.clear(),
});

const audit = "/api/v1/audit/events";
const threats = { "/api/v1/threat-details": 404, "/api/v2/threat/threat-details": 404 };

const oddity = { minutes: 61, because: "it is shown for an hour after it was last seen" };
const paging = (code: string, next: "same" | "foreign", besides: readonly string[] = []): Row => ({
  code,
  subject,
  health: "degraded",
  besides,
  cause: (it) => {
    it.acme.change({ next });
    const ties = { groups: 1, size: 1_300 };
    it.acme.seed({ seed: 7, count: 1_800, from: it.now, to: it.now + 30_000, ties });
  },
  remove: (it) => it.acme.change({ next: "url" }),
  shown: oddity,
});

const ofAccounts = (): Stage => ({
  kandji: {
    acme: { token: kandjiToken, events: [{ seed: 1, count: 4_000, from: epoch - hour, to: epoch + hour }] },
    other: { token: kandjiToken, events: [{ seed: 9, count: 500, from: epoch - 24 * hour, to: epoch + hour }] },
  },
});

const named = (more: object): Record<string, string> => secrets({ siem: {} }, { datasets: more });

export const rows: readonly Row[] = [
  answers("token-rejected", "failing", status(401)),
  answers("token-lacks-permission", "failing", status(403)),
  answers("wrong-host", "failing", status(404)),
  answers("unexpected-answer", "failing", status(400)),
  answers("kandji-unavailable", "degraded", status(503)),
  answers("rate-limited", "degraded", status(429)),
  answers("unreadable-answer", "degraded", { do: "unreadable" }),
  {
    code: "kandji-unreachable",
    subject,
    health: "degraded",
    cause: (it) => {
      it.between = async (request, go) => {
        if (request.url.includes("kandji.io")) throw new TypeError("fetch failed");
        return go();
      };
    },
    remove: (it) => {
      it.between = async (_, go) => go();
    },
  },
  {
    code: "not-available",
    subject: "tenant acme / threats",
    health: "failing",
    stage: () => ({
      kandji: { acme: { token: kandjiToken, permissions, fleet: { devices: 3 } } },
      env: named({ "audit-events": {}, threats: { every: "60s" } }),
    }),
    cause: (it) => it.acme.change({ unavailable: threats }),
    remove: (it) => it.acme.change({ unavailable: {} }),
  },
  {
    code: "different-account",
    subject,
    health: "failing",
    stage: ofAccounts,
    cause: (it) => it.put(secrets({ siem: {} }, { subdomain: "other" })),
    remove: (it) => it.put(secrets()),
  },
  paging("foreign-next", "foreign"),
  paging("repeated-next", "same", ["hidden-ties"]),
  paging("hidden-ties", "same", ["repeated-next"]),
  {
    code: "enrichment-degraded",
    subject,
    health: "degraded",
    stage: () => ({
      kandji: { acme: { token: kandjiToken, permissions } },
      env: named({ "audit-events": { enrich: ["actor"] } }),
    }),
    cause: (it) => {
      it.acme.change({ permissions: [audit] });
      it.acme.seed({ seed: 2, count: 200, from: it.now, to: it.now + 30_000 });
    },
    remove: (it) => it.acme.change({ permissions }),
    shown: { minutes: 10, because: "a list that was refused is asked for again after ten minutes" },
  },
  {
    code: "share-used-up",
    subject: "tenant acme",
    health: "degraded",
    calm: 10,
    cause: (it) => it.put(secrets({ siem: {} }, { maxRequestsPerHour: 5 })),
    remove: (it) => it.put(secrets()),
  },
  {
    code: "quota-scarce",
    subject: "tenant acme",
    health: "degraded",
    stage: () => ({
      kandji: { acme: { token: kandjiToken, permissions, fleet: { devices: 3 } } },
      env: named({ "audit-events": {}, devices: { every: "60s" } }),
    }),
    // Another tool has made all but so many of the requests of the hour.
    cause: (it) => {
      it.between = async (_, go) => {
        const answer = await go();
        const headers = new Headers(answer.headers);
        headers.set("X-RateLimit-Remaining-Hour", "1999");
        return new Response(answer.body, { status: answer.status, headers });
      };
    },
    remove: (it) => {
      it.between = async (_, go) => go();
    },
  },
  {
    code: "late-beyond-overlap",
    subject,
    health: "degraded",
    stage: () => ({
      kandji: { acme: { token: kandjiToken, events: [{ seed: 1, count: 400, from: epoch, to: epoch + 12 * hour }] } },
      env: named({ "audit-events": { overlap: "10m", sweep: "2d", sweepEvery: "2h", backfill: "0s" } }),
    }),
    calm: 200,
    cause: (it) => void it.acme.seed({ seed: 5, count: 3, from: it.now - 100 * minute, to: it.now - 90 * minute }),
    after: { minutes: 125, because: "sweeps are two hours apart here" },
    remove: () => undefined,
    shown: { minutes: 24 * 60, because: "it is shown for a day after a sweep found something" },
  },
  {
    code: "quieter-than-usual",
    subject,
    health: "degraded",
    stage: () => ({
      kandji: { acme: { token: kandjiToken, events: [{ seed: 3, count: 2_600, from: epoch, to: epoch + 26 * hour }] } },
      env: named({ "audit-events": { every: "20m", sweep: "never" } }),
    }),
    calm: 31 * 60,
    cause: () => undefined,
    after: { minutes: 120, because: "it is the silence itself" },
    remove: (it) => void it.acme.seed({ seed: 4, count: 3, from: it.now - minute, to: it.now - 1_000 }),
    shown: { minutes: 20, because: "it is polled every 20 minutes here" },
  },
];
