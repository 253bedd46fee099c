import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { datasets, feeds, listings } from "../../src/datasets/registry.ts";
import type { Problem, TenantReport } from "../../src/tenant/report.ts";
import { prefersPage } from "../../src/web/negotiation.ts";
import { duration, relative } from "../../src/web/pages/format.ts";
import { localTimes } from "../../src/web/pages/local-times.ts";
import { routes } from "../../src/web/routes.ts";
import { asking, browser, form } from "./asking.ts";
import { withoutOurScript } from "./own-script.ts";
import {
  aConfig,
  adminToken,
  aDataset,
  aDeadLetter,
  aDestination,
  aFleet,
  aGateway,
  ago,
  anHour,
  aReport,
  aWalk,
  broken,
  everyDataset,
  kandjiToken,
  operations,
  validTenant,
  viewerToken,
} from "./sample.ts";

const evil = `"'><script>alert(1)</script>`;

function evilProblem(): Problem {
  return { code: evil, subject: evil, message: evil, fix: evil, health: "failing" };
}

function evilReport() {
  return aReport({
    datasets: [
      aDataset({
        name: evil,
        newestRecordAt: evil,
        lastSuccessAt: evil,
        nextDueAt: evil,
        completeness: [anHour({ hour: evil }, { name: evil })],
      }),
      aDataset({ name: evil, nextDueAt: evil, walk: aWalk({ startedAt: evil, endsAt: evil }) }),
      aDataset({ name: evil, walk: aWalk({ state: "walking", startedAt: evil, endsAt: evil }) }),
    ],
    requests: { lastHour: 9, limitPerHour: 10, left: 1, byDataset: { [evil]: 9 } },
    destinations: [
      aDestination({
        name: evil,
        type: evil,
        target: evil,
        lastError: evil,
        retryAt: evil,
        oldestPendingAt: evil,
        lastDeliveredAt: evil,
        pending: 1,
        dead: 2,
        collected: 48_214,
      }),
    ],
    problems: [evilProblem()],
  });
}

function evilGateway() {
  const report = async () => evilReport();
  const letter = aDeadLetter({
    dataset: evil,
    destination: evil,
    recordId: evil,
    reason: evil,
    excerpt: evil,
    at: evil,
  });
  const check = { name: evil, ok: false, message: evil, fix: evil };
  const notes = broken(evil, evil).errors;
  const tenants = new Map([
    ["acme", validTenant("acme", { destinations: [evil], notes })],
    [evil, broken(evil, evil)],
  ]);
  return aGateway({
    config: () => aConfig({ tenants, destinations: new Map([[evil, broken(evil, evil)]]) }),
    fleet: async () => aFleet({ lastTickAt: evil, tenants: [evilReport()], homes: { acme: "", [evil]: "" } }),
    tenant: (id) => operations([], id, report, [letter], { ok: false, checks: [check] }),
    permission: () => evil,
    version: evil,
  });
}

