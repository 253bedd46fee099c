/** `/devices/{device_id}/details` of an Apple device: truths as booleans, as `"True"` and as `"Yes"`, numbers with units. */
import { lastCheckIn } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { draw, drawHex, drawInteger, drawUuid, mix } from "../fleet/draw.ts";
import { releaseOf } from "../fleet/families.ts";
import { withBlank, zulu } from "../fleet/moments.ts";
import type { View } from "../prism/prism-row.ts";
import { userOf } from "./device-list.ts";

const DAY = 86_400_000;

export function generalOf(device: Device, view: View): object {
  const release = releaseOf(device.family, device.release);
  const isMac = device.family === "Mac";
  const days = Math.floor((view.now - device.enrolledAt) / DAY) % 40;
  return {
    device_id: device.id,
    device_name: device.name,
    last_enrollment: withBlank(device.enrolledAt),
    first_enrollment: withBlank(device.firstEnrolledAt),
    model: device.model.name,
    platform: device.family,
    os_version: release.version,
    supplemental_build_version: release.build,
    supplemental_os_version_extra: "",
    system_version: `${release.version} (${release.build})`,
    boot_volume: isMac ? "Macintosh HD" : "",
    time_since_boot: isMac ? `${days} days ago` : "",
    last_user: isMac ? "root" : "",
    asset_tag: device.assetTag,
    assigned_user: userOf(device),
    blueprint_name: device.blueprint.name,
    blueprint_uuid: device.blueprint.id,
  };
}

function lostModeOf(device: Device): object {
  if (device.lostModeAt === undefined) return {};
  return {
    lost_mode_status: "enabled",
    lost_mode_last_updated: zulu(device.lostModeAt),
    last_location: locationOf(device),
  };
}

/** Where a lost device is: nothing that may leave the tenant. */
export function locationOf(device: Device): object {
  return {
    latitude: 10 + drawInteger(device.seed, 601, 1_000_000) / 100_000,
    longitude: 20 + drawInteger(device.seed, 602, 1_000_000) / 100_000,
    horizontal_accuracy: 65,
    timestamp: zulu(device.lostModeAt ?? device.heardAt),
  };
}

function hardwareOf(device: Device): object {
  return {
    model_name: device.model.shortName,
    model_identifier: device.model.identifier,
    processor_name: device.model.processor,
    processor_speed: "",
    number_of_processors: "1",
    total_number_of_cores: String(8 + (mix(device.seed, 611) % 3) * 2),
    memory: `${[8, 16, 32][mix(device.seed, 612) % 3]} GB LPDDR5`,
    udid: drawUuid(device.seed, 613).toUpperCase(),
    serial_number: device.serial,
  };
}

function volumesOf(device: Device): readonly object[] {
  if (device.family !== "Mac") return [];
  const used = 10 + drawInteger(device.seed, 621, 80);
  return [
    {
      name: "Macintosh HD",
      format: "APFS",
      percent_used: `${used}%`,
      identifier: "disk3s1s1",
      capacity: "494.38 GB",
      available: `${((494.38 * (100 - used)) / 100).toFixed(2)} GB`,
      encrypted: device.isEncrypted ? "Yes" : "No",
    },
  ];
}

/** Has no key itself, and says where there is one. */
function recoveryOf(device: Device): object {
  if (device.family !== "Mac") return {};
  return {
    recovery_lock_enabled: draw(device.seed, 631) < 0.5,
    firmware_password_exist: false,
    firmware_password_pending: false,
    password_rotation_scheduled: zulu(device.enrolledAt + 400 * DAY),
    password_has_been_set: true,
  };
}

function usersOf(device: Device): object {
  if (device.family !== "Mac") return { regular_users: [], system_users: [] };
  const name = device.user?.name.split(" ")[0]?.toLowerCase() ?? "guest";
  return {
    regular_users: [{ username: name, uid: "501", path: `/Users/${name}`, admin: "Yes", name: "" }],
    system_users: [{ username: "_lp", uid: "26", path: "/var/spool/cups", admin: "No" }],
  };
}

function profilesOf(device: Device): readonly object[] {
  return device.blueprint.items
    .filter((item) => item.type === "profile")
    .map((item) => ({
      name: item.name,
      uuid: item.id,
      verified: "verified",
      identifier: `example.northbay.profile.${item.id.slice(0, 8)}`,
      organization: "Northbay Example",
      payload_types: ["com.apple.wifi.managed"],
      install_date: withBlank(device.blueprintAt).replace(/\.\d+\+00:00/, " +0000"),
    }));
}

export function appleDetails(device: Device, view: View): object {
  const heard = lastCheckIn(device, view.now, view.plan);
  const isMac = device.family === "Mac";
  return {
    general: generalOf(device, view),
    mdm: {
      mdm_enabled: "True",
      supervised: isMac ? "True" : "False",
      install_date: withBlank(device.enrolledAt),
      last_check_in: heard === undefined ? "" : withBlank(heard),
      mdm_enabled_user: isMac ? ["dana"] : [],
    },
    activation_lock: {
      bypass_code_failed: false,
      user_activation_lock_enabled: draw(device.seed, 143) < 0.2,
      device_activation_lock_enabled: draw(device.seed, 142) < 0.3,
      activation_lock_allowed_while_supervised: false,
      activation_lock_supported: draw(device.seed, 141) < 0.9,
    },
    filevault: {
      filevault_enabled: isMac && device.isEncrypted,
      filevault_recoverykey_type: isMac && device.isEncrypted ? "Personal" : "",
      filevault_prk_escrowed: isMac && device.isEncrypted,
      filevault_next_rotation: "",
      filevault_regen_required: false,
    },
    lost_mode: lostModeOf(device),
    automated_device_enrollment: {},
    kandji_agent: {
      agent_installed: isMac ? "True" : "False",
      install_date: isMac ? withBlank(device.enrolledAt).replace(/\.\d+/, "") : "",
      last_check_in: isMac && heard !== undefined ? zulu(heard) : "",
      agent_version: isMac ? "5.1.0 (1)" : "",
    },
    hardware_overview: hardwareOf(device),
    volumes: volumesOf(device),
    network: {
      local_hostname: device.serial,
      mac_address: drawHex(device.seed, 641, 12).replaceAll(/(..)(?=.)/g, "$1:"),
      ip_address: `192.0.2.${drawInteger(device.seed, 642, 254) + 1}`,
      public_ip: "",
    },
    recovery_information: recoveryOf(device),
    users: usersOf(device),
    installed_profiles: profilesOf(device),
    apple_business_manager: {},
    security_information: isMac ? { remote_desktop_enabled: draw(device.seed, 651) < 0.2 } : {},
    cellular: {},
    tags: device.tags,
  };
}
