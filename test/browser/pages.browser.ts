import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasets, kandjiDatasets, listings, permissionOf } from "../../src/datasets/registry.ts";
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";
import { startWorker, type WorkerProcess } from "../simulator/worker-process.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hour = 3_600_000;
const password = "admin-token-of-the-browser-test";
const viewerPassword = "viewer-token-of-the-browser-test";
/** Every page that can be opened; what comes of a button is shown by the tests that press it. */
const paths = [
  "/status",
  "/status?refresh=off",
  "/status/acme",
  "/status/acme?done=poll",
  "/verify/acme",
  "/status/globex",
  "/verify/globex",
  "/tenants/acme/dead-letters",
  "/tenants/acme/replay?dataset=audit-events&since=2026-05-01T00:00:00Z",
  "/tenants/globex/replay?dataset=devices&since=2026-05-01T00:00:00Z",
  "/journal",
  "/docs/operating.md",
  "/status/forwarder",
  "/status/nobody",
];
/** To be looked at: what a test cannot say is whether a page is easy to read. */
const screenshots = join(import.meta.dirname, "../../screenshots");
/** Whatever a dataset asks for. */
const permissions = [...kandjiDatasets.values()].map((dataset) => permissionOf(dataset).path);
/** A phone, a desk. */
const widths = [360, 1440] as const;
const schemes = ["light", "dark"] as const;

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
  const events = [{ seed: 1, count: 2_000, from: now - 40 * hour, to: now, marked: { count: 2, text: "<script>" } }];
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
      VIEWER_TOKEN: viewerPassword,
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

interface Reader {
  readonly width?: number;
  readonly scheme?: (typeof schemes)[number];
  readonly as?: string;
  readonly script?: boolean;
  /** Far from UTC and not at a whole hour, by default. */
  readonly zone?: string;
}

/** Opens a page of the forwarder and notes everything that the browser complains of, and where it goes. */
async function open(
  path: string,
  { width = 1440, scheme = "light", as = password, script = true, zone = "Asia/Kolkata" }: Reader = {},
): Promise<{ page: Page; complaints: string[]; asked: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: "reduce",
    timezoneId: zone,
    httpCredentials: { username: "anybody", password: as },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on("request", (request) => void asked.push(request.url()));
  await page.goto(worker.url + path);
  return { page, complaints, asked };
}

/** A zone in which the hour is 0 or 1 just now: it has two digits all the same. */
function zoneAtNight(): string {
  const now = new Date().getUTCHours();
  // These names have the sign turned round, and nothing east of 14 hours.
  if (now === 0) return "Etc/GMT-1";
  return now <= 12 ? `Etc/GMT+${now}` : `Etc/GMT-${24 - now}`;
}

const nameOf = (path: string): string => path.replaceAll(/[^a-z-]+/gu, "-").replaceAll(/^-|-$/gu, "");

/** Everything that a page must be, whatever it shows: looked at by axe-core with all of its rules, and kept as a picture. */
async function judge(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  expect(await page.locator("h1").count()).toBe(1);
  expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResults;
  expect(violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
    [],
  );
}

const everyLook = widths.flatMap((width) => schemes.map((scheme) => [width, scheme] as const));