describe("pages", () => {
  const pages = [
    "/status",
    "/status/acme",
    `/status/${encodeURIComponent(evil)}`,
    "/verify/acme",
    `/verify/${encodeURIComponent(evil)}`,
    "/tenants/acme/dead-letters",
    `/status/nobody-${encodeURIComponent(evil)}`,
    `/status/acme?done=${encodeURIComponent(evil)}`,
  ];
  for (const path of pages) {
    it(`${path} shows what others wrote as text only`, async () => {
      const text = withoutOurScript(await (await asking(evilGateway())(path, { headers: browser })).text());
      expect(text).not.toContain("<script");
      expect(text).not.toContain(`"'>`);
      expect(text).not.toContain("[object");
    });
  }

  it("shows the results of a verification as text only", async () => {
    const response = await asking(evilGateway())("/tenants/acme/verify", { method: "POST", headers: form, body: "" });
    const text = withoutOurScript(await response.text());
    expect(response.status).toBe(200);
    expect(text).toContain("1 check fails");
    expect(text).not.toContain("<script");
  });

  it("works in a strict content security policy, with a fresh nonce for the one style sheet", async () => {
    const ask = asking(aGateway());
    const [first, second] = [await ask("/status", { headers: browser }), await ask("/status", { headers: browser })];
    const policy = first.headers.get("Content-Security-Policy") ?? "";
    const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
    for (const directive of ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(directive);
    }
    const digest = createHash("sha256").update(localTimes).digest("base64");
    expect(policy.match(/script-src [^;]*/)?.[0]).toBe(`script-src 'sha256-${digest}'`);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(second.headers.get("Content-Security-Policy")).not.toBe(policy);
    const text = withoutOurScript(await first.text());
    expect(text).toContain(`<style nonce="${nonce}">`);
    expect(text).not.toMatch(/<script| style=| on\w+=|javascript:/);
    expect(text.match(/(?:src|href|action)="(?!\/|#|data:)[^"]*"/g)).toBeNull();
  });

  it("cannot be stored, framed, sniffed or tell where a reader came from, whatever is answered", async () => {
    const ask = asking(aGateway());
    const responses = [
      await ask("/status"),
      await ask("/status", { headers: browser }),
      await ask("/nothing"),
      await ask("/status", { as: "nobody" }),
      await ask("/healthz", { as: "nobody" }),
      await ask("/tenants/acme/poll", { method: "POST", headers: form }),
    ];
    for (const { headers } of responses) {
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers.get("X-Frame-Options")).toBe("DENY");
      expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=/);
      expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    }
  });

  it("stay below 100 KB with as many tenants as there can be, and with parts that others wrote at length", async () => {
    const long = "x".repeat(5000);
    const ids = Array.from({ length: 126 }, (_, index) => `tenant-with-a-rather-long-name-${index}`);
    const problems = Array.from({ length: 3 }, () => ({ ...evilProblem(), message: long, fix: long, subject: long }));
    const destinations = Array.from({ length: 12 }, (_, index) =>
      aDestination({
        name: `d${index}`,
        lastError: long,
        retryAt: ago(-5000),
        pending: 1,
        collected: 48_212,
        oldestPendingAt: ago(9),
      }),
    );
    const tenants = ids.map((id) => aReport({ id, problems, destinations }));
    const deadLetters = Array.from({ length: 200 }, (_, id) =>
      aDeadLetter({ id: id + 1, excerpt: `"<${long}`, reason: long }),
    );
    const gateway = aGateway({
      config: () => aConfig({ tenants: new Map(ids.map((id) => [id, validTenant(id)])) }),
      fleet: async () => aFleet({ tenants }),
      tenant: (id) =>
        operations(
          [],
          id,
          async () =>
            aReport({ id, destinations: [...destinations.slice(1), aDestination({ dead: 200, collected: 48_411 })] }),
          deadLetters,
          { ok: true, checks: [] },
        ),
    });
    const ask = asking(gateway);
    for (const path of ["/status", `/status/${ids[0]}`, `/tenants/${ids[0]}/dead-letters`]) {
      const text = await (await ask(path, { headers: browser })).text();
      expect(new TextEncoder().encode(text).length).toBeLessThan(100_000);
      expect(text).toContain(ids[0]);
    }
    expect(await (await ask("/status", { headers: browser })).text()).toContain(ids.at(-1));
  });

  it("give the sentence first, then the mends", async () => {
    const sentence = async (gateway: ReturnType<typeof aGateway>) =>
      /<h1[^>]*>([^<]*)/.exec(await (await asking(gateway)("/status", { headers: browser })).text())?.[1];
    const fleet = (changes: Parameters<typeof aFleet>[0]) => aGateway({ fleet: async () => aFleet(changes) });
    expect(await sentence(aGateway())).toBe("Everything arrives");
    expect(
      await sentence(
        fleet({ tenants: [aReport({ destinations: [aDestination({ paused: true, health: "paused" })] })] }),
      ),
    ).toBe("Everything arrives, except what is paused");
    expect(await sentence(fleet({ tenants: [aReport({ health: "paused", paused: true })] }))).toBe(
      "Everything is paused",
    );
    expect(await sentence(fleet({ lastTickAt: null, tenants: [], homes: {} }))).toBe(
      "Waiting for the first firing of the cron",
    );
    expect(await sentence(fleet({ tenants: [aReport({ health: "degraded" })] }))).toBe(
      "It works, with something to look at",
    );
    expect(await sentence(fleet({ tenants: [aReport({ problems: [evilProblem()] })] }))).toBe("1 thing needs you");
    expect(await sentence(fleet({ lastTickAt: ago(600_000), tenants: [aReport({ problems: [evilProblem()] })] }))).toBe(
      "2 things need you",
    );
    expect(
      await sentence(
        aGateway({
          config: () => aConfig({ tenants: new Map() }),
          fleet: async () => aFleet({ tenants: [], homes: {} }),
        }),
      ),
    ).toBe("No tenant is set up yet");
  });

  it("refresh the status, unless the reader stopped it, and never a page with fields", async () => {
    const ask = asking(aGateway());
    const refreshes = async (path: string, as: "admin" | "viewer" = "admin") => {
      const response = await ask(path, { headers: browser, as });
      const text = await response.text();
      const isOn = response.headers.get("Refresh") !== null;
      // Whoever needs longer can stop it, and start it again.
      if (isOn) expect(text).toContain(`href="${path.split("?")[0]}?refresh=off">Stop refreshing every 60 s</a>`);
      if (path.includes("refresh=off")) expect(text).toContain(`href="${path.split("?")[0]}">Refresh every 60 s</a>`);
      expect(text.includes("<form") && isOn).toBe(false);
      return isOn;
    };
    expect(await refreshes("/status")).toBe(true);
    expect(await refreshes("/status?refresh=off")).toBe(false);
    expect(await refreshes("/status/acme", "viewer")).toBe(true);
    expect(await refreshes("/status/acme?refresh=off", "viewer")).toBe(false);
    for (const path of ["/status/acme", "/verify/acme", "/tenants/acme/dead-letters", "/nowhere"])
      expect(await refreshes(path)).toBe(false);
    expect((await ask("/status")).headers.get("Refresh")).toBeNull();
  });

  it("tells of a tenant by the worst that it shows, the broken secret of a destination too", async () => {
    const config = () => aConfig({ destinations: new Map([["siem", broken("DESTINATION_SIEM")]]) });
    const text = await (await asking(aGateway({ config }))("/status/acme", { headers: browser })).text();
    expect(text).toContain('<h1 class="headline failing">1 thing needs you</h1>');
    const paused = aGateway({
      config,
      tenant: (id) =>
        operations([], id, async () => aReport({ health: "paused", paused: true }), [], { ok: true, checks: [] }),
    });
    expect(await (await asking(paused)("/status/acme", { headers: browser })).text()).toContain(
      '<h1 class="headline paused">This tenant is paused</h1>',
    );
  });

  it("have buttons for an admin and none for a viewer", async () => {
    const report = async () => aReport({ destinations: [aDestination({ dead: 1, delivered: 48_210 })] });
    const gateway = aGateway({ tenant: (id) => operations([], id, report, [aDeadLetter()], { ok: true, checks: [] }) });
    const ask = asking(gateway);
    for (const path of ["/status/acme", "/verify/acme", "/tenants/acme/dead-letters"]) {
      expect(await (await ask(path, { headers: browser })).text()).toContain("<form");
      expect(await (await ask(path, { headers: browser, as: "viewer" })).text()).not.toMatch(/<form|<button|<input/);
    }
  });

  it("have forms whose every target is a route that a form can reach", async () => {
    const report = async () =>
      aReport({ datasets: [aDataset({ paused: true })], destinations: [aDestination({ dead: 1, delivered: 48_210 })] });
    const gateway = aGateway({ tenant: (id) => operations([], id, report, [aDeadLetter()], { ok: true, checks: [] }) });
    const text = await (await asking(gateway)("/status/acme", { headers: browser })).text();
    const actions = [...text.matchAll(/action="([^"]+)"/g)].map(([, action]) => action!.replace("/acme", "/:tenant"));
    expect(new Set(actions)).toEqual(
      new Set(
        ["poll", "pause", "resume", "replay", "dead-letters/redrive", "dead-letters/delete", "forget"].map(
          (end) => `/tenants/:tenant/${end}`,
        ),
      ),
    );
    const posts = new Set(routes.filter(({ method }) => method === "POST").map(({ path }) => path));
    expect(actions.filter((action) => !posts.has(action))).toEqual([]);
  });

  it("name what must be ticked in the console", async () => {
    expect(await (await asking(aGateway())("/verify/acme", { headers: browser })).text()).toContain(
      "List audit events",
    );
  });
});

