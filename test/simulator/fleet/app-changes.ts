/** Apps come, are updated and go, and with them what they bring along and which flaws a device has. */
import type { CatalogApp } from "./app-catalog.ts";
import type { ChangeKind } from "./change-log.ts";
import type { Device } from "./device.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Exposure } from "./flaws.ts";

export function logExposures(
  state: FleetState,
  device: Device,
  event: string,
  kind: ChangeKind,
  exposures: readonly Exposure[],
  at: number,
): void {
  for (const { flaw, version } of exposures) {
    const row = `${flaw.cveId}|${flaw.app.name}|${version}|${flaw.app.path}`;
    state.log.add({ at, event, dataset: "vulnerability-detections", identity: device.id, row, kind });
    state.log.add({ at, event, dataset: "vulnerabilities", identity: flaw.cveId, kind: "updated" });
  }
}

type AppEvent = "app-installed" | "app-updated" | "app-removed";

const KINDS: Readonly<Record<AppEvent, ChangeKind>> = {
  "app-installed": "created",
  "app-updated": "updated",
  "app-removed": "deleted",
};

function logApp(state: FleetState, device: Device, event: AppEvent, app: CatalogApp, at: number): void {
  const kind = KINDS[event];
  const identity = device.id;
  state.log.add({ at, event, dataset: "device-apps", identity, row: app.bundleId, kind });
  if (device.family === "Windows" || device.family === "Android") return;
  state.log.add({ at, event, dataset: "prism-apps", identity, row: `${app.bundleId}|${app.path}`, kind });
  if (device.family !== "Mac") return;
  const row = app.bundleId;
  if (app.systemExtension) state.log.add({ at, event, dataset: "prism-system-extensions", identity, row, kind });
  if (event === "app-updated") return;
  if (app.agents > 0) state.log.add({ at, event, dataset: "prism-launch-agents-and-daemons", identity, row, kind });
  if (app.kernelExtension) state.log.add({ at, event, dataset: "prism-kernel-extensions", identity, row, kind });
  if (app.services.length > 0)
    state.log.add({ at, event, dataset: "prism-transparency-database", identity, row, kind });
}

export function installApp(state: FleetState, device: Device, app: CatalogApp, at: number): void {
  const installed = { app, version: 3, installedAt: at, changedAt: at };
  device.apps.push(installed);
  device.heardAt = at;
  logApp(state, device, "app-installed", app, at);
  if (device.family === "Mac")
    logExposures(state, device, "app-installed", "created", state.flaws.ofInstalled(installed), at);
}

export function updateApp(state: FleetState, device: Device, app: CatalogApp, at: number): void {
  const installed = device.apps.find((one) => one.app === app);
  if (installed === undefined) throw new Error(`${device.name} has no ${app.name}`);
  const isMac = device.family === "Mac";
  const before = isMac ? state.flaws.ofInstalled(installed) : [];
  installed.version += 1;
  installed.changedAt = at;
  device.heardAt = at;
  logApp(state, device, "app-updated", app, at);
  // The version belongs to what a detection is known by: the old rows go, and what the new version still has comes anew.
  logExposures(state, device, "app-updated", "deleted", before, at);
  if (isMac) logExposures(state, device, "app-updated", "created", state.flaws.ofInstalled(installed), at);
}

export function removeApp(state: FleetState, device: Device, app: CatalogApp, at: number): void {
  const installed = device.apps.find((one) => one.app === app);
  if (installed === undefined) throw new Error(`${device.name} has no ${app.name}`);
  const exposures = device.family === "Mac" ? state.flaws.ofInstalled(installed) : [];
  device.apps = device.apps.filter((one) => one !== installed);
  device.heardAt = at;
  logApp(state, device, "app-removed", app, at);
  logExposures(state, device, "app-removed", "deleted", exposures, at);
}
