/** `GET /api/v1/prism/{category}`, for each of the sixteen: a walk by device in pages that may be short. */
import type { Device } from "../fleet/device.ts";
import { draw } from "../fleet/draw.ts";
import { prismFamily } from "../fleet/families.ts";
import { seedFor } from "../random.ts";
import { CATEGORY_NAMES, datasetOf, rowsOf, type CategoryName } from "../prism/categories.ts";
import { DeviceRows } from "../prism/prism-row.ts";
import { emptyPagesBefore, readPlace, writePlace, type Place } from "./device-cursor.ts";
import {
  good,
  refused,
  wholeNumber,
  wordsOf,
  wrongQuery,
  type Answer,
  type Endpoint,
  type Question,
} from "./endpoint.ts";
import { readFilter, type RowFilter } from "./prism-filter.ts";

const MAX_LIMIT = 300;
const USUAL_LIMIT = 25;

interface Walk {
  readonly category: CategoryName;
  readonly question: Question;
  readonly from: Place;
  readonly filter: RowFilter | undefined;
  readonly isWanted: (device: Device) => boolean;
}

function chooser(query: URLSearchParams): (device: Device) => boolean {
  const blueprints = wordsOf(query, "blueprint_ids");
  const families = wordsOf(query, "device_families");
  return (device) =>
    (blueprints === undefined || blueprints.includes(device.blueprint.id)) &&
    (families === undefined || families.includes(prismFamily(device.family)));
}

/** Up to `count` rows from a place on, and the place of the row behind them if there is one. */
function take(walk: Walk, count: number): { readonly rows: readonly string[]; readonly next: Place | undefined } {
  const { category, question, from, filter, isWanted } = walk;
  const { devices, state } = question.fleet;
  const rows: string[] = [];
  for (let place = state.placeOf(from.deviceId); place < devices.length; place += 1) {
    const device = devices[place];
    if (device === undefined || !isWanted(device)) continue;
    const ofDevice = rowsOf(category, device, question.view);
    if (ofDevice.length === 0) continue;
    const writer = new DeviceRows(device, question.view);
    for (let i = device.id === from.deviceId ? from.given : 0; i < ofDevice.length; i += 1) {
      const row = ofDevice[i];
      if (row === undefined || filter?.byTimes(writer.times(row)) === false) continue;
      const text = writer.text(row);
      if (filter?.byText?.(text) === false) continue;
      if (rows.length === count) return { rows, next: { deviceId: device.id, given: i } };
      rows.push(text);
    }
  }
  return { rows, next: undefined };
}

/** Some pages are shorter than they were asked to be, always the same ones. */
function lengthOf(limit: number, question: Question, cursor: string | null): number {
  const { shortPages } = question.settings;
  if (shortPages === null) return limit;
  const seed = seedFor(cursor ?? "first", question.fleet.state.seed);
  if (draw(seed, 1) >= shortPages.share) return limit;
  return Math.min(limit, shortPages.least + Math.floor(draw(seed, 2) * Math.max(0, limit - shortPages.least)));
}

function answerCategory(category: CategoryName, question: Question): Answer {
  const { query } = question;
  if (query.has("offset")) return refused(400, { detail: "offset is not supported. Use cursor." });
  const limit = wholeNumber(query.get("limit"), USUAL_LIMIT, 1, MAX_LIMIT);
  if (limit === undefined) return wrongQuery("limit", `Input should be between 1 and ${MAX_LIMIT}`);
  const cursor = query.get("cursor");
  if (cursor !== null && query.has("sort_by")) return wrongQuery("sort_by", "Not supported together with cursor");
  const from = cursor === null ? { deviceId: "", given: 0 } : readPlace(cursor);
  if (from === undefined) return wrongQuery("cursor", "Invalid cursor");
  const filterText = query.get("filter");
  const filter = filterText === null ? undefined : readFilter(filterText);
  if (filterText !== null && filter === undefined) return wrongQuery("filter", "Invalid filter");
  const walk = { category, question, from, filter, isWanted: chooser(query) };
  const { rows, next } = take(walk, lengthOf(limit, question, cursor));
  // Only a first page that is also the last says how many there are.
  const total = cursor === null && next === undefined ? rows.length : null;
  const head = `"offset":null,"limit":${limit},"total":${total}`;
  const emptyPages = rows.length > 0 ? 0 : cursor === null ? 1 : emptyPagesBefore(cursor) + 1;
  const nextCursor = next === undefined ? "null" : `"${writePlace(next, emptyPages)}"`;
  return good(`{${head},"cursor":${nextCursor},"data":[${rows.join(",")}]}`, rows);
}

export const PRISM: readonly Endpoint[] = CATEGORY_NAMES.map((category) => ({
  template: `/api/v1/prism/${category}`,
  dataset: datasetOf(category),
  answer: (question) => answerCategory(category, question),
}));
