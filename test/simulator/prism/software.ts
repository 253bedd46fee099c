/** The categories of Prism that follow from the apps on a device. Their texts are written once for each app and version. */
import { versionOf, type CatalogApp } from "../fleet/app-catalog.ts";
import type { Device, InstalledApp } from "../fleet/device.ts";
import { draw, drawInteger, mix } from "../fleet/draw.ts";
import type { Family } from "../fleet/families.ts";
import { withBlank } from "../fleet/moments.ts";
import { members, type Category, type PrismRow } from "./prism-row.ts";

const APPLE: readonly Family[] = ["Mac", "iPhone", "iPad", "AppleTV"];

/** A text for each app and version, made when it is first wanted. */
function writtenOnce(
  write: (app: CatalogApp, version: number) => object,
): (app: CatalogApp, version: number) => string {
  const texts = new Map<CatalogApp, string[]>();
  return (app, version) => {
    let ofApp = texts.get(app);
    if (ofApp === undefined) texts.set(app, (ofApp = []));
    return (ofApp[version] ??= members(write(app, version)));
  };
}

const appText = writtenOnce((app, version) => {
  const isMac = app.path !== "";
  return {
    name: app.name,
    bundle_id: app.bundleId,
    bundle_name: app.name,
    bundle_display_name: app.isSystem ? null : app.name,
    bundle_type: isMac ? "APPL" : null,
    bundle_size: 4_000_000 + (mix(app.number, version) % 900_000_000),
    bundle_region: "en",
    version: versionOf(app, version),
    short_version: versionOf(app, version),
    path: isMac ? app.path : null,
    executable: isMac ? `${app.path}/Contents/MacOS/${app.name}` : null,
    obtained_from: app.isSystem ? "apple" : isMac ? "identified_developer" : "",
    signature: app.isSystem ? "Software Signing" : `Developer ID Application: ${app.vendor} (${app.teamId})`,
    team_id: app.teamId,
    developer_name: app.vendor,
    category: isMac ? "public.app-category.productivity" : null,
    copyright: app.isSystem ? "" : `© 2026 ${app.vendor}. All rights reserved.`,
    info: `${app.name} ${versionOf(app, version)}`,
    compiler: "com.apple.compilers.llvm.clang.1_0",
    minimum_system_version: "13.0",
    environment_variables: app.number % 20 === 7 ? { EXAMPLE_TOKEN: "not-a-real-token" } : {},
    apple_scriptable: app.number % 5 === 0,
    app_clip: isMac ? null : false,
    app_store_vendable: !app.isSystem && app.number % 2 === 0,
    device_based_vpp: !app.isSystem && app.number % 2 === 0,
    beta_app: false,
    ad_hoc_code_signed: isMac ? null : false,
    validated: true,
    installing: false,
    has_update_available: isMac ? null : false,
    external_version_identifier: isMac ? "0" : String(850_000_000 + (mix(app.number, version + 7) % 9_000_000)),
    dynamic_size: null,
    download_canceled: null,
    download_failed: null,
    download_paused: null,
    download_waiting: null,
  };
});

const apps: Category = {
  families: APPLE,
  rows: (device) =>
    device.apps.map(({ app, version, installedAt, changedAt }) => ({
      members: appText(app, version),
      createdAt: installedAt,
      changedAt,
    })),
};

/** One row for some apps of a Mac, the same in each version. */
function brought(
  wanted: (app: CatalogApp) => number,
  write: (app: CatalogApp, which: number, device: Device) => object,
): Category {
  return {
    families: ["Mac"],
    rows: (device) => {
      const rows: PrismRow[] = [];
      for (const { app, installedAt } of device.apps) {
        for (let which = 0; which < wanted(app); which += 1) {
          const text = members(write(app, which, device));
          rows.push({ members: text, createdAt: installedAt, changedAt: installedAt });
        }
      }
      return rows;
    },
  };
}

const launchAgentsAndDaemons = brought(
  (app) => (app.isSystem ? (app.number % 4 === 0 ? 1 : 0) : app.agents),
  (app, which, device) => {
    const label = `${app.bundleId}.${which === 0 ? "agent" : "daemon"}`;
    const folder = which === 0 ? "LaunchAgents" : "LaunchDaemons";
    return {
      path: `/Library/${folder}/${label}.plist`,
      file_name: `${label}.plist`,
      label,
      program: null,
      program_arguments: [`${app.path}/Contents/MacOS/helper`, "--launchd"],
      run_at_load: true,
      keep_alive: which === 1,
      disabled: null,
      is_disabled: false,
      is_loaded: true,
      group_name: which === 1 ? "wheel" : "",
      user_name: which === 1 ? "root" : "",
      standard_out_path: null,
      standard_error_path: null,
      start_interval: which === 1 ? 3600 : null,
      start_on_mount: null,
      watch_paths: [],
      queue_directories: [],
      root_directory: null,
      working_directory: null,
      process_type: "",
      domain: which === 1 ? "system" : "gui",
      service_domain: which === 1 ? "system" : "gui/501",
      pid: 300 + drawInteger(device.seed, app.number, 9000),
      user_agent_local_user: null,
      user_agent_local_user_id: null,
    };
  },
);

const systemExtensions: Category = {
  families: ["Mac"],
  rows: (device) => device.apps.filter(({ app }) => app.systemExtension).map(extensionRow),
};

function extensionRow({ app, version, installedAt, changedAt }: InstalledApp): PrismRow {
  const identifier = `${app.bundleId}.extension`;
  const fields = {
    name: `${app.name} Extension`,
    identifier,
    bundle_path: `/Library/SystemExtensions/${identifier}.systemextension`,
    path: `${app.path}/Contents/Library/SystemExtensions/${identifier}.systemextension`,
    state: "activated_enabled",
    short_version: versionOf(app, version),
    bundle_version: String(version + 1),
    categories: ["com.apple.system_extension.endpoint_security"],
    team_id: app.teamId,
    is_mdm_managed: true,
  };
  return { members: members(fields), createdAt: installedAt, changedAt };
}

const kernelExtensions = brought(
  (app) => (app.kernelExtension ? 1 : 0),
  (app) => ({ name: `${app.name} Driver`, bundle_id: `${app.bundleId}.kext`, team_id: app.teamId, loaded: true }),
);

const transparencyDatabase = brought(
  (app) => app.services.length,
  (app, which, device) => ({
    service: app.services[which] ?? "",
    application: app.bundleId,
    client_type: "bundle_id",
    status: draw(device.seed, app.number * 8 + which) < 0.8 ? "allowed" : "denied",
    status_reason: "user_consent",
    last_modified: withBlank(device.enrolledAt),
    local_user: which % 2 === 0 ? "system" : null,
  }),
);

export const SOFTWARE = {
  apps,
  launch_agents_and_daemons: launchAgentsAndDaemons,
  system_extensions: systemExtensions,
  kernel_extensions: kernelExtensions,
  transparency_database: transparencyDatabase,
};
