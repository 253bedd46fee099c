/** Contract §6: what the routes of the real Worker answer is what `/openapi.json` and docs/metrics.md say of them. */
import { afterEach, expect, test, vi } from "vitest";
import { described } from "../web/described.ts";
import { readExposition } from "../web/exposition.ts";
import { minute, Premises } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("after records that arrived and one that was refused, every answer is as described", async () => {
  const place = new Premises("described", [], { refuse: [{ contains: "<script>", status: 422 }] });
  place.happen(7, 1);
  const { now } = place;
  place.kandji.seed({ seed: 2, count: 1, from: now - 9_000, to: now - 8_000, marked: { count: 1, text: "<script>" } });
  await place.fire();
  await place.ringDue();
  place.pass(minute);
  await place.fire();
  expect((await place.report()).destinations).toMatchObject([{ delivered: 7, dead: 1 }]);
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await place.ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return { status: answer.status, value: await described(method, path, answer) };
  };
  const at = `/tenants/${place.tenant}`;
  for (const path of [
    "/healthz",
    "/status",
    `/status/${place.tenant}`,
    `${at}/chain`,
    `${at}/dead-letters`,
    "/openapi.json",
  ])
    expect([path, (await ask("GET", path)).status]).toEqual([path, 200]);
  expect((await ask("POST", `${at}/verify`)).status).toBe(200);
  for (const operation of ["poll", "pause", "resume", "dead-letters/redrive", "dead-letters/delete"])
    expect((await ask("POST", `${at}/${operation}`)).status).toBe(202);
  expect((await ask("POST", `${at}/pause`, { dataset: 7 })).status).toBe(400);
  expect((await ask("GET", "/status/nobody")).status).toBe(404);
  const metrics = readExposition(String((await ask("GET", "/metrics")).value));
  const delivered = metrics.get("kandji_forwarder_destination_delivered_records_total")?.series;
  expect(delivered?.find(({ labels }) => labels["tenant"] === place.tenant)?.value).toBe(7);
  expect((await ask("DELETE", at, { confirm: place.tenant })).status).toBe(202);
});
