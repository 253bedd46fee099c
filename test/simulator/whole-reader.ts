/** Reads a dataset of the simulated Kandji to its end, in the plainest way that the API's description allows. */
import type { SimulatedKandji } from "./kandji.ts";
import { CATEGORY_NAMES, datasetOf } from "./prism/categories.ts";

export interface Read {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

export async function read(kandji: SimulatedKandji, path: string, token = "secret"): Promise<Read> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await kandji.fetch(new Request(`https://acme.api.kandji.io${path}`, { headers }));
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as unknown };
}

type Row = Readonly<Record<string, unknown>>;
type Walk = (kandji: SimulatedKandji) => Promise<readonly Row[]>;

/** The next path, or nothing at the end. */
type Next = (body: Row, rows: readonly Row[], before: number) => string | undefined;

async function follow(kandji: SimulatedKandji, first: string, rowsIn: string, next: Next): Promise<Row[]> {
  const all: Row[] = [];
  let last = "";
  for (let path: string | undefined = first; path !== undefined;) {
    if (path === last) throw new Error(`${path} leads to itself`);
    last = path;
    const { status, body, text } = await read(kandji, path);
    if (status !== 200) throw new Error(`${path} answers ${status}: ${text}`);
    const rows = (Array.isArray(body) ? body : (body as Row)[rowsIn]) as Row[];
    all.push(...rows);
    path = next(body as Row, rows, all.length);
  }
  return all;
}

function joined(path: string, name: string, value: string | number): string {
  const url = new URL(path, "https://any.example");
  url.searchParams.set(name, String(value));
  return url.pathname + url.search;
}

export const byOffset =
  (path: string, limit: number, rowsIn = "results"): Walk =>
  (kandji) => {
    const paged = joined(path, "limit", limit);
    return follow(kandji, paged, rowsIn, (_, rows, before) =>
      rows.length < limit ? undefined : joined(paged, "offset", before),
    );
  };

export const byCursor =
  (path: string, rowsIn: string, name: string, cursorIn: string): Walk =>
  (kandji) =>
    follow(kandji, path, rowsIn, (body) => {
      const cursor = body[cursorIn];
      if (typeof cursor !== "string" || cursor === "") return undefined;
      const bare = cursor.startsWith("http") ? new URL(cursor).searchParams.get(name) : cursor;
      return joined(path, name, bare ?? "");
    });

const ofEachDevice =
  (part: string): Walk =>
  async (kandji) => {
    const devices = await byOffset("/api/v1/devices?ordering=device_id", 300)(kandji);
    const rows: Row[] = [];
    for (const { device_id: id } of devices) {
      const { body } = await read(kandji, `/api/v1/devices/${String(id)}/${part}`);
      rows.push({ device_id: id, ...(body as Row) });
    }
    return rows;
  };

const single =
  (path: string, rowsIn?: string): Walk =>
  async (kandji) => {
    const { body } = await read(kandji, path);
    return rowsIn === undefined ? [body as Row] : ((body as Row)[rowsIn] as Row[]);
  };

const prism = Object.fromEntries(
  CATEGORY_NAMES.map((name) => [
    datasetOf(name),
    byCursor(`/api/v1/prism/${name}?limit=300`, "data", "cursor", "cursor"),
  ]),
);

const VULNERABILITIES = "/api/v1/vulnerability-management";

export const WALKS: Readonly<Record<string, Walk>> = {
  devices: byOffset("/api/v1/devices?ordering=device_id", 300),
  "device-details": ofEachDevice("details"),
  "device-status": ofEachDevice("status"),
  "device-apps": ofEachDevice("apps"),
  ...prism,
  users: byCursor("/api/v1/users", "results", "cursor", "next"),
  admins: byCursor("/api/v1/admins", "results", "cursor", "next"),
  blueprints: byOffset("/api/v1/blueprints", 300),
  tags: single("/api/v1/tags?search=", "results"),
  licensing: single("/api/v1/settings/licensing"),
  threats: byOffset("/api/v1/threat-details?sort_by=detection_date", 1000),
  "behavioral-detections": byOffset("/api/v1/behavioral-detections?sort_by=detection_date", 1000),
  "vulnerability-detections": byCursor(`${VULNERABILITIES}/detections?size=300`, "results", "after", "next"),
  vulnerabilities: (kandji) =>
    follow(kandji, `${VULNERABILITIES}/vulnerabilities?size=50&page=1`, "results", ({ page, total }) =>
      Number(page) * 50 >= Number(total)
        ? undefined
        : `${VULNERABILITIES}/vulnerabilities?size=50&page=${Number(page) + 1}`,
    ),
};

/** What a row is known by: its device where it has one, otherwise what comes nearest to an id. */
export function identityOf(dataset: string, row: Row): string {
  if (dataset === "licensing") return "licensing";
  if (dataset === "threats") return [row["device_id"], row["file_hash"], row["file_path"]].map(String).join("|");
  if (dataset === "vulnerabilities") return String(row["cve_id"]);
  return String(row["device_id"] ?? row["id"]);
}
