import { rawOf } from "../simulator/shapes.ts";
import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const password = "glc_eyJ0123456789";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","action":"update","actor_id":"a1","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8","action":7,"target_id":""}';
const row =
  '{"device_id":"d1","device_name":"Mac","_forwarder":{"change":"updated","seenAt":"2026-05-01T08:31:04.500Z"}}';
const labels = '"service_name":"kandji","tenant":"acme"';
const line = (stream: string, nanoseconds: string, record: string, metadata: string): string =>
  `{"stream":{${stream}},"values":[["${nanoseconds}",${JSON.stringify(record)},{"level":"info",${metadata}}]]}`;
const events = `${labels},"dataset":"audit-events"`;

interface Push {
  readonly streams: readonly { readonly values: readonly (readonly [string, string, object])[] }[];
}

export const lokiFixture: Fixture = {
  settings: {
    fewest: { url: "https://loki.example.com" },
    most: {
      url: "https://logs-prod-012.grafana.net/",
      username: "123456",
      password,
      tenantId: "acme_1",
      labels: { env: "prod", team_1: "mac admins" },
    },
  },
  hidden: [password, Buffer.from(`123456:${password}`).toString("base64")],
  url: {
    fewest: "https://loki.example.com/loki/api/v1/push",
    most: "https://logs-prod-012.grafana.net/loki/api/v1/push",
  },
  headers: {
    Authorization: `Basic ${Buffer.from(`123456:${password}`).toString("base64")}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    "X-Scope-OrgID": "acme_1",
  },
  encoded: [
    {
      record: { raw },
      text: line(events, "1777624262123456000", raw, '"event_id":"01K8","action":"update","actor_id":"a1"'),
    },
    {
      record: { raw, restampedAt: 1_777_624_265_000 },
      text: line(
        `${events},"hour":"2026-05-01T08"`,
        "1777624265000000000",
        raw,
        '"event_id":"01K8","action":"update","actor_id":"a1","original_time":"2026-05-01T08:31:02.123456Z"',
      ),
    },
    // Half an hour and a millisecond before it was read.
    {
      record: { raw },
      batch: { collectedAt: 1_777_624_262_123 + 30 * 60_000 + 1 },
      text: line(
        `${events},"hour":"2026-05-01T08"`,
        "1777624262123456000",
        raw,
        '"event_id":"01K8","action":"update","actor_id":"a1"',
      ),
    },
    { record: { raw: timeless }, text: line(events, "1777624265000000000", timeless, '"event_id":"01K8"') },
    {
      record: { raw: row },
      batch: { test: true },
      text: line(
        `${labels},"dataset":"verification"`,
        "1777624264500000000",
        row,
        '"event_id":"acme:audit-events:349c2d4f5022355dad9a10a84bd9bc33293b63ad4780ffd8934182f01c68e308","device_id":"d1","device_name":"Mac","change":"updated"',
      ),
    },
  ],
  rawOf: (body) => (JSON.parse(body) as Push).streams.flatMap(({ values }) => values.map(([, text]) => rawOf(text))),
  success: 204,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 204],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 260, 406, 422],
    "try-later": [100, 103, 199, 201, 202, 206, 299, 408, 429, ...failures],
  },
  bodies: new Map([[401, `invalid credentials ${password}`]]),
};
