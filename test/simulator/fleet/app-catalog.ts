/** The apps that there are to install. Those of vendors are invented, those of the system have the names everyone knows. */
import { drawHex, drawInteger, drawUuid } from "./draw.ts";
import type { Family } from "./families.ts";

export interface CatalogApp {
  readonly number: number;
  readonly name: string;
  readonly bundleId: string;
  readonly path: string;
  readonly vendor: string;
  readonly teamId: string;
  readonly productCode: string;
  readonly isSystem: boolean;
  /** Launch agents and daemons that it brings to a Mac. */
  readonly agents: number;
  readonly systemExtension: boolean;
  readonly kernelExtension: boolean;
  /** Services that its users were asked to let it use. */
  readonly services: readonly string[];
}

/** Which shop a family is served from. */
export type Shop = "mac" | "mobile" | "tv" | "windows" | "android";

export const SHOP_OF: Readonly<Record<Family, Shop>> = {
  Mac: "mac",
  iPhone: "mobile",
  iPad: "mobile",
  AppleTV: "tv",
  Windows: "windows",
  Android: "android",
};

const MAC_SYSTEM =
  "Safari Mail Calendar Contacts Notes Reminders Maps Photos Music TV Podcasts Books Messages FaceTime Freeform Weather " +
  "Clock Calculator Preview TextEdit Terminal Console Chess Stickies Shortcuts Automator Dictionary Siri News Home";
const MOBILE_SYSTEM = "Safari Mail Calendar Contacts Notes Reminders Maps Photos Music Messages FaceTime Weather Clock";
const TV_SYSTEM = "TV Music Podcasts Arcade Photos";

const QUALITIES = "Amber Brisk Cobalt Delta Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen".split(" ");
const KINDS = "Notes Board Vault Meet Draw Desk Sheets Shell Backup Scan Player Remote Reader Sync Guard Studio".split(
  " ",
);
const SERVICES = ["kTCCServiceCamera", "kTCCServiceMicrophone", "kTCCServiceScreenCapture", "kTCCServiceAddressBook"];

const PATHS: Readonly<Record<Shop, (name: string) => string>> = {
  mac: (name) => `/Applications/${name}.app`,
  mobile: () => "",
  tv: () => "",
  windows: (name) => `C:\\Program Files\\${name}`,
  android: () => "",
};

function systemApp(shop: Shop, name: string, number: number): CatalogApp {
  const path = shop === "mac" ? `/System/Applications/${name}.app` : "";
  const bundleId = `com.apple.${name.toLowerCase()}`;
  const plain = { vendor: "Apple", teamId: "", productCode: "", agents: 0, services: [] };
  return { number, name, bundleId, path, isSystem: true, systemExtension: false, kernelExtension: false, ...plain };
}

function vendorApp(shop: Shop, number: number, wish: number): CatalogApp {
  const quality = QUALITIES[wish % QUALITIES.length] ?? "";
  const kind = KINDS[Math.floor(wish / QUALITIES.length) % KINDS.length] ?? "";
  const name = `${quality} ${kind}`;
  const isGuard = kind === "Guard";
  return {
    number,
    name,
    bundleId: `com.example.${quality.toLowerCase()}.${kind.toLowerCase()}`,
    path: PATHS[shop](name),
    vendor: `${quality} Software (Example)`,
    teamId: drawHex(wish, 31, 10).toUpperCase(),
    productCode: `{${drawUuid(wish, 32).toUpperCase()}}`,
    isSystem: false,
    agents: isGuard || kind === "Sync" ? 2 : kind === "Backup" ? 1 : 0,
    systemExtension: isGuard,
    kernelExtension: kind === "Backup" && wish % 3 === 0,
    services: SERVICES.slice(0, drawInteger(wish, 33, 5) < 2 ? 1 + (wish % SERVICES.length) : 0),
  };
}

function stock(shop: Shop, system: string, vendors: number): CatalogApp[] {
  const names = system === "" ? [] : system.split(" ");
  const own = names.map((name, number) => systemApp(shop, name, number));
  // Steps that share no factor with the number of names visit each name once.
  const others = Array.from({ length: vendors }, (_, i) => vendorApp(shop, own.length + i, (i * 55) % 192));
  return [...own, ...others];
}

export const CATALOG: Readonly<Record<Shop, readonly CatalogApp[]>> = {
  mac: stock("mac", MAC_SYSTEM, 150),
  mobile: stock("mobile", MOBILE_SYSTEM, 80),
  tv: stock("tv", TV_SYSTEM, 8),
  windows: stock("windows", "", 120),
  android: stock("android", "", 90),
};

/** `4.2.7`: the second number counts. */
export function versionOf(app: CatalogApp, version: number): string {
  return `${1 + (app.number % 9)}.${version}.${(app.number * 7) % 10}`;
}
