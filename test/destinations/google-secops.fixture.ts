import { rawOf } from "../simulator/shapes.ts";
import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const apiKey = "AIzaSyA-0123456789";
const secret = "0123456789abcdef-feed";
const url = "https://eu-chronicle.googleapis.com/v1alpha/projects/1/locations/eu/instances/2/feeds/3:importPushLogs";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"s":"\u00e9é"}`;

export const googleSecopsFixture: Fixture = {
  settings: {
    fewest: { url, apiKey, secret, format: "raw" },
    most: { url: `${url}?alt=json`, apiKey, secret, format: "raw" },
  },
  hidden: [apiKey, secret],
  url: { fewest: url, most: `${url}?alt=json` },
  headers: {
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    "X-goog-api-key": apiKey,
    "X-Webhook-Access-Key": secret,
  },
  encoded: [
    { record: { raw }, text: raw },
    { record: { raw: "7", restampedAt: 1_777_624_262_123 }, text: "7" },
  ],
  rawOf: (body) => body.trimEnd().split("\n").map(rawOf),
  success: 200,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 201, 202, 204, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [200, "{}"],
    [403, `{"error":{"code":403,"message":"The key ${apiKey} may not","status":"PERMISSION_DENIED"}}`],
  ]),
};
