/** `/api/v1/vulnerability-management/…`: what is exposed now, by device and by CVE. What was mended is not there any more. */
import type { Device } from "../fleet/device.ts";
import { releaseOf } from "../fleet/families.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Exposure, Flaw } from "../fleet/flaws.ts";
import { wholeSeconds, withBlank, zulu } from "../fleet/moments.ts";
import { readPlace, writePlace, type Place } from "./device-cursor.ts";
import {
  envelope,
  good,
  sorted,
  sortOf,
  wholeNumber,
  wrongQuery,
  type Answer,
  type Endpoint,
  type Question,
} from "./endpoint.ts";
import { readFilter, type RowFilter } from "./prism-filter.ts";

const MAX_SIZE = 300;
const MAX_PAGE = 50;
const NEVER = { created_at: Number.NaN, updated_at: Number.NaN, last_collected_at: Number.NaN };

const linkOf = ({ cveId }: Flaw): string => `https://nvd.nist.gov/vuln/detail/${cveId}`;

/** A score is written by hand: 7.0 keeps its zero. */
function detectionRow(device: Device, { flaw, installed, version, detectedAt }: Exposure, question: Question): string {
  const isObserved = question.settings.vulnerabilityNames === "observed";
  const head = {
    device_id: device.id,
    device_name: device.name,
    device_serial_number: device.serial,
    device_model: device.model.shortName,
    device_os_version: releaseOf(device.family, device.release).version,
    blueprint_id: device.blueprint.id,
    blueprint_name: device.blueprint.name,
    name: installed.app.name,
    version,
    path: installed.app.path,
    bundle_id: installed.app.number % 9 === 0 ? null : installed.app.bundleId,
    cve_id: flaw.cveId,
    [isObserved ? "description" : "cve_description"]: `${installed.app.name} before its mended version may be misled`,
    cve_link: linkOf(flaw),
  };
  const tail = isObserved
    ? {
        severity: flaw.severity,
        detection_datetime: device.number % 5 === 0 ? withBlank(detectedAt) : zulu(detectedAt),
        cve_published_at: wholeSeconds(flaw.publishedAt),
        cve_modified_at: wholeSeconds(flaw.publishedAt + 86_400_000),
      }
    : {
        cvss_severity: flaw.severity,
        first_detection_date: zulu(detectedAt),
        latest_detection_date: zulu(detectedAt),
      };
  return `${JSON.stringify(head).slice(0, -1)},"cvss_score":${flaw.score},${JSON.stringify(tail).slice(1)}`;
}

function take(
  question: Question,
  from: Place,
  size: number,
  filter: RowFilter | undefined,
): { readonly rows: readonly string[]; readonly next: Place | undefined } {
  const { devices, state } = question.fleet;
  const rows: string[] = [];
  for (let place = state.placeOf(from.deviceId); place < devices.length; place += 1) {
    const device = devices[place];
    if (device === undefined) continue;
    const exposures = state.flaws.exposures(device);
    for (let i = device.id === from.deviceId ? from.given : 0; i < exposures.length; i += 1) {
      const exposure = exposures[i];
      if (exposure === undefined) continue;
      const row = detectionRow(device, exposure, question);
      if (filter !== undefined && !(filter.byTimes(NEVER) && filter.byText?.(row) !== false)) continue;
      if (rows.length === size) return { rows, next: { deviceId: device.id, given: i } };
      rows.push(row);
    }
  }
  return { rows, next: undefined };
}

/** A filter that was asked for and cannot be read is refused. */
function filterOf(query: URLSearchParams): RowFilter | Answer | undefined {
  const text = query.get("filter");
  if (text === null || text === "") return undefined;
  return readFilter(text) ?? wrongQuery("filter", "Invalid filter");
}

/** Only `after` is a cursor; whatever else was sent as one is ignored without a word, and page one comes again. */
function answerDetections(question: Question): Answer {
  const { query } = question;
  const size = wholeNumber(query.get("size") ?? query.get("limit"), MAX_SIZE, 1, MAX_SIZE);
  if (size === undefined) return wrongQuery("size", `Input should be between 1 and ${MAX_SIZE}`);
  const after = query.get("after");
  const from = after === null ? { deviceId: "", given: 0 } : readPlace(after);
  if (from === undefined) return wrongQuery("after", "Invalid cursor");
  const filter = filterOf(query);
  if (filter !== undefined && "status" in filter) return filter;
  const { rows, next } = take(question, from, size, filter);
  return envelope({}, next === undefined ? null : writePlace(next), null, rows);
}

