/** A fleet's plan and what may be done to it as JSON. Unknown keys are mistakes. */
import * as z from "zod";
import type { Fleet } from "./fleet.ts";

const count = z.int().min(0);
const rate = z.number().min(0).optional();
const share = z.number().min(0).max(1);
const family = z.enum(["Mac", "iPhone", "iPad", "AppleTV", "Windows", "Android"]);

const rates = z.strictObject({
  osUpdate: rate,
  appInstall: rate,
  appUpdate: rate,
  appRemove: rate,
  rename: rate,
  assignment: rate,
  blueprintMove: rate,
  tagging: rate,
  fileVault: rate,
  lostMode: rate,
  itemStatus: rate,
  activity: rate,
  enrolment: rate,
  removal: rate,
  newUser: rate,
  threat: rate,
  threatRelease: rate,
  behavioralDetection: rate,
  vulnerability: rate,
});

export const fleetWishes = z.strictObject({
  seed: z.int().optional(),
  devices: count.optional(),
  families: z.partialRecord(family, z.number().min(0)).optional(),
  appsPerMac: count.optional(),
  users: count.optional(),
  admins: count.optional(),
  blueprints: z.int().min(1).optional(),
  tags: count.optional(),
  threats: z.number().min(0).optional(),
  behavioralDetections: z.number().min(0).optional(),
  vulnerabilities: count.optional(),
  activity: count.optional(),
  rates: rates.optional(),
  checkInEveryMs: z.int().min(1000).nullable().optional(),
  awake: share.optional(),
  inventoryEveryMs: z.int().min(1000).optional(),
  prismUpdatedAt: z.enum(["inventory", "change"]).optional(),
});

const deviceId = z.string();
const bundleId = z.string().optional();

const update = z.strictObject({
  name: z.string().optional(),
  assetTag: z.string().optional(),
  tags: z.array(z.string()).optional(),
  blueprintId: z.string().optional(),
  userId: z.string().nullable().optional(),
  release: count.optional(),
  isEncrypted: z.boolean().optional(),
  lostMode: z.boolean().optional(),
});

export const fleetDeed = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("enrol"), family: family.optional() }),
  z.strictObject({ do: z.literal("remove"), deviceId }),
  z.strictObject({ do: z.literal("update"), deviceId, update }),
  z.strictObject({ do: z.literal("install-app"), deviceId, bundleId }),
  z.strictObject({ do: z.literal("update-app"), deviceId, bundleId }),
  z.strictObject({ do: z.literal("remove-app"), deviceId, bundleId }),
  z.strictObject({ do: z.literal("set-status"), deviceId, itemId: z.string(), status: z.string() }),
  z.strictObject({ do: z.literal("add-activity"), deviceId, type: z.string().optional() }),
  z.strictObject({ do: z.literal("add-user") }),
  z.strictObject({ do: z.literal("add-threat"), deviceId: deviceId.optional() }),
  z.strictObject({ do: z.literal("add-behavioral-detection"), deviceId: deviceId.optional() }),
  z.strictObject({ do: z.literal("publish-vulnerability"), bundleId }),
  z.strictObject({ do: z.literal("set-rates"), rates }),
]);

export type FleetDeed = z.infer<typeof fleetDeed>;

export function carryOut(fleet: Fleet, deed: FleetDeed): void {
  switch (deed.do) {
    case "enrol":
      return void fleet.enrol(deed.family);
    case "remove":
      return fleet.remove(deed.deviceId);
    case "update":
      return fleet.update(deed.deviceId, deed.update);
    case "install-app":
      return void fleet.installApp(deed.deviceId, deed.bundleId);
    case "update-app":
      return void fleet.updateApp(deed.deviceId, deed.bundleId);
    case "remove-app":
      return void fleet.removeApp(deed.deviceId, deed.bundleId);
    case "set-status":
      return fleet.setStatus(deed.deviceId, deed.itemId, deed.status);
    case "add-activity":
      return fleet.addActivity(deed.deviceId, deed.type);
    case "add-user":
      return void fleet.addUser();
    case "add-threat":
      return void fleet.addThreat(deed.deviceId);
    case "add-behavioral-detection":
      return void fleet.addBehavioralDetection(deed.deviceId);
    case "publish-vulnerability":
      return void fleet.publishVulnerability(deed.bundleId);
    case "set-rates":
      return fleet.setRates(deed.rates);
  }
}
