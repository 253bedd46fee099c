import { version } from "../../src/version.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const code = "ZaVnC4dhaV1QWERTY012345==";
const url = `https://endpoint4.collection.sumologic.com/receiver/v1/http/${code}`;
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123450Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const timeless = '{"id":"01K8"}';
const start = '"tenant":"acme","dataset":"audit-events","record":';

export const sumoLogicFixture: Fixture = {
  settings: { fewest: { url }, most: { url, sourceCategory: "security/kandji" } },
  hidden: [code],
  url: { fewest: url, most: url },
  headers: {
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
    "X-Sumo-Category": "security/kandji",
    "X-Sumo-Host": "acme",
    "X-Sumo-Name": "kandji-forwarder",
  },
  encoded: [
    { record: { raw }, text: `{"timestamp":"2026-05-01T08:31:02.123450Z",${start}${raw}}` },
    { record: { raw: timeless, restampedAt: 1_777_624_262_123 }, text: `{${start}${timeless}}` },
    { record: { raw: timeless }, batch: { test: true }, text: `{${start}${timeless}}` },
  ],
  rawOf: (body) =>
    body
      .split("\n")
      .slice(0, -1)
      .map((line) => line.slice(line.indexOf(start) + start.length, -1)),
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
    [200, ""],
    [401, `{"id":"X","errors":[{"code":"unauthorized","message":"${code}"}]}`],
  ]),
};
