import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const token = "b1c7e3a0-5d0f-4a5e-9d61-0c2f4b6a7788";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8"}';
const fields = '"fields":{"tenant":"acme","dataset":"audit-events"}';

const success = '{"text":"Success","code":0}';

export const splunkHecFixture: Fixture = {
  settings: {
    fewest: { url: "https://http-inputs-acme.splunkcloud.com", token },
    most: { url: "https://splunk.example.com:8088/proxy/", token, index: "kandji", sourcetype: "iru" },
  },
  hidden: [token],
  url: {
    fewest: "https://http-inputs-acme.splunkcloud.com/services/collector/event",
    most: "https://splunk.example.com:8088/proxy/services/collector/event",
  },
  headers: {
    Authorization: `Splunk ${token}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    "X-Splunk-Request-Channel": "725ff2df-40f5-db7c-3151-c0e3cb755bf3",
  },
  encoded: [
    {
      record: { raw },
      text: `{"time":1777624262.123450,"host":"acme","source":"kandji-forwarder","sourcetype":"kandji:audit-events",${fields},"event":${JSON.stringify(raw)}}`,
    },
    {
      record: { raw: timeless, restampedAt: 1_777_624_262_123 },
      text: `{"host":"acme","source":"kandji-forwarder","sourcetype":"kandji:audit-events",${fields},"event":${JSON.stringify(timeless)}}`,
    },
    {
      record: { raw: timeless },
      batch: { test: true },
      text: `{"host":"acme","source":"kandji-forwarder","sourcetype":"kandji-forwarder:verification",${fields},"event":${JSON.stringify(timeless)}}`,
    },
  ],
  rawOf: (body) => body.split("\n").map((line) => (JSON.parse(line) as { event: string }).event),
  success: 200,
  odd: { empty: "try-later", markup: "try-later", truncated: "try-later", "too long to read": "try-later" },
  verdicts: {
    accepted: [200, 202],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 201, 204, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [200, success],
    [202, success],
    [260, '{"text":"Server is busy","code":9}'],
    [400, '{"text":"Invalid data format","code":6,"invalid-event-number":1}'],
    [403, `{"text":"Invalid token ${token}","code":4}`],
    [503, '{"text":"Server is busy","code":9}'],
  ]),
};
