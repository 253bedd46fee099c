import { describe, expect, test } from "vitest";
import { problemCodes } from "../../house/problem-codes.ts";
import { isBroken } from "../../house/references.ts";
import { rows as destinations } from "./destinations.ts";
import { rows as forwarder } from "./forwarder.ts";
import { rows as kandji } from "./kandji.ts";
import { rows as walks } from "./walks.ts";

/** Every code of the sources has a row, or a reason why it has none. */

const played = new Set([...kandji, ...walks, ...destinations, ...forwarder].map(({ code }) => code));

/** Code → why it cannot be played in this way, and which test plays it. */
const elsewhere: Readonly<Record<string, { readonly because: string; readonly test: string }>> = {
  "internal-error": {
    because: "it is the tenant's object in the real runtime that fails, and it is shown for an hour",
    test: "test/workerd/faults.workerd.test.ts › is told and journalled like any other problem, and its end too",
  },
  "own-log-unreadable": {
    because: "the tenant that has it collects a log which is read through the forwarder object, and there is none here",
    test: "test/promises/own-logs.test.ts › that cannot be read is a problem until it can, and nothing of it is lost",
  },
  "secret-absent": {
    because: "it is no state but what somebody is answered; /status shows such a tenant as paused",
    test: "test/web/operations.test.ts › go to a tenant whose secret is broken or absent, but do not ask Kandji for it",
  },
};

describe("every problem code", () => {
  test.each(problemCodes())("%s is played, or has a reason not to be", (code) => {
    expect(played.has(code)).not.toBe(Object.hasOwn(elsewhere, code));
  });

  test("that is played or excused is one of the sources", () => {
    const known = new Set(problemCodes());
    expect([...played, ...Object.keys(elsewhere)].filter((code) => !known.has(code))).toEqual([]);
    expect(Object.values(elsewhere).filter(({ test: name }) => isBroken(name))).toEqual([]);
  });
});
