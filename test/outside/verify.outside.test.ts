/** `npm run verify`, as a person types it: the command in a process of its own, against a Kandji and intakes in another. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";

const token = "token-of-acme-0123456789";
const audit = "/api/v1/audit/events";
const minute = 60_000;
const script = join(import.meta.dirname, "../../scripts/verify.ts");

let simulator: SimulatorProcess;
let folder: string;

beforeAll(async () => {
  const now = Date.now();
  folder = mkdtempSync(join(tmpdir(), "kandji-forwarder-verify-"));
  simulator = await startSimulator({
    kandji: {
      acme: { token, permissions: ["*"], events: [{ seed: 1, count: 5, from: now - 60 * minute, to: now - minute }] },
    },
    intakes: { siem: { kind: "webhook" }, logs: { kind: "datadog" } },
  });
});

beforeEach(async () => {
  await simulator.changeKandji("acme", { token, permissions: ["*"], clockAheadMs: 0 });
  await simulator.breakIntake("siem", { always: undefined, script: [] });
});

afterAll(async () => {
  await simulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly complained: string;
}

async function run(...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said, complained };
}

const put = (name: string, secret: object | string): string => {
  writeFileSync(join(folder, name), typeof secret === "string" ? secret : JSON.stringify(secret));
  return name;
};

const tenant = (more: object = {}): object => ({ apiUrl: simulator.addresses.kandji["acme"], token, ...more });
const siem = (): object => ({ type: "webhook", url: simulator.addresses.intakes["siem"] });

/** The names of the checks that fail, from the answer for programs. */
async function failing(...args: string[]): Promise<string[]> {
  const { code, said } = await run("--json", "--allow-local-hosts", ...args);
  const { ok, files } = JSON.parse(said) as {
    ok: boolean;
    files: { ok: boolean; checks: { name: string; ok: boolean; fix?: string }[] }[];
  };
  const failed = files.flatMap(({ checks }) => checks.filter((check) => !check.ok));
  expect(failed.filter(({ fix }) => fix === undefined || fix === "")).toEqual([]);
  expect([ok, code]).toEqual(failed.length === 0 ? [true, 0] : [false, 1]);
  return failed.map(({ name }) => name);
}

describe("what works", () => {
  test("is said in words, with what to do next, and exit code 0", async () => {
    const files = [put("acme.json", tenant()), "--destination", put("siem.json", siem())];
    const { code, said, complained } = await run("--allow-local-hosts", ...files);
    expect(complained).toBe("");
    expect(said).not.toContain("FAILS");
    for (const line of [
      "acme.json, as secret TENANT_ACME",
      '  works  Kandji: "List audit events" (GET /api/v1/audit/events)',
      "  works  Kandji: records of audit-events",
      "  works  Kandji: clock",
      "siem.json, as secret DESTINATION_SIEM",
      "         The test record was accepted (200)",
      "  npx wrangler secret put TENANT_ACME < acme.json",
      "  npx wrangler secret put DESTINATION_SIEM < siem.json",
    ])
      expect(said.split("\n")).toContain(line);
    expect(code).toBe(0);
    expect((await simulator.intake("siem")).arrivals).toBe(1);
  });

  test("in several files at once, each is told of", async () => {
    const files = [put("acme.json", tenant()), put("tenant-acme-eu.json", tenant())];
    const destinations = [
      "--destination",
      put("siem.json", siem()),
      "--destination",
      put("destination_b.json", siem()),
    ];
    const { said } = await run("--json", "--allow-local-hosts", ...files, ...destinations);
    const told = (JSON.parse(said) as { files: { secret: string; ok: boolean }[] }).files;
    const names = ["TENANT_ACME", "TENANT_ACME_EU", "DESTINATION_SIEM", "DESTINATION_B"];
    expect(told.map(({ secret, ok }) => [secret, ok])).toEqual(names.map((name) => [name, true]));
  });
});

describe("what does not work", () => {
  test("a permission is named as the console has it", async () => {
    const file = put("acme.json", tenant({ datasets: { "audit-events": {}, users: {} } }));
    await simulator.changeKandji("acme", { permissions: [audit] });
    expect(await failing(file)).toEqual(['Kandji: "List Users" (GET /api/v1/users)']);
    const { code, said } = await run("--allow-local-hosts", file);
    expect(said).toContain('  FAILS  Kandji: "List Users" (GET /api/v1/users)');
    expect(said).toMatch(/^ {9}Mend: .*tick "List Users"/mu);
    expect([said.trimEnd().split("\n").at(-1), code]).toEqual(["1 check fails", 1]);
  });

  test("a wrong token, and it is shown nowhere", async () => {
    await simulator.changeKandji("acme", { token: "another" });
    const file = put("acme.json", tenant());
    expect(await failing(file)).toEqual(['Kandji: "List audit events" (GET /api/v1/audit/events)']);
    const { said, complained } = await run("--allow-local-hosts", file);
    expect(said + complained).not.toContain(token);
  });

  test("a host where nobody is", async () => {
    const file = put("acme.json", tenant({ apiUrl: "http://127.0.0.1:9" }));
    expect(await failing(file)).toEqual([
      'Kandji: "List audit events" (GET /api/v1/audit/events)',
      "Kandji: host 127.0.0.1:9",
    ]);
  });

  test("a clock that is two minutes off", async () => {
    await simulator.changeKandji("acme", { clockAheadMs: -2 * minute });
    expect(await failing(put("acme.json", tenant()))).toEqual(["Kandji: clock"]);
  });

  test("an intake that refuses the credentials does not make the tenant fail", async () => {
    await simulator.breakIntake("siem", { always: { do: "status", status: 401 } });
    const names = await failing(put("acme.json", tenant()), "--destination", put("siem.json", siem()));
    expect(names).toEqual([expect.stringMatching(/^Destination siem \(webhook, /u)]);
  });

  test.each([
    ["no JSON", '{"token": "x', "Secret TENANT_ACME"],
    ["an unknown key", '{"subdomain":"acme","tokn":"x"}', "Secret TENANT_ACME / tokn"],
    ["a host without leave", '{"apiUrl":"http://127.0.0.1:9","token":"x"}', "Secret TENANT_ACME / apiUrl"],
  ])("a secret with %s asks nobody", async (_, secret, name) => {
    const { requests } = (await simulator.kandji("acme")).manners;
    const { code, said } = await run(put("acme.json", secret));
    expect(code).toBe(1);
    expect(said).toContain(`  FAILS  ${name}\n`);
    expect(said).toContain("         Mend: ");
    expect((await simulator.kandji("acme")).manners.requests).toBe(requests);
  });

  test("a file that is not there, and the other is tried all the same", async () => {
    const names = await failing(put("acme.json", tenant()), "nowhere.json");
    expect(names).toEqual(["Secret TENANT_NOWHERE"]);
  });
});

describe("a command line that makes no sense", () => {
  test.each([
    ["without a file", []],
    ["with an option that there is not", ["acme.json", "--what"]],
    ["with two files of one name", ["acme.json", "tenant-acme.json"]],
  ])("%s ends with 2 and says how it is used", async (_, args) => {
    const { code, said, complained } = await run(...args);
    expect([code, said]).toEqual([2, ""]);
    expect(complained).toMatch(/\S/u);
  });

  test("that asks for help gets it", async () => {
    const { code, said } = await run("--help");
    expect(code).toBe(0);
    expect(said).toContain("npm run verify -- ");
  });
});
