import { describe, expect, it } from "vitest";
import type { Check, Progress, Verification } from "../../src/tenant/report.ts";
import { asking, browser, form } from "./asking.ts";
import { withoutOurScript } from "./own-script.ts";
import { aConfig, aGateway, aReport, broken, operations } from "./sample.ts";

/** The page of a verification grows while the checks are made, without a script; a program is answered when all are done. */

const works: Check = { name: "Kandji: first", ok: true, message: "a record was read" };
const fails: Check = { name: "Destination siem", ok: false, message: "It answered 401", fix: "Put the key again" };
const planned: Progress = { kind: "planned", names: [works.name, fails.name] };
const post = { method: "POST", headers: form, body: "" };

/** A tenant whose verification goes on when the test says so. */
function onStage() {
  const idle = (): void => undefined;
  const hands: {
    tell: (progress: Progress) => void;
    end: (verification: Verification) => void;
    fail: (error: Error) => void;
  } = { tell: idle, end: idle, fail: idle };
  const isAsked = Promise.withResolvers<void>();
  const gateway = aGateway({
    tenant: (id) => ({
      ...operations([], id, async () => aReport(), [], { ok: true, checks: [] }),
      verify: (tell = () => undefined) =>
        new Promise<Verification>((resolve, reject) => {
          Object.assign(hands, { tell, end: resolve, fail: reject });
          isAsked.resolve();
        }),
    }),
  });
  const answer = asking(gateway)("/tenants/acme/verify", post);
  return { gateway, hands, answer, asked: isAsked.promise };
}

class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  text = "";

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** What comes next; empty at the end. */
  async next(): Promise<string> {
    const { value } = await this.#reader.read();
    const text = new TextDecoder().decode(value);
    this.text += text;
    return text;
  }

  async rest(): Promise<string> {
    let text = "";
    for (let part = await this.next(); part !== ""; part = await this.next()) text += part;
    return text;
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function begun() {
  const stage = onStage();
  await stage.asked;
  stage.hands.tell(planned);
  const response = await stage.answer;
  return { ...stage, response, reader: new Reader(response) };
}

const entered = async (gateway: { readonly entries: readonly unknown[] }): Promise<void> =>
  expect.poll(() => gateway.entries.length).toBe(1);

describe("a verification on the page", () => {
  it("shows what will be checked at once, then each result when it comes, then the verdict", async () => {
    const { gateway, hands, response, reader } = await begun();
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(response.headers.get("Content-Encoding")).toBe("identity");
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    // Packed on its way, it might be held back until it is whole.
    expect(response.headers.get("Content-Encoding")).toBe("identity");
    const head = await reader.next();
    for (const part of ["<h1>Verification of acme</h1>", "2 checks", "Destination siem", 'aria-live="polite"'])
      expect(head).toContain(part);
    expect(head).toContain("Checking Kandji: first");
    expect(head).not.toContain('class="badge');

    hands.tell({ kind: "checked", check: works });
    const first = await reader.next();
    expect(first).toMatch(/works.*Kandji: first.*Checking Destination siem/u);
    expect(gateway.entries).toEqual([]);

    hands.tell({ kind: "checked", check: fails });
    expect(await reader.next()).toMatch(/fails.*It answered 401.*Put the key again/u);
    hands.end({ ok: false, checks: [works, fails] });
    const rest = await reader.rest();
    expect(rest).toContain("1 check fails");
    expect(rest).toMatch(/<\/html>$/u);
    expect(withoutOurScript(reader.text)).not.toContain("<script");
    expect(reader.text.match(/It answered 401/gu)).toHaveLength(1);
    await entered(gateway);
    expect(gateway.entries[0]).toMatchObject({
      actionName: "VERIFY",
      actionResult: "PARTIALLY_FAILED",
      actionDetails: { checks: 2, failed: 1, status: 200 },
    });
  });

  it("is the same page when nothing was told on the way", async () => {
    const { hands, answer, asked } = onStage();
    await asked;
    hands.end({ ok: true, checks: [works] });
    const text = await (await answer).text();
    expect(text).toMatch(/a record was read.*Everything works/su);
    expect(text).toMatch(/^<!doctype html><html.*<\/html>$/su);
  });

  it("hides what is under way as soon as something stands behind it, by style alone", async () => {
    const { hands, reader } = await begun();
    hands.tell({ kind: "checked", check: works });
    hands.end({ ok: true, checks: [works] });
    const text = await reader.rest();
    expect(text).toContain(".underway:has(+li)");
    const [list = ""] = /<ul class="problems checks"[^]*?<\/ul>/u.exec(text) ?? [];
    expect(list.lastIndexOf('class="underway"')).toBeLessThan(list.lastIndexOf('class="over"'));
  });

  it("that fails before anything was tried is refused as any other request", async () => {
    const { gateway, hands, answer, asked } = onStage();
    await asked;
    hands.fail(new Error("down"));
    const response = await answer;
    expect([response.status, gateway.entries.length]).toEqual([503, 1]);
    expect(gateway.entries[0]?.actionResult).toBe("FAILED");
  });

  it("that breaks off in the middle ends in a sentence, and in a failed entry", async () => {
    const { gateway, hands, reader } = await begun();
    hands.tell({ kind: "checked", check: works });
    hands.fail(new Error("token-of-acme"));
    const text = await reader.rest();
    for (const part of ["The checks ended before all were made", "Cannot reach tenant", "Try again in a minute"])
      expect(text).toContain(part);
    expect(text).toMatch(/<\/html>$/u);
    expect(text).not.toContain("token-of-acme");
    await entered(gateway);
    expect(gateway.entries[0]?.actionResult).toBe("FAILED");
    expect(JSON.stringify(gateway.entries)).not.toContain("token-of-acme");
  });

  it("goes on, into the journal too, when its reader has left", async () => {
    const { gateway, hands, reader } = await begun();
    await reader.next();
    await reader.leave();
    hands.tell({ kind: "checked", check: works });
    hands.end({ ok: true, checks: [works] });
    await entered(gateway);
    expect(gateway.entries[0]?.actionResult).toBe("SUCCEEDED");
  });

  it("shows what others wrote as text only", async () => {
    const evil = `"'><script>alert(1)</script><!--verdict-->`;
    const stage = onStage();
    await stage.asked;
    stage.hands.tell({ kind: "planned", names: [evil] });
    const reader = new Reader(await stage.answer);
    const check = { name: evil, ok: false, message: evil, fix: evil };
    stage.hands.tell({ kind: "checked", check });
    stage.hands.end({ ok: false, checks: [check] });
    const text = withoutOurScript(await reader.rest());
    expect(text).not.toContain("<script");
    expect(text).not.toContain("<!--");
    expect(text).toContain("1 check fails");
  });

  it("of a broken secret says so without asking the tenant", async () => {
    const gateway = aGateway({ config: () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) }) });
    const text = await (await asking(gateway)("/tenants/acme/verify", post)).text();
    expect(text).toContain("Put the API token there");
    expect(text).toContain("1 check fails");
  });
});

describe("a verification for a program", () => {
  it("is answered when all is done", async () => {
    const gateway = aGateway({ verification: { ok: false, checks: [works, fails] } });
    const response = await asking(gateway)("/tenants/acme/verify", { method: "POST" });
    expect(await response.json()).toEqual({ ok: false, checks: [works, fails] });
    expect(gateway.entries).toHaveLength(1);
  });

  it("has a page that says what is checked", async () => {
    const text = await (await asking(aGateway())("/verify/acme", { headers: browser })).text();
    expect(text).toContain("What is checked");
    expect(text).toContain("Run the checks");
  });
});
