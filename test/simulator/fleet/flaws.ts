/** Known flaws in versions of apps, and which devices have them: a detection exists for as long as the app is that old. */
import { CATALOG, versionOf, type CatalogApp } from "./app-catalog.ts";
import type { Device, InstalledApp } from "./device.ts";
import { drawInteger, drawOne, mix } from "./draw.ts";

export interface Flaw {
  readonly cveId: string;
  readonly app: CatalogApp;
  /** Versions before this have it. */
  readonly mendedIn: number;
  /** As it is written: a score of seven has its zero. */
  readonly score: string;
  readonly severity: string;
  readonly publishedAt: number;
  /** From when on it is looked for. */
  readonly knownAt: number;
  readonly hasExploit: boolean;
}

export interface Exposure {
  readonly flaw: Flaw;
  readonly installed: InstalledApp;
  readonly version: string;
  readonly detectedAt: number;
}

const DAY = 86_400_000;
const SEVERITIES = [
  [9, "Critical"],
  [7, "High"],
  [4, "Medium"],
  [0.1, "Low"],
] as const;

/** The `number`th flaw of a tenant's world. */
export function makeFlaw(seed: number, number: number, knownAt: number, app?: CatalogApp): Flaw {
  const own = mix(seed, number);
  const apps = CATALOG.mac.filter((one) => !one.isSystem);
  const [first] = apps;
  if (first === undefined) throw new Error("The catalog has no vendor's app");
  const tenths = drawInteger(own, 301, 100);
  const score = tenths / 10;
  return {
    cveId: `CVE-2026-${10_000 + number}`,
    app: app ?? drawOne(own, 302, [first, ...apps.slice(1)]),
    mendedIn: 1 + drawInteger(own, 303, 4),
    score: tenths === 0 ? "null" : score.toFixed(1),
    severity: SEVERITIES.find(([least]) => score >= least)?.[1] ?? "Undefined",
    publishedAt: knownAt - drawInteger(own, 304, 20) * DAY,
    knownAt,
    hasExploit: drawInteger(own, 305, 12) === 0,
  };
}

export class Flaws {
  readonly all: Flaw[] = [];
  readonly #ofApp = new Map<CatalogApp, Flaw[]>();

  add(flaw: Flaw): void {
    this.all.push(flaw);
    const known = this.#ofApp.get(flaw.app);
    if (known === undefined) this.#ofApp.set(flaw.app, [flaw]);
    else known.push(flaw);
  }

  exposures(device: Device): Exposure[] {
    if (device.family !== "Mac") return [];
    return device.apps.flatMap((installed) => this.ofInstalled(installed));
  }

  ofInstalled(installed: InstalledApp): Exposure[] {
    const flaws = this.#ofApp.get(installed.app);
    if (flaws === undefined) return [];
    return flaws
      .filter((flaw) => installed.version < flaw.mendedIn)
      .map((flaw) => ({
        flaw,
        installed,
        version: versionOf(installed.app, installed.version),
        detectedAt: Math.max(flaw.knownAt, installed.changedAt),
      }));
  }
}
