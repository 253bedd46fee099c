import { rawOf } from "../simulator/shapes.ts";
import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const url = "https://logs.acme.runpanther.net/http/6c1f0b5e-source-id";
const bearerToken = "panther-bearer-0123456789";
const sharedSecret = "panther-shared-0123456789";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const ends = '"received_at":"2026-05-01T08:31:05.000Z","tenant_id":"acme"}';

export const pantherFixture: Fixture = {
  settings: {
    fewest: { url, bearerToken },
    most: { url, sharedSecretHeader: "x-panther-kandji", sharedSecret, gzip: false },
  },
  hidden: ["6c1f0b5e-source-id", sharedSecret],
  url: { fewest: url, most: url },
  headers: {
    "Content-Type": "application/x-ndjson",
    "User-Agent": `kandji-forwarder/${version}`,
    "x-panther-kandji": sharedSecret,
  },
  encoded: [
    { record: { raw }, text: `${raw.slice(0, -1)},${ends}` },
    { record: { raw, restampedAt: 1_777_624_262_123 }, text: `${raw.slice(0, -1)},${ends}` },
    { record: { raw: "{ }" }, batch: { test: true }, text: `{ ${ends}` },
    { record: { raw: "7" }, text: `{"value":7,${ends}` },
  ],
  rawOf: (body) => body.split("\n").slice(0, -1).map(rawOf),
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
