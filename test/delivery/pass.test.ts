import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/destinations/destination.ts";
import { Secret } from "../../src/secret.ts";
import type { HttpRequest } from "../../src/ports.ts";
import { ledgerOf, records } from "../spool/setting.ts";
import { destinationOf, officeOf, work } from "./setting.ts";

/** An intake that wants a token: it is asked for when there is none, renewed before it ends, and once when it was withdrawn. */

const hour = 3_600_000;
const url = "https://login.example/token";

function settingOf(lifeMs = hour) {
  const office = officeOf(() => ({}));
  const state = { valid: "", given: 0, grants: 200, answers: 200, retryAfter: "" };
  const asked: string[] = [];
  office.ports.http = async ({ url: to, headers: sent }: HttpRequest) => {
    const answer = (status: number, body = "") => ({ status, headers: new Headers(), body });
    if (to === url) {
      asked.push("token");
      const headers = new Headers(state.retryAfter === "" ? {} : { "Retry-After": state.retryAfter });
      if (state.grants !== 200) return { ...answer(state.grants), headers };
      state.given += 1;
      state.valid = `token-${state.given}`;
      return answer(200, state.valid);
    }
    asked.push(sent["Authorization"] ?? "none");
    return answer(sent["Authorization"] === state.valid ? state.answers : 401);
  };
  const authorization = {
    request: () => ({ url, headers: {}, gzip: false, body: "grant_type=client_credentials" }),
    read: ({ status, body = "" }: Answer) =>
      status === 200
        ? ({ kind: "granted", token: new Secret(body), expiresInMs: lifeMs } as const)
        : ({ kind: "locked-out", why: `It answered ${status}`, fix: "Mend the secret" } as const),
  };
  const destination = destinationOf({
    authorization,
    request: (_, token) => ({
      url: "https://intake.example/in",
      headers: { Authorization: token?.reveal() ?? "" },
      gzip: false,
    }),
  });
  return { ...office, state, asked, courier: office.courierFor({ destination }) };
}

describe("an intake that wants a token", () => {
  test("is asked for one first, and once for many batches", async () => {
    const { append, courier, asked, spool } = settingOf();
    append(records(1, 2));
    expect(await work(courier)).toBe(2);
    append(records(3, 2));
    await work(courier);
    expect(asked).toEqual(["token", "token-1", "token-1"]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 4, pending: 0 });
  });

  test("is asked for another five minutes before the first ends, and not before that", async () => {
    const { append, courier, asked, clock } = settingOf();
    append(records(1, 1));
    await work(courier);
    clock.at += hour - 5 * 60_000 - 1;
    append(records(2, 1));
    await work(courier);
    clock.at += 1;
    append(records(3, 1));
    await work(courier);
    expect(asked).toEqual(["token", "token-1", "token-1", "token", "token-2"]);
  });

  test("gives one that is short-lived: it is used for half of its life", async () => {
    const { append, courier, asked, clock } = settingOf(60_000);
    for (const [id, wait] of [
      [1, 29_999],
      [2, 1],
      [3, 0],
    ] as const) {
      append(records(id, 1));
      await work(courier);
      clock.at += wait;
    }
    expect(asked).toEqual(["token", "token-1", "token-1", "token", "token-2"]);
  });

  test("withdraws one: another is asked for, and nothing is said of it", async () => {
    const { append, courier, asked, state, spool } = settingOf();
    append(records(1, 1));
    await work(courier);
    state.valid = "another";
    append(records(2, 1));
    await work(courier);
    expect(asked).toEqual(["token", "token-1", "token-1", "token", "token-2"]);
    expect(courier.trouble).toBeNull();
    expect(ledgerOf(spool)).toMatchObject({ delivered: 2, pending: 0 });
  });

  test("withdraws one that it had taken, and refuses the next, too: it is asked once, then held", async () => {
    const { append, courier, asked, state, spool } = settingOf();
    append(records(1, 1));
    await work(courier);
    Object.assign(state, { valid: "another", answers: 401 });
    append(records(2, 1));
    await work(courier);
    expect(asked).toEqual(["token", "token-1", "token-1", "token", "token-2"]);
    expect(courier.trouble).toMatchObject({ kind: "locked-out", why: "It answered 401" });
    expect(ledgerOf(spool)).toMatchObject({ delivered: 1, pending: 1 });
  });

  test("refuses a new one, too: it is held, and tried again after a minute with another", async () => {
    const { append, courier, asked, state, clock, spool } = settingOf();
    state.answers = 401;
    append(records(1, 1));
    await work(courier);
    expect(courier.trouble).toMatchObject({ kind: "locked-out", why: "It answered 401" });
    expect(asked).toEqual(["token", "token-1"]);
    clock.at += 59_999;
    expect(courier.isReady()).toBe(false);
    clock.at += 1;
    state.answers = 200;
    await work(courier);
    expect(asked).toEqual(["token", "token-1", "token", "token-2"]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 1, pending: 0 });
  });

  test("grants none and says when to ask again: no request before that", async () => {
    const { append, courier, asked, state, clock, spool } = settingOf();
    Object.assign(state, { grants: 429, retryAfter: "600" });
    append(records(1, 1));
    await work(courier);
    clock.at += 599_999;
    expect(courier.isReady()).toBe(false);
    clock.at += 1;
    state.grants = 200;
    await work(courier);
    expect(asked).toEqual(["token", "token", "token-1"]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 1, pending: 0 });
  });

  test("grants none: it is held, and no record leaves", async () => {
    const { append, courier, asked, state, clock, spool } = settingOf();
    state.grants = 400;
    append(records(1, 1));
    await work(courier);
    expect(courier.trouble).toMatchObject({ kind: "locked-out", why: "It answered 400", fix: "Mend the secret" });
    clock.at += 60_000;
    await work(courier);
    expect(asked).toEqual(["token", "token"]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 0, pending: 1 });
  });
});
