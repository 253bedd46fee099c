import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { verify } from "../../src/tenant/verify.ts";
import { answered, anyAnswer } from "./answer.ts";
import { answering, EngineRoom, nothingNew } from "./engine-room.ts";
import { property } from "./inputs.ts";
import { anyBody } from "./kandji-text.ts";
import { destinationSecrets, environment, secretsIn } from "./secrets.ts";

/** A tenant as a whole, whose Kandji says whatever it likes, also what looks like a page and is a lie. */

describe("a tenant", () => {
  property(
    "whatever Kandji answers, a run ends and its report holds no secret",
    fc.record({
      answers: fc.array(anyAnswer(anyBody), { minLength: 1, maxLength: 8 }),
      /** The same over and over, to the end of the run. */
      isEndless: fc.nat(4).map((number) => number === 4),
      evictedBefore: fc.nat(8),
      verifiedBefore: fc.nat(8),
    }),
    async ({ answers, isEndless, evictedBefore, verifiedBefore }) => {
      const rest = [...answers];
      const room = new EngineRoom(environment, {
        kandji: async (request, limits) => {
          const next = rest.shift();
          if (isEndless && next !== undefined) rest.push(next);
          return next === undefined ? nothingNew(request, limits) : answered(next, request, limits);
        },
        intake: answering(200),
      });
      for (let run = 0; run < 5; run += 1) {
        if (run === evictedBefore) room.evict();
        if (run === verifiedBefore) {
          const { checks } = await verify(room.engine.state);
          // At least one of Kandji, and one of each destination.
          const ofKandji = checks.filter(({ name }) => name.startsWith("Kandji: "));
          expect(ofKandji.length).toBeGreaterThan(0);
          expect(checks.length - ofKandji.length).toBe(destinationSecrets.size);
          expect(secretsIn(JSON.stringify(checks))).toEqual([]);
        }
        const report = await room.fire();
        expect(room.leaks(report)).toEqual([]);
        expect(room.imbalances()).toEqual([]);
        room.pass();
      }
    },
  );
});
