/** What happens in a tenant besides its devices: people, detections, and flaws that become known. */
import type { CatalogApp } from "./app-catalog.ts";
import { logExposures } from "./app-changes.ts";
import {
  identityOf,
  makeBehavioralDetection,
  makeThreat,
  type BehavioralDetection,
  type Threat,
} from "./detections.ts";
import type { Device } from "./device.ts";
import { mix } from "./draw.ts";
import type { FleetState } from "./fleet-state.ts";
import { makeFlaw, type Flaw } from "./flaws.ts";
import { makeTag, makeUser, type Tag, type User } from "./tenant.ts";

export function addUser(state: FleetState, at: number): User {
  const user = makeUser(state.seed, state.tenant.users.length, at);
  state.tenant.users.push(user);
  state.log.add({ at, event: "user-added", dataset: "users", identity: user.id, kind: "created" });
  return user;
}

/** The rows of devices that name the user say it too. */
export function archiveUser(state: FleetState, id: string, at: number): void {
  const user = state.tenant.users.find((one) => one.id === id);
  if (user === undefined) throw new Error(`There is no user ${id}`);
  user.isArchived = true;
  user.updatedAt = at;
  state.log.add({ at, event: "user-archived", dataset: "users", identity: id, kind: "updated" });
  for (const device of state.devices.filter((one) => one.user === user)) {
    for (const dataset of ["devices", "device-details"])
      state.log.add({ at, event: "user-archived", dataset, identity: device.id, kind: "updated" });
  }
}

export function addTag(state: FleetState, at: number): Tag {
  const tag = makeTag(state.seed, state.tenant.tags.length);
  state.tenant.tags.push(tag);
  state.log.add({ at, event: "tag-added", dataset: "tags", identity: tag.id, kind: "created" });
  return tag;
}

export function addThreat(state: FleetState, device: Device, at: number): Threat {
  const number = state.threats.length;
  const threat = makeThreat(mix(state.seed, 60_000 + number), number, device, at);
  state.threats.push(threat);
  const identity = identityOf(threat);
  state.log.add({ at, event: "threat-found", dataset: "threats", identity, kind: "created" });
  return threat;
}

export function releaseThreat(state: FleetState, threat: Threat, at: number): void {
  threat.status = "released";
  threat.releasedAt = at;
  const identity = identityOf(threat);
  state.log.add({ at, event: "threat-released", dataset: "threats", identity, kind: "updated" });
}

export function addBehavioralDetection(state: FleetState, device: Device, at: number): BehavioralDetection {
  const seed = mix(state.seed, 70_000 + state.behavioralDetections.length);
  const detection = makeBehavioralDetection(seed, device, at);
  state.behavioralDetections.push(detection);
  const where = { dataset: "behavioral-detections", identity: detection.id };
  state.log.add({ at, event: "behavior-detected", ...where, kind: "created" });
  return detection;
}

/** A flaw becomes known: every device with an older version has it from this moment on. */
export function publishFlaw(state: FleetState, at: number, app?: CatalogApp): Flaw {
  const flaw = makeFlaw(state.seed, state.flaws.all.length, at, app);
  state.flaws.add(flaw);
  const event = "vulnerability-published";
  state.log.add({ at, event, dataset: "vulnerabilities", identity: flaw.cveId, kind: "created" });
  for (const device of state.devices) {
    const exposures = state.flaws.exposures(device).filter((exposure) => exposure.flaw === flaw);
    logExposures(state, device, event, "created", exposures, at);
  }
  return flaw;
}
