import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const ingestToken = "3f9c1c6e-7a1b-4a55-9b1e-0d6c2f8e5a77";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const state = `{"device_id":"d1","_forwarder":{"change":"updated","seenAt":"2026-05-02T09:00:00.500Z"}}`;
const test = '{"kandji_forwarder_test":true}';
const origin = `"forwarder.tenant":"acme","forwarder.dataset":"audit-events"`;

export const logscaleFixture: Fixture = {
  settings: {
    fewest: { url: "https://cloud.us.humio.com", ingestToken },
    most: { url: "https://ingest.example.com/api/hec/v1/services/collector/", ingestToken, sourcetype: "json" },
  },
  hidden: [ingestToken],
  url: {
    fewest: "https://cloud.us.humio.com/services/collector",
    most: "https://ingest.example.com/api/hec/v1/services/collector",
  },
  headers: {
    Authorization: `Bearer ${ingestToken}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    {
      record: { raw },
      text: `{"time":1777624262.123,"source":"kandji-forwarder","fields":{${origin},"@timestamp.nanos":456000},"event":${JSON.stringify(raw)}}`,
    },
    {
      record: { raw: state },
      text: `{"time":1777712400.5,"source":"kandji-forwarder","fields":{${origin},"@timestamp.nanos":0},"event":${JSON.stringify(state)}}`,
    },
    {
      record: { raw: test },
      text: `{"source":"kandji-forwarder","fields":{${origin}},"event":${JSON.stringify(test)}}`,
    },
  ],
  rawOf: (body) =>
    body
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: string }).event),
  success: 200,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [200, '{"text":"Success","code":0}'],
    [400, '{"text":"Invalid data format","code":6}'],
  ]),
};
