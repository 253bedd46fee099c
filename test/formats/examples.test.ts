import { describe, expect, it } from "vitest";
import { samples } from "../datasets/records.ts";
import { shaped } from "./shaped.ts";

/** What arrives, to be read: `fixtures/<format>/<record>.json`. */

const chosen = [
  ["audit-events", "a blueprint that got an application"],
  ["audit-events", "a new admin"],
  ["audit-events", "a device that enrolled"],
  ["audit-events", "a first run"],
  ["audit-events", "a file that the EDR found"],
  ["audit-events", "a vulnerability that was found"],
  ["threats", "threats 1, created"],
  ["behavioral-detections", "behavioral-detections 1, created"],
  ["vulnerability-detections", "vulnerability-detections 1, created"],
  ["vulnerability-detections", "vulnerability-detections 1, deleted"],
  ["vulnerabilities", "vulnerabilities 3, updated"],
  ["devices", "devices 1, snapshot"],
  ["devices", "devices 1, deleted"],
  ["device-status", "device-status 2, updated"],
  ["device-apps", "device-apps 2, created"],
  ["device-activity", "device-activity 1, created"],
  ["users", "users 1, snapshot"],
  ["prism-filevault", "prism-filevault 1, snapshot"],
  ["licensing", "licensing 1, snapshot"],
] as const;

describe.each(["ocsf", "ecs"] as const)("examples of %s", (format) => {
  it.each(chosen)("%s: %s", async (dataset, of) => {
    const sample = samples.get(dataset)?.find((one) => one.of === of);
    expect(sample).toBeDefined();
    const text = `${JSON.stringify(shaped(format, dataset, sample?.raw ?? ""), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`fixtures/${format}/${of.replaceAll(/\W+/gu, "-")}.json`);
  });
});
