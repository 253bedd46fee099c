import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemGuide } from "../../scripts/write-problem-guide/guide.ts";
import { problemCodes } from "../house/problem-codes.ts";
import { asking, browser } from "./asking.ts";
import { aFleet, aGateway, aReport, operations } from "./sample.ts";

/** Each problem leads to its paragraph: on the page, as JSON, and to an anchor that is there. */

const written = join(import.meta.dirname, "../../src/web/pages/problem-guide.json");
const codes = problemCodes();
const report = aReport({
  problems: codes.map((code) => ({ code, subject: "s", message: "m", fix: "f", health: "degraded" })),
});
const gateway = () =>
  aGateway({
    fleet: async () => aFleet({ tenants: [report] }),
    tenant: (id) => operations([], id, async () => report, [], { ok: true, checks: [] }),
  });
const textOf = async (path: string): Promise<string> => (await asking(gateway())(path, { headers: browser })).text();

describe("the paragraphs of docs/operating.md on problems", () => {
  it("are what `npm run problem-guide` writes", () => {
    expect(JSON.parse(readFileSync(written, "utf8"))).toEqual(problemGuide());
  });

  it("are served as text, each under its code, and lead only to each other", async () => {
    const page = await textOf("/docs/operating.md");
    const ids = new Set([...page.matchAll(/<h2 id="([^"]+)"/gu)].map(([, id]) => id));
    expect(codes.filter((code) => !ids.has(code))).toEqual([]);
    const [, main = ""] = /<main[^>]*>([^]*)<\/main>/u.exec(page) ?? [];
    const links = [...main.matchAll(/href="([^"]+)"/gu)].map(([, link = ""]) => link);
    expect(links.filter((link) => link !== "/status" && !ids.has(link.slice(1)))).toEqual([]);
    for (const mark of ["](", "`", "**"]) expect(main).not.toContain(mark);
    for (const [code, text] of Object.entries(problemGuide())) {
      const [words = ""] = text.split(/[`[*<>&"']/u);
      expect(main, code).toContain(words);
    }
  });

  it.each(codes)("has one for %s, and the problem says where", async (code) => {
    const docs = `/docs/operating.md#${code}`;
    const { problems } = (await (await asking(gateway())("/status")).json()) as {
      problems: { code: string; docs: string }[];
    };
    expect(problems.find((problem) => problem.code === code)?.docs).toBe(docs);
  });

  it("are linked from every problem that a page shows", async () => {
    for (const path of ["/status", "/status/acme"]) {
      const text = await textOf(path);
      const shown = [...text.matchAll(/<code>([a-z-]+)<\/code><\/p>/gu)].map(([, code = ""]) => code);
      expect(shown.length).toBeGreaterThan(20);
      for (const code of shown)
        expect(text).toContain(`<a href="/docs/operating.md#${code}">docs/operating.md#${code}</a>`);
    }
  });
});
