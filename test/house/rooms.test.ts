import { describe, expect, test } from "vitest";
import { filesBelow, foldersBelow, importsOf, textOf, type Import } from "./tree.ts";

interface Doors {
  /** Rooms that it may use. */
  readonly uses?: readonly string[];
  /** Rooms whose types it may name, and nothing else. */
  readonly names?: readonly string[];
  /** May import from `cloudflare:…`. The engine may not, so that it runs in any JavaScript. */
  readonly platform?: true;
}

/**
 * Which room may import which. A room is a folder of `src` or a file at its top. The records go one way: collection
 * appends to the spool, delivery reads it, and neither knows the other. A new room is shut until it stands here.
 */
const doors: Readonly<Record<string, Doors>> = {
  // Known to all, knowing nobody.
  "backoff.ts": {},
  "json.ts": {},
  "ports.ts": {},
  "retry-after.ts": {},
  "secret.ts": {},
  "version.ts": {},
  "http.ts": { uses: ["ports.ts"] },
  "sqlite.ts": { uses: ["ports.ts"] },
  "env.ts": { names: ["forwarder", "tenant"] },

  // Pure leaves: what can be asked, what it looks like on arrival, who takes it.
  datasets: { uses: ["json.ts", "ports.ts", "secret.ts"] },
  formats: { uses: ["datasets", "json.ts", "ports.ts", "secret.ts"] },
  // Of the datasets, the names that settings may use.
  destinations: { uses: ["datasets", "formats", "json.ts", "ports.ts", "secret.ts", "version.ts"] },

  // The engine.
  kandji: {
    uses: ["backoff.ts", "ports.ts", "retry-after.ts", "secret.ts", "version.ts"],
    names: ["config", "datasets"],
  },
  spool: { uses: ["ports.ts"], names: ["datasets"] },
  collection: { uses: ["backoff.ts", "datasets", "json.ts", "kandji", "ports.ts", "spool"], names: ["config"] },
  delivery: {
    uses: ["backoff.ts", "destinations", "formats", "json.ts", "ports.ts", "retry-after.ts", "secret.ts", "spool"],
    names: ["config"],
  },

  // Around it.
  config: { uses: ["datasets", "destinations", "formats", "secret.ts"] },
  journal: { uses: ["version.ts"] },
  // What the whole installation looks like, for whoever shows it and whoever tells it.
  status: { uses: ["datasets"], names: ["config", "forwarder", "tenant"] },
  verification: {
    uses: ["collection", "datasets", "delivery", "destinations", "kandji", "ports.ts"],
    names: ["config", "tenant"],
  },
  web: {
    uses: ["datasets", "journal", "secret.ts", "status", "version.ts"],
    names: ["config", "destinations", "forwarder", "ports.ts", "tenant"],
  },

  // The shell: what Cloudflare calls.
  tenant: {
    uses: [
      "backoff.ts",
      "env.ts",
      "forwarder",
      "http.ts",
      "json.ts",
      "ports.ts",
      "retry-after.ts",
      "secret.ts",
      "sqlite.ts",
      "version.ts",
      "collection",
      "config",
      "datasets",
      "delivery",
      "destinations",
      "journal",
      "kandji",
      "spool",
      "verification",
    ],
    platform: true,
  },
  forwarder: {
    uses: [
      "config",
      "datasets",
      "env.ts",
      "http.ts",
      "journal",
      "ports.ts",
      "retry-after.ts",
      "sqlite.ts",
      "status",
      "version.ts",
    ],
    names: ["tenant"],
    platform: true,
  },
  "cron.ts": { uses: ["config", "env.ts", "forwarder", "tenant"], names: ["journal"], platform: true },
  "worker.ts": {
    uses: [
      "config",
      "cron.ts",
      "datasets",
      "env.ts",
      "forwarder",
      "http.ts",
      "secret.ts",
      "tenant",
      "version.ts",
      "web",
    ],
    platform: true,
  },
};

const files = filesBelow("src");
const roomOf = (path: string) => path.split("/")[1] ?? "";
const isOurs = ({ to }: Import) => to.startsWith("src/");
const shown = ({ from, to, typeOnly }: Import) => `${from} imports ${typeOnly ? "a type of " : ""}${to}`;

function isAllowed(edge: Import): boolean {
  const from = doors[roomOf(edge.from)];
  const to = roomOf(edge.to);
  if (to === roomOf(edge.from) || from?.uses?.includes(to) === true) return true;
  return edge.typeOnly && from?.names?.includes(to) === true;
}

/** The plan decides what a tenant does next. The simulation runs it in Node, so it is held to the engine's rule. */
const isPlan = (path: string) => /^src\/tenant\/plan[^/]*\.tsx?$/.test(path);

const mayUsePlatform = (path: string) => doors[roomOf(path)]?.platform === true && !isPlan(path);

describe("rooms", () => {
  test("every room of src stands in the table of doors", () => {
    const unknown = [...new Set(files.map(roomOf))].filter((room) => doors[room] === undefined);
    expect(unknown).toEqual([]);
  });

  test("a room imports only what the table lets it import", () => {
    const forbidden = files.flatMap(importsOf).filter((edge) => isOurs(edge) && !isAllowed(edge));
    expect(forbidden.map(shown)).toEqual([]);
  });

  test("only the shell knows the platform", () => {
    const platform = files.flatMap(importsOf).filter(({ to }) => to.startsWith("cloudflare:"));
    expect(platform.filter(({ from }) => !mayUsePlatform(from)).map(shown)).toEqual([]);
  });

  test("the present is asked of the ports, never of a new Date", () => {
    // Lint knows `Date.now()`, but not a date without arguments.
    const asking = files.filter((path) => /\bnew Date\(\)|\bDate\(\)/.test(textOf(path)));
    expect(asking).toEqual([]);
  });

  test("zod is imported as a namespace, so that what is not used falls away", () => {
    // The object `z` cannot be shaken: with it every locale is in the bundle, 80 KiB gzipped and 10 ms of every start.
    const whole = files.filter((path) => /^import \{[^}]*\bz\b[^}]*\} from "zod"/m.test(textOf(path)));
    expect(whole).toEqual([]);
  });

  test("the simulator is an independent witness: it imports nothing from src", () => {
    expect(filesBelow("test/simulator").flatMap(importsOf).filter(isOurs).map(shown)).toEqual([]);
  });
});

describe("names and sizes", () => {
  test("no folder is named after a kind of code", () => {
    const forbidden = "utils helpers common shared lib types services core misc".split(" ");
    const folders = ["src", "test", "scripts", "docs"].flatMap(foldersBelow);
    expect(folders.filter((folder) => forbidden.includes(folder.split("/").at(-1) ?? ""))).toEqual([]);
  });

  test("no file of src is longer than 300 lines", () => {
    const linesOf = (path: string) => textOf(path).trimEnd().split("\n").length;
    expect(files.filter((path) => linesOf(path) > 300).map((path) => `${path}: ${linesOf(path)}`)).toEqual([]);
  });

  test("no file of src excuses itself from the limits on size", () => {
    const excuse = /(?:oxlint|eslint)-disable(?:-next-line|-line)?(?:[^\n]*(?:max-|complexity)|\s*$)/m;
    expect(files.filter((path) => excuse.test(textOf(path)))).toEqual([]);
  });
});
