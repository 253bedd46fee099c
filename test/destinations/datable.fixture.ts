import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const key = "datable-header-0123456789";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K9"}';
const rest = (dataset: string, record: string, id: string): string =>
  `"body":${JSON.stringify(record)},"service.name":"kandji","tenant":"acme","dataset":"${dataset}","forwarder":"kandji-forwarder","id":"${id}"}`;

export const datableFixture: Fixture = {
  settings: {
    fewest: { host: "acme-1" },
    most: { host: "acme-1", url: "https://datable.example.com:5201/", headers: { Authorization: `Bearer ${key}` } },
  },
  hidden: [key],
  url: {
    fewest: "https://acme-1.dtbl.io:5201/v1/json",
    most: "https://datable.example.com:5201/v1/json",
  },
  headers: {
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    Authorization: `Bearer ${key}`,
  },
  encoded: [
    { record: { raw }, text: `{"timestamp":"2026-05-01T08:31:02.123450Z",${rest("audit-events", raw, "01K8")}` },
    {
      record: { raw: timeless, restampedAt: 1_777_624_262_123 },
      text: `{"timestamp":"2026-05-01T08:31:05.000Z",${rest("audit-events", timeless, "01K9")}`,
    },
    {
      record: { raw: timeless },
      batch: { test: true },
      text: `{"timestamp":"2026-05-01T08:31:05.000Z",${rest("verification", timeless, "01K9")}`,
    },
  ],
  rawOf: (body) => (JSON.parse(body) as { body: string }[]).map((entry) => entry.body),
  success: 200,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204],
    refused: [400, 422],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406],
    "try-later": [100, 103, 199, 206, 260, 299, 408, 429, ...failures],
  },
};