describe("a tenant with every dataset", () => {
  const names = [...datasets.keys()];
  const settings = {
    everyMs: 3_600_000,
    backfillMs: 0,
    overlapMs: 0,
    sweepMs: 0,
    sweepEveryMs: 0,
    snapshotEveryMs: Infinity,
    sensitive: [],
    enrich: [],
  } as const;
  const requests = { lastHour: 1_900, limitPerHour: 2_500, left: 600, byDataset: { devices: 7, "device-apps": 1_210 } };
  const destinations = Array.from({ length: 12 }, (_, index) =>
    aDestination({ name: `d${index}`, lastError: "x".repeat(5000) }),
  );
  const gateway = (changes: Partial<TenantReport> = {}) => {
    const report = aReport({ datasets: everyDataset(), requests, destinations, ...changes });
    const tenant = validTenant("acme", { datasets: new Map(names.map((name) => [name, settings])) });
    return aGateway({
      config: () => aConfig({ tenants: new Map([["acme", tenant]]) }),
      fleet: async () => aFleet({ tenants: [report] }),
      tenant: (id) => operations([], id, async () => report, [], { ok: true, checks: [] }),
    });
  };
  const page = async (path: string, as: "admin" | "viewer" = "admin", changes: Partial<TenantReport> = {}) =>
    (await asking(gateway(changes))(path, { headers: browser, as })).text();
  /** What is seen of one dataset that is walked whole: its line, and what lies behind it. */
  const walked = (text: string, name: string): string => {
    const items = text.split("<li><details><summary>").slice(1);
    return shown(items.find((item) => item.startsWith(`<b>${name}</b>`))?.split("</details>")[0] ?? "");
  };
  const shown = (html: string): string => html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

  it("has a line for each that is walked whole and the rest of it one click down", async () => {
    const text = await page("/status/acme");
    expect(text.match(/<li><details><summary>/g)).toHaveLength(listings.size);
    expect(text.match(/<article>/g)).toHaveLength(feeds.size + destinations.length);
    expect(new TextEncoder().encode(text).length).toBeLessThan(100_000);
    expect(text).not.toMatch(/<details open/);
  });

  it("stays below 100 KB with as many destinations as are shown with their last 30 days", async () => {
    const text = await page("/status/acme", "admin", { destinations: destinations.slice(0, 6) });
    expect(text.match(/<summary>Last 30 days/g)).toHaveLength(feeds.size + 6);
    expect(new TextEncoder().encode(text).length).toBeLessThan(100_000);
  });

  it("says of a walk how far it is, what it took so far and when it may end", async () => {
    const text = await page("/status/acme");
    const running = walked(text, "behavioral-detections");
    expect(running).toContain("walking, 43 %, ends in 12 min");
    for (const fact of [
      "Walk in progress 43 %",
      "Began 14 min ago",
      "Expected end in 12 min",
      "Rows 8,120",
      "Requests 214",
    ])
      expect(running).toContain(fact);
    expect(running).toContain("Devices left out 60");
    expect(running).toContain("Rows remembered 8,133");
    expect(text).toContain('<progress max="100" value="43" aria-label="Walk of behavioral-detections">');
  });

  it("says of one that rests how the last walk was and when the next begins", async () => {
    const text = await page("/status/acme");
    const resting = walked(text, "tags");
    expect(resting).toContain("2,009 rows, next in 1 h");
    expect(resting).toContain("Last walk ended 12 min ago");
    expect(resting).toContain("It took 2 min");
    expect(resting).not.toContain("Expected end");
  });

  it("tells apart a first walk, one that was paused, and none yet", async () => {
    const text = await page("/status/acme");
    expect(walked(text, "vulnerability-detections")).toContain("first walk, 3 %");
    expect(walked(text, "vulnerability-detections")).not.toContain("Expected end");
    expect(walked(text, "devices")).toMatch(/devices paused 369 rows .* Resume/u);
    expect(walked(text, "admins")).toMatch(/not walked yet .*Last walk ended never It took –/u);
  });

  it("can be paused dataset by dataset by an admin only", async () => {
    expect((await page("/status/acme")).match(/type="hidden" name="dataset"/g)).toHaveLength(names.length);
    expect(await page("/status/acme", "viewer")).not.toMatch(/<form/);
  });

  it("says which datasets make the requests and how many are left", async () => {
    const text = shown(await page("/status/acme"));
    expect(text).toContain("Made 1,900 of 2,500");
    expect(text).toContain("Left 600");
    expect(text).toContain("By dataset device-apps 1,210 devices 7 Before the last restart 683");
    expect(shown(await page("/status/acme", "admin", { requests: { ...requests, lastHour: 1_217 } }))).not.toContain(
      "restart",
    );
  });

  it("is a few lines among all tenants: what is at work and what needs somebody, the rest counted", async () => {
    const text = shown(await page("/status"));
    expect(text).toContain("30 datasets walked whole");
    expect(text).toContain("threats failing 0 rows, next soon users degraded 656 rows, next in 1 h");
    expect(text).toContain("behavioral-detections ok walking, 43 %, ends in 12 min");
    expect(text).toContain("At rest: 25 ok, 1 paused");
    expect(text).not.toContain("prism-apps");
  });

  it("names at most eight of them there", async () => {
    const failing = everyDataset().map((dataset) => ({ ...dataset, health: "failing", paused: false }) as const);
    const text = await page("/status", "admin", { datasets: failing });
    expect(text.match(/<li><b>/g)).toHaveLength(8);
    expect(shown(text)).toContain("And more: 22 failing");
  });

  it("leaves out what a report of an older version does not tell", async () => {
    const { lastHour, limitPerHour } = requests;
    const old = { lastHour, limitPerHour } as TenantReport["requests"];
    expect(shown(await page("/status/acme", "admin", { requests: old }))).toContain("Left 600");
    expect(await page("/status", "admin", { requests: old })).toContain("1,900 of 2,500");
  });
});

