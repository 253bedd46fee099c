import { describe, expect, it } from "vitest";
import { severityOf } from "../../src/destinations/severity.ts";

describe("the severity of a record", () => {
  it.each([
    [9, { action: "create", target_type: "blueprint" }],
    [9, { action: "update", target_type: "device" }],
    [10, { action: "delete", target_type: "blueprint" }],
    [13, { action: "delete", target_type: "device" }],
    [13, { action: "create", target_type: "api_token" }],
    [17, { action: "detect", target_type: "file_detection", metadata: { classification: "MALWARE" } }],
    [13, { action: "detect", target_type: "file_detection", metadata: { classification: "PUP" } }],
    [21, { action: "detect", target_type: "vulnerability", new_state: { vulnerability: { severity: "Critical" } } }],
    [9, { action: "detect", target_type: "vulnerability", new_state: { vulnerability: "Critical" } }],
    // Words of findings mean nothing elsewhere.
    [9, { action: "update", target_type: "blueprint", severity: "Critical" }],
  ])("is %i for the event %j", (severity, event) => {
    expect(severityOf("audit-events", event)).toBe(severity);
  });

  it.each([
    [17, "threats", { classification: "MALWARE" }],
    [13, "threats", { classification: "PUP" }],
    [17, "threats", { classification: "pup", severity: "high" }],
    [13, "behavioral-detections", { classification: "suspicious" }],
    [17, "behavioral-detections", { classification: "malicious" }],
    [9, "vulnerability-detections", { cvss_severity: "Low" }],
    [13, "vulnerability-detections", { severity: "Medium" }],
    [21, "vulnerabilities", { severity: "Critical" }],
    [9, "vulnerabilities", { severity: "Undefined" }],
    [9, "vulnerabilities", { severity: "Critical", _forwarder: { change: "deleted" } }],
    [9, "devices", { severity: "Critical" }],
  ])("is %i for a row of %s with %j", (severity, dataset, row) => {
    expect(severityOf(dataset, row)).toBe(severity);
  });

  it.each([7, [], null, undefined, "delete"])("is 9 for %j", (value) => {
    for (const dataset of ["audit-events", "threats", "devices", "nonsense"])
      expect(severityOf(dataset, value)).toBe(9);
  });
});
