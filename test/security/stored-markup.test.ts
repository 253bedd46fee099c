/** A page has the same structure whatever others wrote: Macs, admins, intakes, Kandji and whoever names things. */
import { describe, expect, test, vi } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { deadLetters } from "../../src/tenant/operations.ts";
import { verify } from "../../src/tenant/verify.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { Gateway } from "../../src/web/gateway.ts";
import { routes } from "../../src/web/routes.ts";
import { epoch, hour, Household, minute, secrets } from "../tenant/household.ts";
import { asking, browser, form, type Ask } from "../web/asking.ts";
import {
  aConfig,
  aDataset,
  aDeadLetter,
  aDestination,
  aFleet,
  aGateway,
  aReport,
  broken,
  operations,
  validTenant,
} from "../web/sample.ts";
import { hostileTexts } from "./hostile-texts.ts";

/** What a browser would build of a page, without what it would show: tags and the names of their attributes. */
function structureOf(page: string): string[] {
  return [...page.matchAll(/<[^>]*>?/g)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, ""));
}

/** Links, forms and pictures lead to our own paths, or hold the icon. */
const foreignTargets = (page: string): string[] =>
  [...page.matchAll(/\b(?:href|src|action|formaction|content)="([^"]*)"/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^(?:\/(?!\/)|#|data:image\/svg\+xml,|\d+$|width=|light dark$|noindex$)/.test(target));

/** Every page there is, also those that refuse; `tenant` is in the address. */
async function pagesOf(ask: Ask, tenant: string): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const id = encodeURIComponent(tenant);
  const see = async (path: string, asking_: Parameters<Ask>[1] = {}): Promise<void> => {
    const response = await ask(path, { headers: browser, ...asking_ });
    if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return;
    const who = asking_.as === undefined ? "" : ` as ${asking_.as}`;
    pages.set(`${asking_.method ?? "GET"} ${path.replace(id, ":tenant")}${who}`, await response.text());
  };
  for (const { method, path } of routes) {
    const body = method === "GET" ? {} : { body: `dataset=${id}&destination=${id}&confirm=${id}&${id}=1` };
    await see(path.replace(":tenant", id), { method, headers: method === "GET" ? browser : form, ...body });
  }
  await see(`/verify/${id}`, { as: "viewer" });
  await see(`/tenants/${id}/verify`, { method: "POST", headers: form, body: "", as: "admin" });
  await see("/nowhere");
  await see("/status", { as: "nobody" });
  return pages;
}

function compare(hostile: ReadonlyMap<string, string>, plain: ReadonlyMap<string, string>): void {
  expect([...hostile.keys()]).toEqual([...plain.keys()]);
  expect(plain.size).toBeGreaterThan(5);
  for (const [name, page] of hostile) {
    expect([name, structureOf(page)]).toEqual([name, structureOf(plain.get(name) ?? "")]);
    expect([name, foreignTargets(page)]).toEqual([name, []]);
  }
}

/** An installation in which everything that has a name or a text has this one. */
function sayingEverywhere(text: string): Gateway {
  const report = aReport({
    datasets: [aDataset({ name: text, newestRecordAt: text, lastSuccessAt: text, nextDueAt: text })],
    destinations: [
      aDestination({
        name: text,
        type: text,
        target: text,
        lastError: text,
        retryAt: text,
        oldestPendingAt: text,
        lastDeliveredAt: text,
        skippedWhy: text,
        pending: 1,
        skipped: 1,
        dead: 2,
        collected: 48_215,
      }),
    ],
    problems: [{ code: text, subject: text, message: text, fix: text, health: "failing" }],
  });
  const letter = aDeadLetter({
    dataset: text,
    destination: text,
    recordId: text,
    reason: text,
    excerpt: text,
    at: text,
  });
  const failed = { at: text, why: text };
  const entry: JournalEntry = {
    actionName: text,
    actionDescription: text,
    actionResult: "FAILED",
    actionParams: { static: { tenant: text, [text]: text }, dynamic: { ids: [text] } },
    actionDetails: { [text]: text },
    actor: { id: text, type: "USER", name: text, attributes: { email: text } },
    errors: [{ message: text }],
    sourceIP: text,
    XForwardedFor: [text],
    userAgent: text,
    timestamp: text,
    forwarderVersion: text,
  };
  const { errors } = broken(text, text);
  const tenants = new Map([
    ["acme", validTenant("acme", { destinations: [text], notes: errors, secretName: text })],
    [text, broken(text, text)],
  ]);
  return aGateway({
    version: text,
    config: () => aConfig({ tenants, destinations: new Map([[text, broken(text, text)]]), misnamed: errors }),
    fleet: async () =>
      aFleet({ lastTickAt: text, tenants: [report], failed: { acme: failed }, homes: { acme: "", [text]: "" } }),
    tenant: (id) =>
      operations([], id, async () => report, [letter], {
        ok: false,
        checks: [{ name: text, ok: false, message: text, fix: text }],
      }),
    permission: () => text,
    journal: async () => ({ entries: [entry], next: 7 }),
  });
}

