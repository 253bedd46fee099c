import { version } from "../../src/version.ts";
import { type Fixture, locks, redirects } from "./fixture.ts";

const token = "token-0123456789abcdef";
const raw = String.raw`{"id":"01K8","action":"delete","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8"}';
const observed = '"observedTimeUnixNano":"1777624265000000000"';
const body = (record: string): string => `"body":{"stringValue":${JSON.stringify(record)}}`;
const id = '{"key":"kandji.id","value":{"stringValue":"01K8"}}';
const name = '"eventName":"kandji.audit-events"';

export const otlpFixture: Fixture = {
  settings: {
    fewest: { url: "https://otel.example.com:4318" },
    most: { url: "https://otel.example.com/otlp/", headers: { Authorization: `Bearer ${token}` }, gzip: false },
  },
  hidden: [token],
  url: { fewest: "https://otel.example.com:4318/v1/logs", most: "https://otel.example.com/otlp/v1/logs" },
  headers: {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    {
      record: { raw },
      text:
        `{"timeUnixNano":"1777624262123456000",${observed},"severityNumber":10,"severityText":"INFO",${body(raw)},` +
        `"attributes":[${id},{"key":"kandji.action","value":{"stringValue":"delete"}}],${name}}`,
    },
    {
      record: { raw: timeless },
      text: `{${observed},"severityNumber":9,"severityText":"INFO",${body(timeless)},"attributes":[${id}],${name}}`,
    },
  ],
  rawOf: (text) => {
    const { resourceLogs } = JSON.parse(text) as {
      resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[];
    };
    const records = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
    return records.map((record) => record.body.stringValue);
  },
  success: 200,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "try-later" },
  verdicts: {
    accepted: [200, 202, 204],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 408, 422, 500, 501, 520, 522, 529, 599],
    "try-later": [100, 103, 199, 201, 206, 260, 299, 429, 502, 503, 504],
  },
  bodies: new Map([
    [200, '{"partialSuccess":{}}'],
    [202, "{}"],
    [204, ""],
    [206, '{"partialSuccess":{"rejectedLogRecords":"1"}}'],
    [403, `{"code":7,"message":"forbidden ${token}"}`],
  ]),
};