interface ByFlaw {
  readonly flaw: Flaw;
  devices: number;
  latestAt: number;
}

/** Counted anew only after something happened. */
const counted = new WeakMap<Fleet, { readonly changes: number; readonly flaws: readonly ByFlaw[] }>();

function byFlaw(fleet: Fleet): readonly ByFlaw[] {
  const known = counted.get(fleet);
  if (known?.changes === fleet.log.length) return known.flaws;
  const flaws = new Map<Flaw, ByFlaw>();
  for (const flaw of fleet.state.flaws.all) flaws.set(flaw, { flaw, devices: 0, latestAt: flaw.knownAt });
  for (const device of fleet.devices) {
    for (const { flaw, detectedAt } of fleet.state.flaws.exposures(device)) {
      const count = flaws.get(flaw);
      if (count === undefined) continue;
      count.devices += 1;
      count.latestAt = Math.max(count.latestAt, detectedAt);
    }
  }
  const all = [...flaws.values()];
  counted.set(fleet, { changes: fleet.log.length, flaws: all });
  return all;
}

const statusOf = ({ devices }: ByFlaw): string => (devices > 0 ? "Active" : "Remediated");

function vulnerabilityRow(one: ByFlaw): string {
  const { flaw, devices, latestAt } = one;
  const head = { cve_id: flaw.cveId, severity: flaw.severity };
  const tail = {
    kev_score: flaw.hasExploit ? 1 : 0,
    cve_link: linkOf(flaw),
    first_detection_date: zulu(flaw.knownAt),
    latest_detection_date: zulu(latestAt),
    device_count: devices,
    software: [flaw.app.name],
    status: statusOf(one),
  };
  return `${JSON.stringify(head).slice(0, -1)},"cvss_score":${flaw.score},${JSON.stringify(tail).slice(1)}`;
}

const ORDERINGS: Readonly<Record<string, (one: ByFlaw) => string | number>> = {
  age: ({ flaw }) => -flaw.knownAt,
  cve_id: ({ flaw }) => flaw.cveId,
  cvss_score: ({ flaw }) => Number(flaw.score) || 0,
  device_count: ({ devices }) => devices,
  known_exploit: ({ flaw }) => Number(flaw.hasExploit),
  software: ({ flaw }) => flaw.app.name,
  severity: ({ flaw }) => flaw.severity,
  status: statusOf,
};

function answerVulnerabilities(question: Question): Answer {
  const { query, fleet } = question;
  const page = wholeNumber(query.get("page"), 1, 1, 1_000_000);
  if (page === undefined) return wrongQuery("page", "Input should be greater than or equal to 1");
  const size = wholeNumber(query.get("size"), MAX_PAGE, 1, MAX_PAGE);
  if (size === undefined) return wrongQuery("size", `Input should be between 1 and ${MAX_PAGE}`);
  const [direction, field] = sortOf(query, "cve_id");
  const key = ORDERINGS[field];
  if (key === undefined) return wrongQuery("sort_by", "Input should be a known field");
  const filter = filterOf(query);
  if (filter !== undefined && "status" in filter) return filter;
  const all = sorted(byFlaw(fleet), direction, key).map(vulnerabilityRow);
  const wanted = filter === undefined ? all : all.filter((row) => filter.byText?.(row) !== false);
  const rows = wanted.slice((page - 1) * size, page * size);
  return good(`{"total":${wanted.length},"page":${page},"size":${size},"results":[${rows.join(",")}]}`, rows);
}

const BASE = "/api/v1/vulnerability-management";

export const VULNERABILITIES: readonly Endpoint[] = [
  { template: `${BASE}/detections`, dataset: "vulnerability-detections", answer: answerDetections },
  { template: `${BASE}/vulnerabilities`, dataset: "vulnerabilities", answer: answerVulnerabilities },
];