describe("what is answered", () => {
  it("is JSON for a program and a page for a browser, for the same path", async () => {
    const ask = asking(aGateway());
    for (const path of ["/status", "/status/acme", "/tenants/acme/dead-letters", "/nothing"]) {
      expect((await ask(path)).headers.get("Content-Type")).toMatch(/^application\/json/);
      expect((await ask(path, { headers: browser })).headers.get("Content-Type")).toMatch(/^text\/html/);
    }
  });

  it("is one tenant's own fields at the top of its status, of this moment", async () => {
    const gateway = aGateway();
    const status = await (await asking(gateway)("/status/acme")).json();
    expect(status).toMatchObject({
      id: "acme",
      version: "1.2.3",
      datasets: [{ name: "audit-events" }],
      tenants: [{ id: "acme" }],
      settings: { apiHost: "acme.api.kandji.io" },
    });
    expect(gateway.calls).toEqual(["fleet", "report acme@"]);
  });

  it("has no body for HEAD", async () => {
    const response = await asking(aGateway())("/status", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("never holds a token", async () => {
    const gateway = aGateway({ deadLetters: [aDeadLetter()] });
    const ask = asking(gateway);
    for (const { method, path } of routes) {
      for (const as of ["nobody", "viewer", "admin"] as const) {
        for (const headers of [{}, browser, form]) {
          const response = await ask(path.replace(":tenant", "acme"), { method, as, headers });
          const all = `${JSON.stringify([...response.headers])}${await response.text()}`;
          const tokens = [adminToken, viewerToken, kandjiToken, btoa(`x:${adminToken}`)];
          expect(tokens.filter((token) => all.includes(token))).toEqual([]);
        }
      }
    }
  });
});

describe("prefersPage", () => {
  const cases: readonly [string | undefined, boolean][] = [
    [undefined, false],
    ["*/*", false],
    ["application/json", false],
    ["text/html", true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true],
    ["application/json, text/html;q=0.5", false],
    ["text/html;q=0.5, application/json;q=0.4", true],
    ["text/html;q=0", false],
    ["TEXT/HTML", true],
    ["text/plain", false],
    ["text/html;q=nonsense", false],
  ];
  for (const [accept, page] of cases) {
    it(`takes ${accept} for a wish for ${page ? "a page" : "JSON"}`, () => {
      expect(prefersPage(accept)).toBe(page);
    });
  }
});

describe("times", () => {
  it("are said in the largest unit that fits", () => {
    expect([500, 61_000, 7_200_000, 86_400_000, 900_000_000].map(duration)).toEqual([
      "0 s",
      "1 min",
      "2 h",
      "1 day",
      "10 days",
    ]);
    expect([relative(0, 0), relative(0, 5000), relative(90_000, 0)]).toEqual(["now", "5 s ago", "in 1 min"]);
  });
});
