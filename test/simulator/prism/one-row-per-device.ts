/** The categories of Prism that have one row for each device. */
import { lastCheckIn } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { draw, drawHex, drawInteger, drawOne, mix } from "../fleet/draw.ts";
import { releaseOf, type Family } from "../fleet/families.ts";
import { withOffset } from "../fleet/moments.ts";
import { members, type Category, type PrismRow, type View } from "./prism-row.ts";

const APPLE: readonly Family[] = ["Mac", "iPhone", "iPad", "AppleTV"];

const oneRow = (families: readonly Family[], fields: (device: Device, view: View) => object): Category => ({
  families,
  rows: (device, view): readonly PrismRow[] => [
    { members: members(fields(device, view)), createdAt: device.enrolledAt, changedAt: device.enrolledAt },
  ],
});

const isIntel = (device: Device): boolean => device.model.processor.includes("Intel");

const deviceInformation = oneRow(APPLE, (device, view) => {
  const release = releaseOf(device.family, device.release);
  const isMac = device.family === "Mac";
  const heard = lastCheckIn(device, view.now, view.plan);
  const heardAt = heard === undefined ? null : withOffset(heard);
  return {
    device_capacity: [128, 256, 512, 1024][mix(device.seed, 101) % 4],
    host_name: isMac ? `${device.serial}.northbay.example` : "",
    local_hostname: isMac ? device.serial : null,
    apple_silicon: isMac ? !isIntel(device) : null,
    model: device.model.name,
    model_name: device.model.shortName,
    shared_ipad: device.family === "iPad" ? draw(device.seed, 102) < 0.1 : null,
    cellular_technology: hasCellular(device) ? "Both" : "None",
    data_roaming: hasCellular(device) ? draw(device.seed, 103) < 0.2 : null,
    hotspot: hasCellular(device) ? false : null,
    first_enrollment_date: withOffset(device.firstEnrolledAt),
    last_enrollment_date: withOffset(device.enrolledAt),
    agent_version: isMac ? "5.1.0 (1)" : "",
    mdm_enabled: true,
    agent_installed: isMac,
    os_version: release.version,
    os_build: release.build,
    marketing_name: `${release.system} ${release.version}`,
    supplemental_build_version: release.build,
    supplemental_os_version_extra: "",
    display_os_version: release.version,
    last_checkin: heardAt,
    last_checkin_agent: isMac ? heardAt : null,
    last_checkin_mdm: heardAt,
    battery_health: drawOne(device.seed, 104, ["Normal", "Normal", "Normal", "Service Recommended", ""]),
    lost_mode_status: device.lostModeAt === undefined ? "" : "enabled",
  };
});

const fileVault = oneRow(["Mac"], ({ isEncrypted }) => ({
  status: isEncrypted,
  key_type: isEncrypted ? "Personal" : "",
  key_escrowed: isEncrypted,
  regeneration_needed: null,
  scheduled_key_rotation: null,
}));

const applicationFirewall = oneRow(["Mac"], ({ seed }) => ({
  status: draw(seed, 111) < 0.8,
  block_all_incoming: draw(seed, 112) < 0.1,
  logging: true,
  logging_option: drawOne(seed, 113, ["throttled", "brief", "detail"]),
  stealth_mode: draw(seed, 114) < 0.5,
  version: "1.6",
  allow_signed_applications: true,
  unloading: null,
}));

const gatekeeper = oneRow(["Mac"], ({ seed }) => ({
  gatekeeper_status: draw(seed, 121) < 0.98,
  trusted_developers: true,
  gatekeeper_version: "181",
  gatekeeper_opaque_version: "94",
  xprotect_version: String(2180 + drawInteger(seed, 122, 6)),
  malware_removal_tool_version: "1.93",
}));

const startupSettings = oneRow(["Mac"], (device) => ({
  sip: draw(device.seed, 131) < 0.99,
  ssv: isIntel(device) ? null : true,
  bootstrap_token_auth: isIntel(device) ? null : true,
  bootstrap_token_escrowed: draw(device.seed, 132) < 0.95,
  kext_requires_bst: !isIntel(device),
  software_update_requires_bst: !isIntel(device),
  external_boot_level: isIntel(device) ? "allowed" : null,
  secure_boot_level: isIntel(device) ? "full" : "full security",
  any_signed_os: false,
  mdm_manages_kext: draw(device.seed, 133) < 0.2,
  user_manages_kext: false,
}));

const activationLock = oneRow(["Mac", "iPhone", "iPad"], ({ seed }) => ({
  activation_lock_supported: draw(seed, 141) < 0.9,
  activation_lock_allowed_while_supervised: false,
  device_activation_lock_enabled: draw(seed, 142) < 0.3,
  user_activation_lock_enabled: draw(seed, 143) < 0.2,
  bypass_code_failed: null,
}));

/** Nobody has published the true fields: the documented sample repeats those of another category. */
const desktopAndScreensaver = oneRow(["Mac"], ({ seed }) => ({
  desktop_picture: "/System/Library/Desktop Pictures/Example.heic",
  screensaver_idle_time: [0, 300, 600, 1200][mix(seed, 151) % 4],
  screensaver_module: drawOne(seed, 152, ["Flurry", "Drift", ""]),
}));

function hasCellular(device: Device): boolean {
  return device.family === "iPhone" || (device.family === "iPad" && draw(device.seed, 161) < 0.4);
}

function digits(seed: number, salt: number, count: number): string {
  return String(BigInt(`0x${drawHex(seed, salt, 16)}`))
    .padStart(count, "0")
    .slice(0, count);
}

function simSlot(device: Device, slot: 1 | 2): object {
  const inUse = slot === 1;
  const fields = {
    carrier_settings_version: inUse ? "58.0" : "",
    current_carrier_network: inUse ? "Example Mobile" : null,
    current_mcc: inUse ? "001" : null,
    current_mnc: inUse ? "01" : null,
    eid: digits(device.seed, 170 + slot, 18),
    iccid: inUse ? digits(device.seed, 172 + slot, 18) : "",
    imei: digits(device.seed, 174 + slot, 15),
    phone_number: inUse ? `+1555${digits(device.seed, 176 + slot, 7)}` : "",
    is_data_preferred: inUse,
    is_roaming: false,
    is_voice_preferred: inUse,
    label: inUse ? "Primary" : "",
    label_id: inUse ? drawHex(device.seed, 178 + slot, 8) : null,
    subscriber_carrier_network: inUse ? "Example Mobile" : null,
    slot: `CTSubscriptionSlot${slot === 1 ? "One" : "Two"}`,
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${name}_slot_${slot}`, value]));
}

const cellularFields = oneRow(["iPhone", "iPad"], (device) => ({
  cellular_technology: "Both",
  data_roaming_enabled: draw(device.seed, 103) < 0.2,
  voice_roaming_enabled: null,
  modem_firmware_version: "2.20.03",
  personal_hotspot_enabled: false,
  meid: digits(device.seed, 162, 14),
  ...simSlot(device, 1),
  ...simSlot(device, 2),
}));

const cellular: Category = {
  families: cellularFields.families,
  rows: (device, view) => (hasCellular(device) ? cellularFields.rows(device, view) : []),
};

export const ONE_ROW_PER_DEVICE = {
  device_information: deviceInformation,
  filevault: fileVault,
  application_firewall: applicationFirewall,
  gatekeeper_and_xprotect: gatekeeper,
  startup_settings: startupSettings,
  activation_lock: activationLock,
  desktop_and_screensaver: desktopAndScreensaver,
  cellular,
};
