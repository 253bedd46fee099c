import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const token = "xaat-01234567-89ab-cdef-0123-456789abcdef";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8"}';
const rest = (dataset: string, record: string): string =>
  `"tenant":"acme","dataset":"${dataset}","forwarder":"kandji-forwarder","record":${JSON.stringify(record)}}`;

const counts = '{"ingested":2,"failed":0,"failures":[],"processedBytes":219,"blocksCreated":0,"walLength":2}';

export const axiomFixture: Fixture = {
  settings: {
    fewest: { token, dataset: "kandji" },
    most: { token, dataset: "kandji.logs-1", orgId: "acme-x1y2", url: "https://api.eu.axiom.co/" },
  },
  hidden: [token],
  url: {
    fewest: "https://api.axiom.co/v1/datasets/kandji/ingest",
    most: "https://api.eu.axiom.co/v1/datasets/kandji.logs-1/ingest",
  },
  headers: {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    "X-Axiom-Org-Id": "acme-x1y2",
  },
  encoded: [
    { record: { raw }, text: `{"_time":"2026-05-01T08:31:02.123450Z",${rest("audit-events", raw)}` },
    { record: { raw: timeless, restampedAt: 1_777_624_262_123 }, text: `{${rest("audit-events", timeless)}` },
    { record: { raw: timeless }, batch: { test: true }, text: `{${rest("verification", timeless)}` },
  ],
  rawOf: (body) => (JSON.parse(body) as { record: string }[]).map(({ record }) => record),
  success: 200,
  odd: { empty: "try-later", markup: "try-later", truncated: "try-later", "too long to read": "try-later" },
  verdicts: {
    accepted: [200, 202],
    refused: [206, 400, 422],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406],
    "try-later": [100, 103, 199, 201, 204, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [200, counts],
    [202, counts],
    [206, `{"ingested":1,"failed":1,"failures":[{"timestamp":"2026-05-01T08:31:02Z","error":"${token}"}]}`],
    [403, `{"message":"forbidden ${token}"}`],
  ]),
};
