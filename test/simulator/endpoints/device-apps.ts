/** `/devices/{device_id}/apps`: all of them at once, in a shape for each kind of system. */
import { versionOf } from "../fleet/app-catalog.ts";
import type { Device, InstalledApp } from "../fleet/device.ts";
import { drawHex, mix } from "../fleet/draw.ts";
import { isApple } from "../fleet/families.ts";
import { withBlank } from "../fleet/moments.ts";
import { good, notFound, type Answer, type Endpoint, type Question } from "./endpoint.ts";

function appleApp({ app, version, installedAt, changedAt }: InstalledApp): object {
  const isMac = app.path !== "";
  return {
    app_id: 1000 + app.number,
    app_name: app.name,
    bundle_id: app.bundleId,
    bundle_size: String(4_000_000 + (mix(app.number, version) % 900_000_000)),
    version: versionOf(app, version),
    app_store_vendable: app.isSystem ? "" : app.number % 2 === 0 ? "True" : "False",
    device_based_vpp: app.isSystem ? "" : app.number % 2 === 0 ? "True" : "False",
    source: app.isSystem ? "Apple" : isMac ? "Identified Developer" : null,
    process: isMac ? app.name : null,
    signature: app.isSystem ? "Software Signing" : app.vendor,
    creation_date: withBlank(installedAt),
    modification_date: withBlank(changedAt),
    path: isMac ? app.path : "",
  };
}

function windowsApp({ app, version }: InstalledApp): object {
  const isPackaged = app.number % 4 === 0;
  return {
    name: isPackaged ? `${app.bundleId}_8wekyb3d8bbwe` : app.name,
    display_name: app.name,
    publisher: isPackaged ? "CN=Example" : app.vendor,
    publisher_display_name: app.vendor,
    product_code: isPackaged ? null : app.productCode,
    version: `${versionOf(app, version)}.0`,
    architecture: "x64",
    installed_path: app.path,
    application_type: isPackaged ? "AppX" : "Win32",
  };
}

function androidApp({ app, version }: InstalledApp): object {
  return {
    display_name: app.name,
    package_name: app.bundleId,
    version_name: versionOf(app, version),
    application_source: app.number % 6 === 0 ? "SYSTEM_APP_UPDATED_VERSION" : "INSTALLED_FROM_PLAY_STORE",
    installer_package_name: app.number % 6 === 0 ? null : "com.android.vending",
    sha256_hash: drawHex(app.number, 700 + version, 64),
    sha1_hashes: [drawHex(app.number, 710, 40)],
  };
}

function appsOf(device: Device): readonly string[] {
  const write = isApple(device.family) ? appleApp : device.family === "Windows" ? windowsApp : androidApp;
  return device.apps.map((installed) => JSON.stringify(write(installed)));
}

function answerApps({ fleet, inPath }: Question): Answer {
  const device = fleet.state.device(inPath[0] ?? "");
  if (device === undefined) return notFound();
  const rows = appsOf(device);
  return good(`{"device_id":"${device.id}","apps":[${rows.join(",")}]}`, rows);
}

export const DEVICE_APPS: readonly Endpoint[] = [
  { template: "/api/v1/devices/{device_id}/apps", dataset: "device-apps", answer: answerApps },
];
