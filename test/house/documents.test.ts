import { describe, expect, test } from "vitest";
import { isBroken, rowsOf } from "./references.ts";
import { problemCodes } from "./problem-codes.ts";
import { textOf } from "./tree.ts";

/** What the documents say exists, exists. */

describe("docs/promises.md", () => {
  const document = "docs/promises.md";
  const promises = Array.from({ length: 10 }, (_, index) => String(index + 1));

  /** Rows `| 1. Nothing lost | mechanism | `path › test name` |`: the number of the promise and what it refers to. */
  const rows = () =>
    rowsOf(document).flatMap(({ subject, references }) => {
      const number = /^\**(\d+)\b/.exec(subject)?.[1];
      return number === undefined ? [] : [{ number, references }];
    });

  test.each(promises)("promise %s has a test in every row", (promise) => {
    const own = rows().filter(({ number }) => number === promise);
    expect(own.length, `${document} has no row for promise ${promise}`).toBeGreaterThan(0);
    expect(own.filter(({ references }) => references.length === 0)).toEqual([]);
  });

  test("every test that it names exists", () => {
    const broken = rows()
      .flatMap(({ references }) => references)
      .filter(isBroken);
    expect(broken).toEqual([]);
  });
});

describe("docs/operating.md", () => {
  test("every problem code has a heading", () => {
    const codes = problemCodes();
    expect(codes).toEqual(expect.arrayContaining(["quota-scarce", "not-available", "hidden-ties", "list-never-still"]));
    const headings = new Set(
      [...textOf("docs/operating.md").matchAll(/^### `?([a-z-]+)`?$/gm)].map(([, code]) => code),
    );
    expect(codes.filter((code) => !headings.has(code))).toEqual([]);
    expect([...headings].filter((heading) => heading?.includes("-") === true && !codes.includes(heading))).toEqual([]);
  });
});

describe("README.md", () => {
  test("every npm script that it names exists", () => {
    const mentions = textOf("README.md").matchAll(/\bnpm (?:run ([\w:-]*\w)|(test)\b)/g);
    const named = [...mentions].map(([, script, bare]) => script ?? bare ?? "");
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    expect(named.length, "README.md names no npm script").toBeGreaterThan(0);
    expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
