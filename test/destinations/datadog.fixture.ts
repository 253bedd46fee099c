import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const apiKey = "0123456789abcdef0123456789abcdef";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"new_state":{"occurred_at":"x"},"s":"\u00e9é"}`;
const restamped = String.raw`{"id":"01K8","original_occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"new_state":{"occurred_at":"x"},"s":"\u00e9é"}`;
const tags = "tenant:acme,dataset:audit-events,forwarder:kandji-forwarder";

export const datadogFixture: Fixture = {
  settings: {
    fewest: { site: "datadoghq.eu", apiKey },
    most: { site: "datadoghq.eu", apiKey, url: "https://proxy.example.com/datadog/" },
  },
  hidden: [apiKey],
  url: {
    fewest: "https://http-intake.logs.datadoghq.eu/api/v2/logs",
    most: "https://proxy.example.com/datadog/api/v2/logs",
  },
  headers: {
    "Content-Type": "application/json",
    "DD-API-KEY": apiKey,
    "DD-EVP-ORIGIN": "kandji-forwarder",
    "DD-EVP-ORIGIN-VERSION": version,
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    {
      record: { raw },
      text: `{"ddsource":"kandji","service":"audit","ddtags":"${tags}","message":${JSON.stringify(raw)}}`,
    },
    {
      record: { raw, restampedAt: 1_777_624_262_123 },
      text: `{"ddsource":"kandji","service":"audit-history","ddtags":"${tags}","timestamp":1777624262123,"message":${JSON.stringify(restamped)}}`,
    },
    {
      record: { raw },
      batch: { test: true },
      text: `{"ddsource":"kandji-forwarder","service":"verification","ddtags":"${tags}","message":${JSON.stringify(raw)}}`,
    },
  ],
  rawOf: (body) => (JSON.parse(body) as { message: string }[]).map((log) => log.message),
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
    [202, "{}"],
    [
      403,
      '{"errors":[{"status":"403","title":"Forbidden","detail":"API key 0123456789abcdef0123456789abcdef is invalid"}]}',
    ],
  ]),
};
