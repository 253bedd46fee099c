import { entryOf, itself, type JournalEntry } from "../../src/journal/entry.ts";

/** Entries of the forwarder's own logs: one with everything that an entry may have, one with the least, and a change of health. */

const at = Date.parse("2026-05-01T08:31:02.123Z");

export const journalEntries: ReadonlyMap<string, JournalEntry> = new Map([
  [
    "an operation of a person",
    entryOf(
      {
        action: "REPLAY",
        result: "FAILED",
        actor: {
          id: "7335d417-61da-459d-899c-0a01c76a2f94",
          type: "USER",
          name: "dana@northbay.example",
          attributes: { role: "admin", signedInBy: "Cloudflare Access" },
        },
        static: { tenant: "acme" },
        dynamic: { dataset: "audit-events", since: "2026-04-01T00:00:00Z", ids: [1, 2] },
        details: { status: 409 },
        errors: ["50 replays wait already"],
        sourceIP: "192.0.2.7",
        XForwardedFor: ["192.0.2.7", "2001:db8::1"],
        userAgent: 'curl/8.4.0 "\u{1F4BB}"',
      },
      at,
    ),
  ],
  [
    "a deed of the forwarder",
    {
      actionName: "SECRET_CHANGED",
      actionResult: "SUCCEEDED",
      actor: { id: itself.id, type: "TOKEN" },
      timestamp: new Date(at).toISOString(),
      forwarderVersion: "1.0.0",
    },
  ],
]);

export const healthEntries: ReadonlyMap<string, JournalEntry> = new Map([
  [
    "a destination that turned bad",
    entryOf(
      {
        action: "HEALTH_DEGRADED",
        result: "SUCCEEDED",
        actor: itself,
        static: { tenant: "acme", subject: "tenant acme / destination siem" },
        details: {
          code: "destination-locked-out",
          health: "failing",
          message: "Datadog answered 403",
          fix: "Put the secret again",
        },
      },
      at,
    ),
  ],
]);
