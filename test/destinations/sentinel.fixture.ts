import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const clientSecret = "abc8Q~0123456789.-_&+";
const tenantId = "11111111-2222-3333-4444-555555555555";
const clientId = "66666666-7777-8888-9999-000000000000";
const dcrImmutableId = "dcr-0123456789abcdef0123456789abcdef";
const few = { tenantId, clientId, clientSecret, dcrImmutableId };
const raw = String.raw`{"id":"01K8","action":"update","occurred_at":"2026-05-01T08:31:02.123456+02:00","n":12345678901234567890.10,"s":"\u00e9é"}`;
const row = '{"device_id":"d1","_forwarder":{"change":"deleted","seenAt":"2026-05-01T08:31:04.123456789Z"}}';
const same = (record: string): string => `"Record":${record},"RawRecord":${JSON.stringify(record)}}`;
const of = '"Tenant":"acme","Dataset":"audit-events"';

export const sentinelFixture: Fixture = {
  settings: {
    fewest: { ...few, url: "https://kandji-a1b2.westeurope-1.ingest.monitor.azure.com" },
    most: {
      ...few,
      url: "https://kandji-a1b2.usgovvirginia-1.ingest.monitor.azure.us/",
      streamName: "Custom-Other_CL",
      cloud: "usgov",
      loginUrl: "https://login.microsoftonline.us",
    },
  },
  hidden: [clientSecret],
  url: {
    fewest: `https://kandji-a1b2.westeurope-1.ingest.monitor.azure.com/dataCollectionRules/${dcrImmutableId}/streams/Custom-Kandji_CL?api-version=2023-01-01`,
    most: `https://kandji-a1b2.usgovvirginia-1.ingest.monitor.azure.us/dataCollectionRules/${dcrImmutableId}/streams/Custom-Other_CL?api-version=2023-01-01`,
  },
  headers: { "Content-Type": "application/json", "User-Agent": `kandji-forwarder/${version}` },
  encoded: [
    {
      record: { raw },
      text: `{"TimeGenerated":"2026-05-01T06:31:02.1234560Z","EventTime":"2026-05-01T06:31:02.1234560Z",${of},"EventId":"01K8","Action":"update",${same(raw)}`,
    },
    {
      record: { raw, restampedAt: 1_777_710_662_000 },
      text: `{"TimeGenerated":"2026-05-02T08:31:02.0000000Z","EventTime":"2026-05-01T06:31:02.1234560Z",${of},"EventId":"01K8","Action":"update",${same(raw)}`,
    },
    {
      record: { raw: row },
      batch: { test: true },
      text: `{"TimeGenerated":"2026-05-01T08:31:04.1234567Z","EventTime":"2026-05-01T08:31:04.1234567Z","Tenant":"acme","Dataset":"verification","EventId":"acme:audit-events:9edf1d9034c05992b478b546fcf5ae2dea580064885af88bbd1a9f9c522a5143","Change":"deleted","DeviceId":"d1",${same(row)}`,
    },
    { record: { raw: '{"id":"01K9"}' }, text: `{${of},"EventId":"01K9",${same('{"id":"01K9"}')}` },
  ],
  rawOf: (body) =>
    (JSON.parse(body) as Record<string, string>[]).map((columns) =>
      Object.entries(columns)
        .filter(([name]) => name.startsWith("RawRecord"))
        .map(([, text]) => text)
        .join(""),
    ),
  success: 204,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [204],
    refused: [400],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406, 422],
    "try-later": [100, 103, 199, 200, 201, 202, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([[403, `{"error":{"code":"OperationFailed","message":"${clientSecret}"}}`]]),
  login: {
    host: "login.microsoftonline.com",
    asked:
      `POST https://login.microsoftonline.us/${tenantId}/oauth2/v2.0/token\n` +
      `grant_type=client_credentials&client_id=${clientId}&client_secret=abc8Q%7E0123456789.-_%26%2B&scope=https%3A%2F%2Fmonitor.azure.us%2F.default`,
    body: '{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0eXAi.token"}',
  },
};
