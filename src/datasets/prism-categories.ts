import { unlockMaterial } from "./unlock-material.ts";

/** What is particular to each category of Prism. https://api-docs.kandji.io, "Prism". */

export interface Category {
  /** As the API writes it. */
  readonly name: string;
  readonly title: string;
  readonly holds: string;
  /** The vendor's title of the endpoint: each category is a permission of its own. */
  readonly permission: string;
  /** What tells a row from the others of its device. Empty: one row per device. */
  readonly identity: readonly string[];
  readonly names?: readonly string[];
  readonly volatile?: Readonly<Record<string, string>>;
  readonly sensitive?: Readonly<Record<string, string>>;
}

const checkIn = "moves with every check-in";
const progress = "moves while an application is installed or updated";

const onePerDevice: readonly Category[] = [
  {
    name: "device_information",
    title: "device information",
    holds: "Model, OS, enrollment, agent, battery, lost mode",
    permission: "Device information",
    identity: [],
    volatile: { last_checkin: checkIn, last_checkin_agent: checkIn, last_checkin_mdm: checkIn },
  },
  {
    name: "filevault",
    title: "FileVault",
    holds: "Whether each Mac's disk is encrypted and its key is in escrow",
    permission: "FileVault",
    identity: [],
    sensitive: unlockMaterial,
  },
  {
    name: "startup_settings",
    title: "startup settings",
    holds: "System integrity, secure boot, bootstrap token of each Mac",
    permission: "Startup settings",
    identity: [],
  },
  {
    name: "gatekeeper_and_xprotect",
    title: "Gatekeeper and XProtect",
    holds: "State and versions of Apple's own malware protection on each Mac",
    permission: "Gatekeeper and XProtect",
    identity: [],
  },
  {
    name: "application_firewall",
    title: "application firewall",
    holds: "Settings of each Mac's firewall",
    permission: "Application firewall",
    identity: [],
  },
  {
    // The vendor's sample repeats `device_information`. https://github.com/firezone/firezone, pull request 15271, reads others.
    name: "activation_lock",
    title: "Activation Lock",
    holds: "Whether each device is bound to a person's or the organization's Apple Account",
    permission: "Activation lock",
    identity: [],
    sensitive: unlockMaterial,
  },
  {
    // The vendor's sample repeats `device_information`: what its rows truly hold is unknown.
    name: "desktop_and_screensaver",
    title: "desktop and screensaver",
    holds: "Desktop picture and screensaver of each Mac",
    permission: "Desktop and Screensaver",
    identity: [],
  },
  {
    name: "cellular",
    title: "cellular",
    holds: "SIM cards, carriers and roaming; holds phone numbers and IMEIs",
    permission: "Cellular",
    identity: [],
  },
];

const manyPerDevice: readonly Category[] = [
  {
    name: "local_users",
    title: "local users",
    holds: "Accounts on each Mac: administrator, password age, failed logins, FileVault",
    permission: "Local users",
    // Of the account for all its life; an account of the network may have the second only.
    identity: ["generated_uid", "uid"],
    names: ["username"],
  },
  {
    name: "system_extensions",
    title: "system extensions",
    holds: "System extensions of each Mac and their state",
    permission: "System Extensions",
    identity: ["team_id", "identifier"],
    names: ["name", "short_version"],
  },
  {
    // The vendor's sample is empty: these are the names of the neighbouring category.
    name: "kernel_extensions",
    title: "kernel extensions",
    holds: "Kernel extensions of each Mac",
    permission: "Kernel Extensions",
    identity: ["team_id", "identifier", "bundle_id", "path", "name"],
  },
  {
    name: "installed_profiles",
    title: "installed profiles",
    holds: "Configuration profiles of each device, without what is in them",
    permission: "Installed profiles",
    identity: ["payload_identifier"],
    names: ["profile_display_name"],
    sensitive: { removal_passcode: "removes a profile that its user may not remove" },
  },
  {
    name: "transparency_database",
    title: "transparency database (TCC)",
    holds: "Which application may use camera, microphone, files and the like on each Mac",
    permission: "Transparency database",
    identity: ["service", "application", "client_type", "local_user"],
  },
  {
    name: "launch_agents_and_daemons",
    title: "launch agents and daemons",
    holds: "What starts by itself on each Mac",
    permission: "Launch Agents and Daemons",
    identity: ["path", "label", "user_agent_local_user"],
    volatile: {
      pid: "another one with every start",
      user_agent_local_user_id: "Prism's own number of the account; `user_agent_local_user` names it",
    },
  },
  {
    name: "certificates",
    title: "certificates",
    holds: "Certificates of each device by their common names",
    permission: "Certificates",
    // Rows have nothing else. Several of the same name are told apart by their order.
    identity: ["common_name", "identity_certificate"],
  },
  {
    name: "apps",
    title: "applications",
    holds: "Applications of each Apple device: versions, paths, signatures",
    permission: "Applications",
    // Without the version, so that an update is a change; with the path, since a Mac may have two copies.
    identity: ["bundle_id", "path"],
    names: ["name", "version"],
    volatile: {
      dynamic_size: "moves as the application stores data",
      installing: progress,
      download_canceled: progress,
      download_failed: progress,
      download_paused: progress,
      download_waiting: progress,
    },
  },
];

export const prismCategories: readonly Category[] = [...onePerDevice, ...manyPerDevice];
