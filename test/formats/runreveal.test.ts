import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listings } from "../../src/datasets/registry.ts";
import { oddEvents, recordsOf, usualEvents } from "../datasets/records.ts";
import { rawOf } from "../simulator/shapes.ts";
import { wrongInRunreveal } from "./runreveal-schema.ts";
import { shapedBy } from "./shaped.ts";

/** RunReveal's structured webhook: https://docs.runreveal.com/sources/source-types/structured-webhooks. */

const shaped = shapedBy("runreveal");
const expectStructured = (text: string): void => expect(wrongInRunreveal(read(text))).toEqual([]);
const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe("runreveal", () => {
  it("names who acted, on what and when", () => {
    const raw =
      '{"id":"01K8","action":"update","occurred_at":"2026-05-01T08:31:02.123456Z","actor_id":"a1","actor_type":"user","target_id":"t1",' +
      '"target_type":"blueprint","target_component":"library_items","new_state":{"name":"Kiosk"},"_actor":{"email":"dana@northbay.example","name":"Dana Ruiz","role":"admin"}}';
    const { record, ...event } = read(shaped(raw));
    expect(event).toEqual({
      eventName: "blueprint.update",
      eventTime: "2026-05-01T08:31:02.123456Z",
      readOnly: false,
      actor: { id: "a1", email: "dana@northbay.example", username: "Dana Ruiz" },
      service: { name: "kandji" },
      resources: [{ type: "blueprint", id: "t1", name: "Kiosk" }],
      tags: {
        tenant: "acme",
        dataset: "audit-events",
        id: "01K8",
        actor_type: "user",
        target_component: "library_items",
      },
    });
    expect(record).toEqual(JSON.parse(raw));
  });

  it.each([
    ['{"event_type":"device.wiped","target_type":"device","action":"update"}', "audit-events", "device.wiped"],
    ['{"target_type":"device"}', "audit-events", "audit-events"],
    ['{"target_type":{},"action":"update"}', "audit-events", "audit-events"],
    ['{"_forwarder":{"change":"deleted"}}', "devices", "devices.deleted"],
    ['{"id":1,"action_type":"enrollment"}', "device-activity", "device-activity.enrollment"],
    ["[]", "devices", "devices"],
  ])("calls %s of %s %s", (raw, dataset, name) => {
    expect(read(shaped(raw, { dataset }))["eventName"]).toBe(name);
  });

  it("says of a record of state which device and which vulnerability it is about, and when it was seen", () => {
    const raw =
      '{"device_id":"d1","device_name":"NB-1","cve_id":"CVE-2026-1","_forwarder":{"change":"created","seenAt":"2026-05-01T08:30:00.000Z"}}';
    expect(read(shaped(raw, { dataset: "vulnerability-detections" }))).toMatchObject({
      eventName: "vulnerability-detections.created",
      eventTime: "2026-05-01T08:30:00.000Z",
      resources: [
        { type: "device", id: "d1", name: "NB-1" },
        { type: "vulnerability", id: "CVE-2026-1" },
      ],
    });
    const activity = '{"id":1,"action_type":"enrollment","computer":{"id":"d1","name":"NB-1"}}';
    expect(read(shaped(activity, { dataset: "device-activity" }))["resources"]).toEqual([
      { type: "device", id: "d1", name: "NB-1" },
    ]);
    const user = '{"id":"u1","name":"Dana","_forwarder":{"change":"created"}}';
    expect(read(shaped(user, { dataset: "users" }))["resources"]).toEqual([{ type: "users", id: "u1", name: "Dana" }]);
  });

  it("invents nothing: no time, actor, resource or address that the record does not have", () => {
    expect(Object.keys(read(shaped('{"a":1}')))).toEqual(["eventName", "readOnly", "service", "tags", "record"]);
    expect(shaped('{"actor_id":9007199254740993}')).not.toContain('actor":{');
  });

  it.each([...usualEvents, ...oddEvents].map((raw) => [raw] as const))("has known names and types alone: %s", (raw) => {
    expectStructured(shaped(raw));
    expect(rawOf(shaped(raw))).toBe(raw);
  });

  it.each([...listings])("fits every record of %s, and gives it back to the character", (dataset, listing) => {
    for (const raw of recordsOf(listing)) {
      const text = shaped(raw, { dataset });
      expectStructured(text);
      expect(rawOf(text)).toBe(raw);
    }
  });

  it("makes one object on one line of any JSON, and loses nothing of it", () => {
    const key = fc.constantFrom(
      "id",
      "actor_id",
      "_actor",
      "email",
      "target_id",
      "new_state",
      "name",
      "record",
      "_forwarder",
      "device",
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue(),
        fc.dictionary(fc.oneof(key, fc.string()), tie("value"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const raw = JSON.stringify(any);
        const text = shaped(raw);
        expect(text).not.toMatch(/[\r\n]/u);
        expectStructured(text);
        expect(rawOf(text)).toBe(raw);
      }),
    );
  });
});
