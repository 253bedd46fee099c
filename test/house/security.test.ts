import { describe, expect, test } from "vitest";
import { isBroken, rowsOf } from "./references.ts";
import { exists, filesBelow, textOf } from "./tree.ts";

/** What the threat model says is shown, is shown. */

const document = "docs/security.md";

/** Rows `| T1 who does what | what stops it | `path › test name` |`. */
const threats = () =>
  rowsOf(document).flatMap(({ subject, references }) => {
    const number = /^T(\d+)\b/.exec(subject)?.[1];
    return number === undefined ? [] : [{ number: Number(number), subject, references }];
  });

describe(document, () => {
  test("numbers its threats from one on, each once", () => {
    const numbers = threats().map(({ number }) => number);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test("names a test for every threat", () => {
    expect(threats().filter(({ references }) => references.length === 0)).toEqual([]);
  });

  test("every test that it names exists", () => {
    const broken = threats()
      .flatMap(({ references }) => references)
      .filter(isBroken);
    expect(broken).toEqual([]);
  });

  test("every file of test/security shows something against a threat of it", () => {
    const named = new Set(
      threats().flatMap(({ references }) => references.map((reference) => reference.split(" › ")[0])),
    );
    expect(filesBelow("test/security", /\.test\.ts$/).filter((path) => !named.has(path))).toEqual([]);
  });
});

describe.each([document, "SECURITY.md"])("%s", (path) => {
  test("links to pages that exist", () => {
    const folder = path.includes("/") ? `${path.slice(0, path.lastIndexOf("/"))}/` : "";
    const links = [...textOf(path).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, link = ""]) => folder + link,
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !exists(link))).toEqual([]);
  });
});
