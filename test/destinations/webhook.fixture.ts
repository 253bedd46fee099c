import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const signingSecret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const url = "https://logs.example.com/in?key=url-key-123456";
const raw = String.raw`{"id":"01K8","n":12345678901234567890.10,"t":"2026-05-01T08:31:02.123456Z","s":"\u00e9é\/","e":1e5}`;

export const webhookFixture: Fixture = {
  settings: {
    fewest: { url },
    most: {
      url,
      encoding: "json-array",
      gzip: true,
      headers: { Authorization: "Bearer header-key-123456" },
      signingSecret,
    },
  },
  hidden: ["url-key-123456", "header-key-123456", signingSecret],
  url: { fewest: url, most: url },
  headers: {
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    Authorization: "Bearer header-key-123456",
    "X-Kandji-Tenant": "acme",
    "X-Kandji-Dataset": "audit-events",
    "webhook-id": "b-1",
  },
  encoded: [
    { record: { raw }, text: raw },
    { record: { raw, restampedAt: 1_777_624_262_123 }, text: raw },
    { record: { raw }, batch: { test: true }, text: raw },
  ],
  rawOf: (body) => body.split("\n").slice(0, -1),
  success: 200,
  odd: { empty: "accepted", markup: "accepted", truncated: "accepted", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204, 206, 260, 299],
    refused: [400, 422],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406],
    "try-later": [100, 103, 199, 408, 429, ...failures],
  },
};
