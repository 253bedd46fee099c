import { describe, expect, test } from "vitest";
import type { Page } from "../../src/collection/page.ts";
import { advance, placeAt, queryAt, type Place } from "../../src/collection/walk.ts";

const host = "acme.api.kandji.io";
const limit = 3;
const at = 1_000;
const page = (next: string | null, ...times: readonly number[]): Page => ({
  next,
  records: times.map((time, index) => ({ time, id: `${time}-${index}`, raw: "{}", isDated: true, drift: false })),
});
const go = (place: Place, from: Page) => advance(place, from, limit, host);
const byId = (more: Partial<Place> = {}): Place => ({ ...placeAt(at), byId: true, ...more });

describe("what a place asks for", () => {
  test("everything from its time on, by time", () => {
    expect(queryAt(placeAt(at), limit, undefined)).toEqual({ limit, since: at, order: "time" });
    expect(queryAt(placeAt(at), limit, at + 9)).toEqual({ limit, since: at, order: "time", until: at + 9 });
  });

  test("within an instant only that instant, by id, whatever the end of the stretch", () => {
    expect(queryAt(byId(), limit, at + 9)).toEqual({ limit, since: at, order: "id", until: at + 1 });
  });

  test("what is behind a cursor where one is followed", () => {
    expect(queryAt(byId({ cursor: "c" }), limit, undefined)).toMatchObject({ cursor: "c" });
  });
});

describe("after a page by time", () => {
  test("the last page ends the walk", () => {
    expect(go(placeAt(at), page(null, at, at + 5))).toEqual({ place: null, oddities: [] });
    expect(go(placeAt(at), page(null))).toEqual({ place: null, oddities: [] });
  });

  test("reading goes on at its latest time, that time included, and not at Kandji's cursor", () => {
    expect(go(placeAt(at), page("c", at, at + 5, at + 5)).place).toEqual({ ...placeAt(at + 5), lastNext: "c" });
  });

  test("its latest time counts wherever on the page it stands", () => {
    expect(go(placeAt(at), page("c", at + 7, at + 5)).place?.at).toBe(at + 7);
  });

  test("a full page of one instant is read by id", () => {
    expect(go(placeAt(at), page("c", at, at, at)).place).toEqual({ ...byId(), lastNext: "c" });
  });

  test("a short page that brought no later time is left by its cursor", () => {
    expect(go(placeAt(at), page("c", at, at)).place).toMatchObject({ at, byId: false, cursor: "c", followed: ["c"] });
    expect(go(placeAt(at), page(`https://${host}/x?cursor=c`)).place).toMatchObject({ cursor: "c" });
  });

  test("the cursor is forgotten when the time moves on", () => {
    const place = go(placeAt(at), page("c", at)).place ?? placeAt(0);
    expect(go(place, page("d", at + 1)).place).toEqual({ ...placeAt(at + 1), lastNext: "d" });
  });

  test("a next that stays the same is told, and costs nothing while the time moves on", () => {
    const moved = go({ ...placeAt(at), lastNext: "c" }, page("c", at + 5));
    expect(moved).toEqual({ place: { ...placeAt(at + 5), lastNext: "c" }, oddities: ["repeated-next"] });
  });

  test("a next to another host is told; of it only the cursor is taken", () => {
    const { place, oddities } = go(placeAt(at), page("https://elsewhere.example/api/v1/audit/events?cursor=c", at));
    expect(oddities).toEqual(["foreign-next"]);
    expect(place?.cursor).toBe("c");
  });

  test.each(["https://", "http://[", "ftp://acme.api.kandji.io.evil.example/?cursor=c"])(
    "%s is another host",
    (next) => {
      expect(go(placeAt(at), page(next, at + 1)).oddities).toEqual(["foreign-next"]);
    },
  );

  test.each([
    ["a cursor that was followed before", "c", { followed: ["c"], lastNext: "d" }],
    ["a link without a cursor", `https://${host}/api/v1/audit/events?page=2`, {}],
  ])("a way on that leads nowhere is not taken for the end of the log in silence: %s", (_, next, before) => {
    const { place, oddities } = go({ ...placeAt(at), ...before }, page(next, at));
    // There is more, and no way to it: reading goes on behind the instant, as it does by id.
    expect(place).toEqual(placeAt(at + 1));
    expect(oddities).toContain("hidden-ties");
  });

  test("a page of earlier moments with a way on that leads nowhere ends the walk: microsecond by microsecond would never end", () => {
    expect(go(placeAt(at), page(`https://${host}/?page=2`, at - 2, at - 1)).place).toBeNull();
  });

  test("an empty page with a way on that leads nowhere ends the walk", () => {
    expect(go({ ...placeAt(at), followed: ["c"], lastNext: "c" }, page("c")).place).toBeNull();
  });
});

describe("after a page by id", () => {
  test("the last page of the instant leads to the next microsecond, by time", () => {
    expect(go(byId({ cursor: "c" }), page(null, at, at))).toEqual({ place: placeAt(at + 1), oddities: [] });
    expect(go(byId(), page(null, at))).toEqual({ place: placeAt(at + 1), oddities: [] });
  });

  test("a first page that is full and says that it is the last is told: ties may be hidden", () => {
    expect(go(byId(), page(null, at, at, at))).toEqual({ place: placeAt(at + 1), oddities: ["hidden-ties"] });
    expect(go(byId({ cursor: "c" }), page(null, at, at, at)).oddities).toEqual([]);
  });

  test("more of the instant is read by the cursor", () => {
    expect(go(byId(), page("c", at, at, at)).place).toEqual(byId({ cursor: "c", followed: ["c"], lastNext: "c" }));
    const further = go(byId({ cursor: "c", followed: ["c"] }), page("d", at, at, at)).place;
    expect(further).toMatchObject({ byId: true, cursor: "d", followed: ["c", "d"] });
  });

  test("a cursor that was followed before ends the instant, and is told", () => {
    const { place, oddities } = go(byId({ cursor: "d", followed: ["c", "d"] }), page("c", at));
    expect(place).toEqual(placeAt(at + 1));
    expect(oddities).toEqual(["repeated-next", "hidden-ties"]);
  });

  test("a next without a cursor ends the instant, and is told with its host", () => {
    const { place, oddities } = go(byId(), page("https://elsewhere.example/", at));
    expect(place).toEqual(placeAt(at + 1));
    expect(oddities).toEqual(["foreign-next", "repeated-next", "hidden-ties"]);
  });
});