describe("a text that stands in every place of every page", () => {
  test.each(hostileTexts.map((text) => [text]))("changes nothing of its structure: %j", async (text) => {
    // The pages list by name: this one has the place of the other.
    const plainText = text < "acme" ? "a name" : "some name";
    const [hostile, plain] = [asking(sayingEverywhere(text)), asking(sayingEverywhere(plainText))];
    compare(await pagesOf(hostile, "acme"), await pagesOf(plain, "acme"));
    compare(await pagesOf(hostile, text), await pagesOf(plain, plainText));
  });

  test("what is looked for would be found", () => {
    const page = `<p class="a">x</p>`;
    for (const text of ["<b>", `<img src=x onerror=alert(1)>`, "</p>", "<!--"]) {
      expect(structureOf(page.replace("x", text))).not.toEqual(structureOf(page));
    }
    expect(structureOf(`<p class="a" onclick="b">x</p>`)).not.toEqual(structureOf(page));
    expect(foreignTargets(`<a href="javascript:alert(1)"><a href="//evil.example"><a href="/status">`)).toHaveLength(2);
  });
});

/** An installation with a real engine behind its pages. */
class Inhabited {
  readonly house: Household;
  readonly ask: Ask;
  readonly #said: (text: string) => string;

  /** `said` turns a hostile text into what is written. */
  constructor(said: (text: string) => string) {
    this.#said = said;
    const [host, misnamed] = [said(`a"onload=x'&b`), said("<script>")].map((text) => text.replaceAll(" ", "-"));
    this.house = new Household(
      {
        kandji: { acme: { token: "token-of-acme" } },
        intakes: { siem: { kind: "webhook", refuse: [{ contains: "nobody takes it", status: 422 }] } },
      },
      {
        ...secrets({ siem: { url: `https://${host}.example/intake/siem` } }),
        [`TENANT_${misnamed}`]: "{}",
        DESTINATION_BROKEN: JSON.stringify({ type: said("<script>"), [said("<b>")]: said("<i>") }),
      },
    );
    // An intake that says in its refusals what it was sent.
    const { world } = this.house;
    const go = world.fetch;
    vi.spyOn(world, "fetch").mockImplementation(async (request) => {
      const sent = await request.clone().text();
      const answer = await go(request);
      return answer.ok || sent === "" ? answer : new Response(sent, { status: answer.status });
    });
    this.ask = asking(this.#gateway());
  }

  async page(path: string): Promise<string> {
    return (await this.ask(path, { headers: browser })).text();
  }

  #gateway(): Gateway {
    const { house } = this;
    return aGateway({
      now: house.time.now,
      config: () => readConfig(house.env),
      fleet: async () =>
        aFleet({
          tenants: [house.report()],
          lastTickAt: new Date(house.time.now()).toISOString(),
          homes: { acme: "" },
        }),
      tenant: (id) => ({
        ...operations([], id, async () => house.report(), [], { ok: true, checks: [] }),
        deadLetters: async () => deadLetters(house.engine.state),
        verify: async () => house.time.during(verify(house.engine.state)),
      }),
    });
  }

  /** A record for each text, which has it in every field; the intake refuses all but two of them. */
  happen(): void {
    const at = epoch - hour;
    const raws = [...hostileTexts, "", ""].map((text, index) => {
      const said = JSON.stringify(this.#said(text));
      const id = JSON.stringify(`${index}${this.#said(text)}`);
      const note = text === "" ? "" : `,"note":"nobody takes it"`;
      return `{"id":${id},"actor_id":${said},${said}:${said},"occurred_at":"${new Date(at + index).toISOString()}"${note}}`;
    });
    const events = raws.map((raw, index) => {
      const name = String(index).padStart(3, "0");
      return { id: name, key: name, at: (at + index) * 1000, visibleAt: at, raw, served: 0 };
    });
    this.house.world.kandji.get("acme")?.store.add(events);
  }

  /** Kandji answers so from now on. */
  fail(status: number, text: string): void {
    const said = this.#said(text);
    const body = status === 403 ? JSON.stringify({ detail: said }) : said;
    this.house.world.kandji.get("acme")?.faults.set({ always: { do: "status", status, body } });
  }
}

describe("what comes through the engine", () => {
  test("from records, refusals of intakes, hosts and names of secrets changes nothing of a page's structure", async () => {
    const [hostile, plain] = [new Inhabited((text) => text), new Inhabited(() => "some name")];
    for (const it of [hostile, plain]) {
      it.happen();
      await it.house.pass(10 * minute);
      expect(it.house.report().destinations[0]).toMatchObject({ delivered: 2, dead: hostileTexts.length });
    }
    const pages = await pagesOf(hostile.ask, "acme");
    compare(pages, await pagesOf(plain.ask, "acme"));
    // It is there, as text.
    expect(pages.get("GET /tenants/:tenant/dead-letters")).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(pages.get("GET /status")).toContain("TENANT_&lt;script&gt;");
  });

  test("from the failures of Kandji changes nothing of it, and is one line without control characters", async () => {
    const [hostile, plain] = [new Inhabited((text) => text), new Inhabited(() => "some name")];
    for (const { house } of [hostile, plain]) await house.pass(minute);
    for (const text of hostileTexts) {
      for (const status of [403, 502]) {
        for (const it of [hostile, plain]) {
          it.fail(status, `no: ${text} !`);
          await it.house.pass(2 * minute);
        }
        const [problem] = hostile.house.report().problems;
        expect(problem?.message).toMatch(new RegExp(`^Kandji answered ${status}: `));
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(problem?.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        for (const path of ["/status", "/status/acme"]) {
          const [page, other] = [await hostile.page(path), await plain.page(path)];
          expect([path, structureOf(page)]).toEqual([path, structureOf(other)]);
          expect(foreignTargets(page)).toEqual([]);
        }
      }
    }
  });
});
