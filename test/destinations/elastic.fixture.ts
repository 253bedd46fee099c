import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const url = "https://acme.es.eu-west-1.aws.elastic.cloud";
const apiKey = "a2V5aWQwMDAwMDAwMDAwMDE6c2VjcmV0MDAwMDAwMDAwMQ==";
const password = "pässword: with a blank & a colon";
const basic = Buffer.from(`kandji:${password}`).toString("base64");
const filter = "?filter_path=errors%2Citems.*.status%2Citems.*.error.type%2Citems.*.error.reason";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8"}';

const pair = (dataset: string, time: string, message: string): string =>
  `{"create":{"_index":"logs-${dataset}-default","_id":"acme:01K8"}}\n` +
  `{"@timestamp":"${time}","message":${JSON.stringify(message)},"data_stream":{"type":"logs","dataset":"${dataset}",` +
  `"namespace":"default"},"organization":{"id":"acme"},"tags":["preserve_original_event","forwarded"]}`;

/** With `filter_path`, as it is asked for. */
const created = (records: number): string =>
  JSON.stringify({ errors: false, items: Array.from({ length: records }, () => ({ create: { status: 201 } })) });

export const elasticFixture: Fixture = {
  settings: {
    fewest: { url, apiKey },
    most: { url: `${url}:9243/`, username: "kandji", password, namespace: "production" },
  },
  hidden: [password, basic],
  url: { fewest: `${url}/_bulk${filter}`, most: `${url}:9243/_bulk${filter}` },
  headers: {
    Authorization: `Basic ${basic}`,
    "Content-Type": "application/x-ndjson",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    { record: { raw }, text: pair("iru.audit", "2026-05-01T08:31:02.123Z", raw) },
    // Without a time of its own it has that at which it was read.
    { record: { raw: timeless }, text: pair("iru.audit", "2026-05-01T08:31:05.000Z", timeless) },
    {
      record: { raw: timeless },
      batch: { test: true },
      text: pair("kandji.verification", "2026-05-01T08:31:05.000Z", timeless),
    },
  ],
  rawOf: (body) => {
    const lines = body.slice(0, -1).split("\n");
    return lines.flatMap((line, at) => (at % 2 === 0 ? [] : [(JSON.parse(line) as { message: string }).message]));
  },
  success: 200,
  odd: { empty: "try-later", markup: "try-later", truncated: "try-later", "too long to read": "too-big" },
  verdicts: {
    accepted: [200],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 201, 202, 204, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [200, created(1)],
    [403, `{"error":{"type":"security_exception","reason":"${password}"},"status":403}`],
  ]),
  acceptance: created,
};
