import { describe, expect, test } from "vitest";
import { isBroken, rowsOf } from "./references.ts";
import { filesBelow, textOf } from "./tree.ts";

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
  /** What is reported under its own name. */
  const kinds = [
    ["src/kandji/failure.ts", "FailureKind"],
    ["src/collection/walk.ts", "Oddity"],
    ["src/collection/listing/walk-state.ts", "WalkOddity"],
  ] as const;

  /** The members of a union of texts. */
  function membersOf(path: string, type: string): string[] {
    const [, union = ""] = new RegExp(`^export type ${type} =([^;]*);`, "mu").exec(textOf(path)) ?? [];
    return [...union.matchAll(/"([a-z-]+)"/g)].map(([, member = ""]) => member);
  }

  test("every problem code has a heading", () => {
    // A hyphen tells our codes from zod's.
    const written = filesBelow("src").flatMap((path) =>
      [...textOf(path).matchAll(/\bcode:\s*"([a-z]+(?:-[a-z]+)+)"/g)].map(([, code = ""]) => code),
    );
    const codes = [...written, ...kinds.flatMap(([path, type]) => membersOf(path, type))];
    expect(codes).toEqual(expect.arrayContaining(["quota-scarce", "not-available", "hidden-ties", "list-never-still"]));
    const headings = new Set(
      [...textOf("docs/operating.md").matchAll(/^### `?([a-z-]+)`?$/gm)].map(([, code]) => code),
    );
    expect([...new Set(codes)].filter((code) => !headings.has(code))).toEqual([]);
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
