import { version } from "../../src/version.ts";
import { sliceArray } from "../simulator/record-text.ts";
import { failures, type Fixture, locks, redirects } from "./fixture.ts";

const sourceToken = "Sx9kQ2mZ7vB4nT1pL8wR3yUa";
const raw = String.raw`{"id":"01K8","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"s":"\u00e9é"}`;
const state = `{"device_id":"d1","_forwarder":{"change":"updated","seenAt":"2026-05-02T09:00:00.500Z"}}`;
const about = `"tenant":"acme","dataset":"audit-events","forwarder":"kandji-forwarder"`;

export const betterStackFixture: Fixture = {
  settings: {
    fewest: { sourceToken, ingestingHost: "s1234567.eu-nbg-2.betterstackdata.com" },
    most: {
      sourceToken,
      ingestingHost: "s1.betterstackdata.com",
      url: "https://proxy.example.com/logs?key=url-key-123",
    },
  },
  hidden: [sourceToken, "url-key-123"],
  url: {
    fewest: "https://s1234567.eu-nbg-2.betterstackdata.com/",
    most: "https://proxy.example.com/logs?key=url-key-123",
  },
  headers: {
    Authorization: `Bearer ${sourceToken}`,
    "Content-Type": "application/json",
    "User-Agent": `kandji-forwarder/${version}`,
  },
  encoded: [
    { record: { raw }, text: `{"dt":"2026-05-01T08:31:02.123456Z",${about},"record":${raw}}` },
    { record: { raw: state }, text: `{"dt":"2026-05-02T09:00:00.500Z",${about},"record":${state}}` },
    { record: { raw: '{"kandji_forwarder_test":true}' }, text: `{${about},"record":{"kandji_forwarder_test":true}}` },
  ],
  rawOf: (body) =>
    (sliceArray(body) ?? []).map((event) => event.slice(event.indexOf('"record":') + '"record":'.length, -1)),
  success: 202,
  odd: { empty: "accepted", markup: "try-later", truncated: "try-later", "too long to read": "accepted" },
  verdicts: {
    accepted: [200, 201, 202, 204],
    refused: [400, 406],
    "too-big": [413],
    "locked-out": [...redirects, ...locks, 422],
    "try-later": [100, 103, 199, 206, 260, 299, 408, 429, ...failures],
  },
  bodies: new Map([
    [202, ""],
    [402, "Quota exceeded"],
    [403, "Unauthorized"],
    [406, "Couldn't parse JSON content."],
    [413, "payload reached size limit"],
  ]),
};
