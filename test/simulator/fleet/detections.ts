/** What the endpoint detection found. A detection keeps the names that its device had when it was found. */
import type { Device } from "./device.ts";
import { draw, drawHex, drawInteger, drawOne, drawUuid } from "./draw.ts";
import type { LibraryItem } from "./tenant.ts";

export type ThreatStatus = "quarantined" | "not_quarantined" | "released" | "resolved";

/** Where it was found, as it was called then. */
export interface Scene {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly serial: string;
  readonly blueprintId: string;
  readonly blueprintName: string;
  readonly item: LibraryItem;
  readonly owner: string;
}

export interface Threat {
  readonly number: number;
  readonly scene: Scene;
  readonly name: string;
  readonly classification: "malware" | "pup";
  readonly process: string;
  readonly detectedAt: number;
  readonly path: string;
  readonly hash: string;
  readonly severity: string;
  status: ThreatStatus;
  quarantinedAt: number | undefined;
  releasedAt: number | undefined;
}

export interface BehavioralDetection {
  readonly id: string;
  readonly seed: number;
  readonly scene: Scene;
  readonly ruleId: string;
  readonly classification: "malicious" | "suspicious";
  readonly detectedAt: number;
  readonly status: "detected" | "informational" | "blocked";
}

const NO_ITEM: LibraryItem = { id: "", name: "", type: "" };

function sceneOf(device: Device): Scene {
  const { blueprint, user } = device;
  return {
    deviceId: device.id,
    deviceName: device.name,
    serial: device.serial,
    blueprintId: blueprint.id,
    blueprintName: blueprint.name,
    item: blueprint.items.find((item) => item.type === "threat-security") ?? NO_ITEM,
    owner: user?.name.split(" ")[0]?.toLowerCase() ?? "root",
  };
}

export function makeThreat(seed: number, number: number, device: Device, at: number): Threat {
  const isProtected = draw(seed, 401) < 0.7;
  const scene = sceneOf(device);
  const file = drawOne(seed, 402, ["x.bin", "installer.pkg", "invoice.dmg", "helper"]);
  return {
    number,
    scene,
    name: `osx.sample.${drawOne(seed, 403, ["dropper", "adload", "keylog", "miner"])}`,
    classification: draw(seed, 404) < 0.75 ? "malware" : "pup",
    process: drawOne(seed, 405, ["curl", "chmod", "bash", "Installer"]),
    detectedAt: at,
    path: `/Users/${scene.owner}/Downloads/${file}`,
    hash: drawHex(seed, 406, 64),
    severity: drawOne(seed, 407, ["low", "medium", "high", "critical"]),
    status: isProtected ? "quarantined" : "not_quarantined",
    quarantinedAt: isProtected ? at + 1100 : undefined,
    releasedAt: undefined,
  };
}

export function makeBehavioralDetection(seed: number, device: Device, at: number): BehavioralDetection {
  return {
    id: drawUuid(seed, 411).toUpperCase(),
    seed,
    scene: sceneOf(device),
    ruleId: `KTI_BD_${String(drawInteger(seed, 412, 300)).padStart(4, "0")}`,
    classification: draw(seed, 413) < 0.4 ? "malicious" : "suspicious",
    detectedAt: at,
    status: drawOne(seed, 414, ["detected", "informational", "blocked"]),
  };
}

/** What a threat is known by: it has no id. */
export function identityOf(threat: Threat): string {
  return `${threat.scene.deviceId}|${threat.hash}|${threat.path}|${threat.detectedAt}`;
}
