import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

/** Counts its cron firings on disk. */
const COUNTING_WORKER = `
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  add(time) {
    const times = this.ctx.storage.kv.get("times") ?? [];
    if (time !== undefined) this.ctx.storage.kv.put("times", [...times, time]);
    return times;
  }
}
export default {
  async fetch(request, env) {
    return Response.json({ times: await env.COUNTER.getByName("one").add(), secret: env.SECRET });
  },
  async scheduled(event, env) {
    await env.COUNTER.getByName("one").add(event.scheduledTime);
  },
};`;

const CONFIG = `
name = "counting"
main = "src/worker.js"
compatibility_date = "2026-10-01"
durable_objects.bindings = [{ name = "COUNTER", class_name = "Counter" }]
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
`;

let project: string;
let worker: WorkerProcess;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "counting-worker-"));
  await mkdir(join(project, "src"));
  await writeFile(join(project, "src/worker.js"), COUNTING_WORKER);
  await writeFile(join(project, "wrangler.toml"), CONFIG);
  await symlink(join(import.meta.dirname, "../../node_modules"), join(project, "node_modules"), "junction");
  worker = await startWorker({ project, secrets: { SECRET: `{"it's": "$quoted # \\n"}` }, minutes: 2 });
}, 120_000);

afterAll(async () => {
  await worker.stop();
  await rm(project, { recursive: true });
});

const state = async (): Promise<unknown> => (await fetch(worker.url)).json();

describe("a Worker in its own processes", () => {
  it("takes secrets to the character and fires as of a given time", async () => {
    expect(await worker.fireCron(1_777_000_000_000)).toBe("ok");
    expect(await state()).toEqual({ times: [1_777_000_000_000], secret: `{"it's": "$quoted # \\n"}` });
  });

  it("is gone after a kill, and on the same storage after a restart", async () => {
    const { url } = worker;
    await worker.kill9();
    await expect(fetch(url)).rejects.toThrow();
    await worker.restart({ SECRET: "new" });
    expect(worker.url).toBe(url);
    expect(await state()).toEqual({ times: [1_777_000_000_000], secret: "new" });
  }, 60_000);
});
