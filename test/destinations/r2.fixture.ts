import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"s":"\u00e9é"}`;

export const r2Fixture: Fixture = {
  settings: {
    fewest: { bucket: "ARCHIVE" },
    most: { bucket: "LOGS_2", prefix: "security/kandji.logs-1", gzip: false },
  },
  // It has no credential: the bucket is bound to the Worker.
  hidden: [],
  url: {
    fewest: "r2://ARCHIVE/kandji/acme/audit-events/dt=2026-05-01/hr=08/b-1.ndjson.gz",
    most: "r2://LOGS_2/security/kandji.logs-1/acme/audit-events/dt=2026-05-01/hr=08/b-1.ndjson",
  },
  headers: {
    "Content-Type": "application/x-ndjson",
    forwarder: `kandji-forwarder/${version}`,
    tenant: "acme",
    dataset: "audit-events",
  },
  encoded: [
    { record: { raw }, text: raw },
    { record: { raw, restampedAt: 1_777_624_262_123 }, text: raw },
    { record: { raw }, batch: { test: true }, text: raw },
  ],
  rawOf: (body) => body.split("\n").slice(0, -1),
  success: 200,
  // The answer is the platform's, in this process, and has no body to be mistaken about.
  odd: { empty: "accepted", markup: "accepted", truncated: "accepted", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204, 206, 260, 299],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 408, 429, ...failures],
  },
};
