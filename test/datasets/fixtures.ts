import type { Fixture } from "./fixture.ts";
import { adminsFixture } from "./fixtures/admins.ts";
import { behavioralDetectionsFixture } from "./fixtures/behavioral-detections.ts";
import { blueprintsFixture } from "./fixtures/blueprints.ts";
import { deviceActivityFixture } from "./fixtures/device-activity.ts";
import { deviceAppsFixture } from "./fixtures/device-apps.ts";
import { deviceDetailsFixture } from "./fixtures/device-details.ts";
import { deviceStatusFixture } from "./fixtures/device-status.ts";
import { devicesFixture } from "./fixtures/devices.ts";
import { licensingFixture } from "./fixtures/licensing.ts";
import { prismActivationLockFixture } from "./fixtures/prism-activation-lock.ts";
import { prismApplicationFirewallFixture } from "./fixtures/prism-application-firewall.ts";
import { prismAppsFixture } from "./fixtures/prism-apps.ts";
import { prismCellularFixture } from "./fixtures/prism-cellular.ts";
import { prismCertificatesFixture } from "./fixtures/prism-certificates.ts";
import { prismDesktopAndScreensaverFixture } from "./fixtures/prism-desktop-and-screensaver.ts";
import { prismDeviceInformationFixture } from "./fixtures/prism-device-information.ts";
import { prismFilevaultFixture } from "./fixtures/prism-filevault.ts";
import { prismGatekeeperAndXprotectFixture } from "./fixtures/prism-gatekeeper-and-xprotect.ts";
import { prismInstalledProfilesFixture } from "./fixtures/prism-installed-profiles.ts";
import { prismKernelExtensionsFixture } from "./fixtures/prism-kernel-extensions.ts";
import { prismLaunchAgentsAndDaemonsFixture } from "./fixtures/prism-launch-agents-and-daemons.ts";
import { prismLocalUsersFixture } from "./fixtures/prism-local-users.ts";
import { prismStartupSettingsFixture } from "./fixtures/prism-startup-settings.ts";
import { prismSystemExtensionsFixture } from "./fixtures/prism-system-extensions.ts";
import { prismTransparencyDatabaseFixture } from "./fixtures/prism-transparency-database.ts";
import { tagsFixture } from "./fixtures/tags.ts";
import { threatsFixture } from "./fixtures/threats.ts";
import { usersFixture } from "./fixtures/users.ts";
import { vulnerabilitiesFixture } from "./fixtures/vulnerabilities.ts";
import { vulnerabilityDetectionsFixture } from "./fixtures/vulnerability-detections.ts";

/** What Kandji answers for each dataset that is walked whole. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map([
  ["admins", adminsFixture],
  ["behavioral-detections", behavioralDetectionsFixture],
  ["blueprints", blueprintsFixture],
  ["device-activity", deviceActivityFixture],
  ["device-apps", deviceAppsFixture],
  ["device-details", deviceDetailsFixture],
  ["device-status", deviceStatusFixture],
  ["devices", devicesFixture],
  ["licensing", licensingFixture],
  ["prism-activation-lock", prismActivationLockFixture],
  ["prism-application-firewall", prismApplicationFirewallFixture],
  ["prism-apps", prismAppsFixture],
  ["prism-cellular", prismCellularFixture],
  ["prism-certificates", prismCertificatesFixture],
  ["prism-desktop-and-screensaver", prismDesktopAndScreensaverFixture],
  ["prism-device-information", prismDeviceInformationFixture],
  ["prism-filevault", prismFilevaultFixture],
  ["prism-gatekeeper-and-xprotect", prismGatekeeperAndXprotectFixture],
  ["prism-installed-profiles", prismInstalledProfilesFixture],
  ["prism-kernel-extensions", prismKernelExtensionsFixture],
  ["prism-launch-agents-and-daemons", prismLaunchAgentsAndDaemonsFixture],
  ["prism-local-users", prismLocalUsersFixture],
  ["prism-startup-settings", prismStartupSettingsFixture],
  ["prism-system-extensions", prismSystemExtensionsFixture],
  ["prism-transparency-database", prismTransparencyDatabaseFixture],
  ["tags", tagsFixture],
  ["threats", threatsFixture],
  ["users", usersFixture],
  ["vulnerabilities", vulnerabilitiesFixture],
  ["vulnerability-detections", vulnerabilityDetectionsFixture],
]);
