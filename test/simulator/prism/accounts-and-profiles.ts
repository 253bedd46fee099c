/** The categories of Prism about who may do what on a device: certificates, local accounts, profiles. */
import type { Device } from "../fleet/device.ts";
import { draw, drawHex, drawInteger, drawOne, drawUuid, uuidOf } from "../fleet/draw.ts";
import type { Family } from "../fleet/families.ts";
import { withBlank, withOffset } from "../fleet/moments.ts";
import type { LibraryItem } from "../fleet/tenant.ts";
import { members, type Category, type PrismRow } from "./prism-row.ts";

const APPLE: readonly Family[] = ["Mac", "iPhone", "iPad", "AppleTV"];

const sinceEnrolment = (device: Device, fields: object): PrismRow => ({
  members: members(fields),
  createdAt: device.enrolledAt,
  changedAt: device.enrolledAt,
});

const AUTHORITIES = ["Northbay Root CA", "Northbay Issuing CA 2", "Example Wi-Fi CA", "Example Content Filter CA"];

/** Some devices hold a renewed certificate beside the old one: two rows that are the same to the character. */
const certificates: Category = {
  families: APPLE,
  rows: (device) => {
    const identity = { common_name: `mdm.${device.serial}.northbay.example`, identity_certificate: true };
    const own = draw(device.seed, 201) < 0.08 ? [identity, identity] : [identity];
    const trusted = AUTHORITIES.slice(0, 2 + drawInteger(device.seed, 202, 3)).map((name) => ({
      common_name: name,
      identity_certificate: false,
    }));
    return [...own, ...trusted].map((fields) => sinceEnrolment(device, fields));
  },
};

const NAMES = ["dana", "noor", "iris", "sam", "mei", "jonas", "ada", "tomas"] as const;

const localUsers: Category = {
  families: ["Mac"],
  rows: (device) => {
    const names = [drawOne(device.seed, 211, NAMES), "nbadmin"];
    if (draw(device.seed, 212) < 0.2) names.push("guest");
    return names.map((username, i) => {
      const at = device.enrolledAt + i * 1000;
      return sinceEnrolment(device, {
        uid: String(501 + i),
        username,
        full_name: username === "nbadmin" ? "" : `${username} example`,
        type: username === "nbadmin" ? "admin" : "standard",
        generated_uid: drawUuid(device.seed, 213 + i).toUpperCase(),
        user_created_at: withOffset(at),
        password_last_set: withOffset(at),
        failed_logins: drawInteger(device.seed, 216 + i, 3),
        failed_login_time: null,
        directory: "local",
        home_directory: `/Users/${username}`,
        home_folder_secure: true,
        shell: "/bin/zsh",
        hidden_user: username === "nbadmin",
        secure_token: username !== "guest",
        filevault_user: username !== "guest" && device.isEncrypted,
        volume_owner: i === 0,
        logged_in: i === 0,
        logged_in_time: null,
        mobile_account: null,
      });
    });
  },
};

function profileRow(device: Device, item: LibraryItem): PrismRow {
  const identifier = `example.northbay.profile.${item.id.slice(0, 8)}`;
  const fields = {
    profile_display_name: item.name,
    profile_description: "",
    payload_identifier: identifier,
    payload_uuid: item.id.toUpperCase(),
    organization: "Northbay Example",
    managed: true,
    removable: false,
    signed: true,
    encrypted: false,
    profile_data: { PayloadIdentifier: identifier, PayloadVersion: 1 },
    removal_passcode: item.name === "Restrictions" ? `passcode-${drawHex(device.seed, 221, 8)}` : null,
  };
  return { members: members(fields), createdAt: device.blueprintAt, changedAt: device.blueprintAt };
}

const installedProfiles: Category = {
  families: APPLE,
  rows: (device) => {
    const mdm = sinceEnrolment(device, {
      profile_display_name: "MDM Profile",
      profile_description: "Management",
      payload_identifier: "example.northbay.profile.mdm",
      payload_uuid: uuidOf("mdm profile", device.seed).toUpperCase(),
      organization: "Northbay Example",
      managed: true,
      removable: false,
      signed: true,
      encrypted: null,
      profile_data: { installed: withBlank(device.enrolledAt) },
      removal_passcode: null,
    });
    const items = device.blueprint.items.filter((item) => item.type === "profile");
    return [mdm, ...items.map((item) => profileRow(device, item))];
  },
};

export const ACCOUNTS_AND_PROFILES = {
  certificates,
  local_users: localUsers,
  installed_profiles: installedProfiles,
};
