import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const licenseKey = "eu01xx0123456789abcdef0123456789abcdNRAL";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"list":[1,2],"s":"\u00e9é"}`;
const state = `{"device_id":"d1","_forwarder":{"change":"updated","seenAt":"2026-05-02T09:00:00.500Z"}}`;
const test = '{"kandji_forwarder_test":true}';
const origin = `"forwarder.tenant":"acme","forwarder.dataset":"audit-events"`;

export const newRelicFixture: Fixture = {
  settings: {
    fewest: { licenseKey },
    most: { licenseKey, region: "eu", url: "https://proxy.example.com/new-relic/" },
  },
  hidden: [licenseKey],
  url: {
    fewest: "https://log-api.newrelic.com/log/v1",
    most: "https://proxy.example.com/new-relic/log/v1",
  },
  headers: {
    "Api-Key": licenseKey,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    {
      record: { raw },
      text: `{"timestamp":1777624262123,"message":${JSON.stringify(raw)},"attributes":{${origin}}}`,
    },
    {
      record: { raw, restampedAt: 1_777_900_000_000 },
      text: `{"timestamp":1777900000000,"message":${JSON.stringify(raw)},"attributes":{${origin},"forwarder.restamped":true,"forwarder.original_time":"2026-05-01T08:31:02.123456Z"}}`,
    },
    {
      record: { raw: state },
      text: `{"timestamp":1777712400500,"message":${JSON.stringify(state)},"attributes":{${origin}}}`,
    },
    { record: { raw: test }, text: `{"message":${JSON.stringify(test)},"attributes":{${origin}}}` },
  ],
  rawOf: (body) =>
    (JSON.parse(body) as { logs: { message: string }[] }[]).flatMap(({ logs }) => logs.map(({ message }) => message)),
  success: 202,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [202, '{"requestId":"8b3f5c1a-0001-b000-0000-018f3a5d2c11"}'],
    [403, "{}"],
  ]),
};
