import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasets, permissionOf } from "../../src/datasets/registry.ts";
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";
import { startWorker, type WorkerProcess } from "../simulator/worker-process.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hour = 3_600_000;
const password = "admin-token-of-the-browser-test";
const paths = ["/status", "/status/acme", "/verify/acme", "/status/globex", "/verify/globex", "/journal"];
/** Whatever a dataset asks for. */
const permissions = [...datasets.values()].map((dataset) => permissionOf(dataset).path);
/** A phone, a desk. */
const widths = [360, 1440] as const;

let simulator: SimulatorProcess;
let worker: WorkerProcess;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: install one (Debian: apt-get install chromium) or set CHROMIUM to its path`,
    );
  }
  const now = Date.now();
  const events = [{ seed: 1, count: 2_000, from: now - 40 * hour, to: now, marked: { count: 1, text: "<script>" } }];
  simulator = await startSimulator({
    kandji: {
      acme: { token: "token-of-acme", events },
      globex: { token: "token-of-globex", permissions, fleet: { devices: 30 } },
    },
    intakes: { archive: { kind: "webhook", refuse: [{ contains: "<script>", status: 422 }] } },
  });
  worker = await startWorker({
    secrets: {
      TENANT_ACME: JSON.stringify({ apiUrl: simulator.addresses.kandji["acme"], token: "token-of-acme" }),
      TENANT_GLOBEX: JSON.stringify({
        apiUrl: simulator.addresses.kandji["globex"],
        token: "token-of-globex",
        datasets: Object.fromEntries([...datasets.keys()].map((name) => [name, {}])),
      }),
      DESTINATION_ARCHIVE: JSON.stringify({ type: "webhook", url: simulator.addresses.intakes["archive"] }),
      DESTINATION_BROKEN: "{",
      ADMIN_TOKEN: password,
      ALLOW_LOCAL_HOSTS: "true",
    },
  });
  await worker.fireCron(now);
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
});

afterAll(async () => {
  await browser?.close();
  await worker?.stop();
  await simulator?.stop();
});

/** Opens a page of the forwarder and notes everything that the browser complains of. */
async function open(path: string, width: number): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    httpCredentials: { username: "anybody", password },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", (error) => void complaints.push(error.message));
  await page.goto(worker.url + path);
  return { page, complaints };
}

describe("the pages in a real browser", () => {
  test.each(widths.flatMap((width) => paths.map((path) => [path, width] as const)))(
    "%s at %i px has a heading, nothing that sticks out, and no complaint of the browser",
    async (path, width) => {
      const { page, complaints } = await open(path, width);
      expect(await page.locator("h1").count()).toBe(1);
      const overhang = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overhang).toBe(0);
      expect(complaints).toEqual([]);
    },
  );

  test.each(widths)(
    "at %i px a dataset that is walked whole is a line, and all of it one click down",
    async (width) => {
      const { page, complaints } = await open("/status/globex", width);
      const lines = page.locator(".walked > li");
      expect(await lines.count()).toBe(datasets.size - 1);
      const heights = await lines.evaluateAll((all) => all.map((line) => line.getBoundingClientRect().height));
      expect(Math.max(...heights)).toBeLessThan(110);
      const devices = lines.filter({ has: page.getByText("devices", { exact: true }) });
      const behind = devices.getByText("Rows remembered");
      expect(await behind.isVisible()).toBe(false);
      await devices.locator("summary").click();
      expect(await behind.isVisible()).toBe(true);
      const overhang = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overhang).toBe(0);
      expect(complaints).toEqual([]);
    },
  );

  test("the verification is run with a button and tells of both ends", async () => {
    const { page } = await open("/verify/acme", 1440);
    await page.getByRole("button", { name: "Run the checks" }).click();
    await page.waitForLoadState();
    const text = await page.locator("main").innerText();
    expect(text).toContain("List audit events");
    expect(text).toContain("archive");
  });

  test("the journal is filtered by a form, and each entry opens", async () => {
    const { page, complaints } = await open("/journal", 360);
    await page.getByLabel("Action").selectOption("SECRET_INVALID");
    await page.getByLabel("Result").selectOption("FAILED");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForLoadState();
    expect(await page.getByLabel("Action").inputValue()).toBe("SECRET_INVALID");
    const entries = page.locator(".letters > li");
    expect(await entries.count()).toBe(1);
    await entries.locator("summary").click();
    expect(await entries.locator("pre").innerText()).toContain("DESTINATION_BROKEN");
    const overhang = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect([overhang, complaints]).toEqual([0, []]);
  });

  test("a refused record is shown as text, and redriven with a button", async () => {
    const { page, complaints } = await open("/status/acme", 1440);
    await expect.poll(async () => (await page.reload(), page.locator("main").innerText())).toContain("422");
    expect(await page.locator("main").textContent()).toContain("<script>");
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.waitForLoadState();
    expect(complaints).toEqual([]);
  });
});
