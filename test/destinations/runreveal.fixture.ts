import { rawOf } from "../simulator/shapes.ts";
import { sliceArray } from "../simulator/record-text.ts";
import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const url = "https://api.runreveal.com/sources/hook/2ZkN-source-id";
const token = "runreveal-token-0123456789";
const raw = String.raw`{"id":"01K8","action":"update","actor_id":"a1","actor_type":"user","target_id":"t1","target_type":"device","target_component":"","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;

export const runrevealFixture: Fixture = {
  settings: { fewest: { url }, most: { url, token } },
  hidden: ["2ZkN-source-id", token],
  url: { fewest: url, most: url },
  headers: {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    {
      record: { raw },
      text: `{"eventName":"device.update","eventTime":"2026-05-01T08:31:02.123450Z","readOnly":false,"actor":{"id":"a1"},"service":{"name":"kandji"},"resources":[{"type":"device","id":"t1"}],"tags":{"tenant":"acme","dataset":"audit-events","id":"01K8","actor_type":"user"},"record":${raw}}`,
    },
    {
      record: { raw: "7", restampedAt: 1_777_624_262_123 },
      batch: { test: true },
      text: '{"eventName":"audit-events","readOnly":false,"service":{"name":"kandji"},"tags":{"tenant":"acme","dataset":"audit-events"},"record":7}',
    },
  ],
  rawOf: (body) => (sliceArray(body) ?? []).map(rawOf),
  success: 200,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204],
    refused: [400, 422],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 406],
    "try-later": [100, 103, 199, 206, 260, 299, 408, 429, ...failures],
  },
};