describe("the pages in a real browser", () => {
  test.each(everyLook.flatMap(([width, scheme]) => paths.map((path) => [path, width, scheme] as const)))(
    "%s at %i px, %s: a heading, nothing that sticks out, no violation of accessibility, no complaint of the browser",
    async (path, width, scheme) => {
      const { page, complaints } = await open(path, { width, scheme });
      await judge(page, `${nameOf(path)}-${width}-${scheme}`);
      // Chromium calls the status of a refusal an error of the page.
      expect(complaints.filter((text) => !(path === "/status/nobody" && text.includes("404")))).toEqual([]);
      await page.context().close();
    },
  );

  test.each(paths)("%s is less than 100 KB, in one request", async (path) => {
    const { page, asked } = await open(path);
    expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([worker.url + path]);
    expect(new TextEncoder().encode(await page.content()).length).toBeLessThan(100_000);
    await page.context().close();
  });

  test("a viewer's pages, with every part opened, are as good", async () => {
    for (const [width, scheme] of everyLook) {
      const { page } = await open("/status/globex?refresh=off", { width, scheme, as: viewerPassword });
      expect(await page.locator("form").count()).toBe(0);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      await judge(page, `viewer-opened-${width}-${scheme}`);
      await page.context().close();
    }
  });

  test.each([
    ["Asia/Kolkata", true, /^\d{4}-\d\d-\d\d [\d:]{8} GMT\+5:30 \d{4}-\d\d-\d\d [\d:]{8} UTC$/u],
    ["Asia/Kolkata", false, /^\d{4}-\d\d-\d\d [\d:]{8} UTC$/u],
    ["UTC", true, /^\d{4}-\d\d-\d\d [\d:]{8} UTC$/u],
    [zoneAtNight(), true, /^\d{4}-\d\d-\d\d 0\d:\d\d:\d\d GMT[+-]\d+ \d{4}-\d\d-\d\d [\d:]{8} UTC$/u],
  ])("a time is told in the reader's zone (%s, script: %s), with UTC beside", async (zone, script, told) => {
    const { page, complaints } = await open("/status/acme", { zone, script });
    const small = await page.locator("h1 ~ p.about time").first().locator("small").allInnerTexts();
    expect(small.join(" ")).toMatch(told);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("the first key leads to the content, and every button can be reached and pressed by keys", async () => {
    const { page } = await open("/verify/acme");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to content");
    const button = page.getByRole("button", { name: "Run the checks" });
    for (let press = 0; press < 20 && !(await button.evaluate((one) => one.matches(":focus"))); press++)
      await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("works", { exact: true }).first().waitFor();
    await page.context().close();
  });

  test.each(widths)(
    "at %i px a dataset that is walked whole is a line, and all of it one click down",
    async (width) => {
      const { page, complaints } = await open("/status/globex", { width });
      const lines = page.locator(".walked > li");
      expect(await lines.count()).toBe(listings.size);
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

  test.each(everyLook)(
    "the verification is run with a button and tells of both ends, at %i px, %s",
    async (width, scheme) => {
      const { page, complaints } = await open("/verify/acme", { width, scheme });
      await page.getByRole("button", { name: "Run the checks" }).click();
      await page.getByRole("heading", { name: "Everything works" }).waitFor();
      const text = await page.locator("main").innerText();
      for (const part of ["List audit events", "Kandji: clock", "Kandji: host", "archive"])
        expect(text).toContain(part);
      await judge(page, `verified-${width}-${scheme}`);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

describe("operations, in a browser without script", () => {
  const acme = async (): Promise<Page> => (await open("/status/acme", { script: false })).page;

  test("verify, and each result is there while the next is not known", async () => {
    const { page, complaints } = await open("/verify/acme", { script: false });
    await simulator.breakIntake("archive", { always: { do: "hang" } });
    await page.getByRole("button", { name: "Run the checks" }).click({ noWaitAfter: true });
    const list = page.locator("ul.checks");
    await list.getByText("Kandji: clock").waitFor();
    expect(await list.locator(".underway:visible").innerText()).toMatch(/^Checking Destination archive/u);
    expect(await page.locator(".headline").count()).toBe(0);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(screenshots, `verifying-${width}.png`), fullPage: true });
    }
    // It is given 30 seconds.
    await page.getByRole("heading", { name: "1 check fails" }).waitFor({ timeout: 45_000 });
    expect(await list.locator(".underway:visible").count()).toBe(0);
    await simulator.breakIntake("archive", { always: null });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("send a range again, after looking first", async () => {
    const page = await acme();
    await page.getByText("Send a range again").click();
    // Nothing has happened since: the other tests' dead letters stay as many as they are.
    await page.getByLabel("From, in UTC").fill(new Date(Date.now() - 1_000).toISOString());
    await page.getByRole("button", { name: "Preview" }).click();
    await page.waitForURL(/replay\?dataset=audit-events/u);
    expect(await page.locator("main").innerText()).toContain("Nothing has begun");
    await page.getByRole("button", { name: "Send again" }).click();
    await page.waitForURL(/done=replay/u);
    await page.context().close();
  });

  test("poll", async () => {
    const page = await acme();
    await page.getByRole("button", { name: "Poll and deliver now" }).click();
    await page.waitForURL(/done=poll/u);
    expect(await page.getByRole("status").innerText()).toMatch(/\S/u);
    await page.context().close();
  });

  test.each([
    ["the tenant", /^Pause the tenant/u, /^Resume the tenant/u],
    ["a dataset", /^Pause dataset audit-events/u, /^Resume dataset audit-events/u],
    ["a destination", /^Pause destination archive/u, /^Resume destination archive/u],
  ])("pause and resume %s", async (_, pause, resume) => {
    const page = await acme();
    await page.getByRole("button", { name: pause }).click();
    await page.waitForURL(/done=pause/u);
    await page.getByRole("button", { name: resume }).click();
    await page.waitForURL(/done=resume/u);
    expect(await page.getByRole("button", { name: pause }).count()).toBe(1);
    await page.context().close();
  });

  test("a refused record is shown as text; one is deleted, the other tried again", async () => {
    const page = await acme();
    const main = page.locator("main");
    await expect
      .poll(async () => (await page.reload(), main.textContent()), { timeout: 30_000 })
      .toContain("2 dead letters");
    expect(await main.textContent()).toContain("<script>");
    await page
      .getByRole("button", { name: /^Delete dead letter/u })
      .first()
      .click();
    await page.waitForURL(/done=delete/u);
    expect(await main.textContent()).toContain("1 dead letter");
    await page
      .getByRole("button", { name: /^Try again dead letter/u })
      .first()
      .click();
    await page.waitForURL(/done=redrive/u);
    expect(await page.getByRole("button", { name: /^Try again/u }).count()).toBe(0);
    await page.context().close();
  });

  test("forget, which asks for the name", async () => {
    const page = await acme();
    await page.getByText("Forget this tenant").click();
    await page.getByLabel("Type acme to confirm").fill("globex");
    await page.getByRole("button", { name: "Forget acme" }).click();
    expect(await page.locator("main").innerText()).toContain('"confirm" is not the id of this tenant');
    await page.goto(`${worker.url}/status/acme`);
    await page.getByText("Forget this tenant").click();
    await page.getByLabel("Type acme to confirm").fill("acme");
    await page.getByRole("button", { name: "Forget acme" }).click();
    await page.waitForURL(/\/status$/u);
    await page.context().close();
  });
});

describe("the journal", () => {
  test("the journal is filtered by a form, and each entry opens", async () => {
    const { page, complaints } = await open("/journal", { width: 360 });
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
});
