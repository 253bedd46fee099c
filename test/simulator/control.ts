/** The hands on the simulator while it runs in a process of its own: make events, break things, read the account. */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { SimulatedIntake } from "./intake.ts";
import type { SimulatedKandji } from "./kandji.ts";
import { carryOut, fleetDeed } from "./fleet/fleet-schemas.ts";
import { eventPlan, faultSettings, intakeChange, kandjiChange } from "./plan-schemas.ts";
import type { World } from "./world.ts";

export function createControl(world: World, onStop: () => void): Hono {
  const control = new Hono().basePath("/_control");
  control.onError((error, c) => c.json({ error: error.message }, error instanceof HTTPException ? error.status : 400));

  const kandjiOf = (name: string): SimulatedKandji => found(world.kandji.get(name), `tenant ${name}`);
  const intakeOf = (name: string): SimulatedIntake => found(world.intakes.get(name), `intake ${name}`);
  const read = async <T>(request: Request, schema: z.ZodType<T>): Promise<T> => schema.parse(await request.json());

  control.post("/kandji/:name/events", async (c) => {
    const kandji = kandjiOf(c.req.param("name"));
    return c.json({ added: kandji.seed(await read(c.req.raw, eventPlan)) });
  });
  control.post("/kandji/:name/settings", async (c) => {
    kandjiOf(c.req.param("name")).change(await read(c.req.raw, kandjiChange));
    return c.json({});
  });
  control.post("/kandji/:name/faults", async (c) => {
    kandjiOf(c.req.param("name")).faults.set(await read(c.req.raw, faultSettings));
    return c.json({});
  });
  control.get("/kandji/:name", (c) => {
    const kandji = kandjiOf(c.req.param("name"));
    const newest = kandji.requests.newest(Number(c.req.query("requests") ?? "0"));
    return c.json({
      events: kandji.store.total,
      visible: kandji.store.visible().length,
      manners: kandji.requests.manners(),
      requests: newest,
      violations: kandji.violations,
    });
  });
  control.post("/kandji/:name/fleet", async (c) => {
    carryOut(kandjiOf(c.req.param("name")).fleet, await read(c.req.raw, fleetDeed));
    return c.json({});
  });
  control.get("/kandji/:name/fleet", (c) => {
    const { devices, log } = kandjiOf(c.req.param("name")).fleet;
    const after = Number(c.req.query("after") ?? "-1");
    return c.json({
      devices: devices.map(({ id, name, family }) => ({ id, name, family })),
      changes: log.all().filter((change) => change.at > after),
    });
  });

  control.post("/intakes/:name/settings", async (c) => {
    intakeOf(c.req.param("name")).change(await read(c.req.raw, intakeChange));
    return c.json({});
  });
  control.post("/intakes/:name/faults", async (c) => {
    intakeOf(c.req.param("name")).faults.set(await read(c.req.raw, faultSettings));
    return c.json({});
  });
  control.get("/intakes/:name", (c) => {
    const { memory, requests } = intakeOf(c.req.param("name"));
    return c.json({
      distinct: memory.times.size,
      arrivals: memory.arrivals,
      dropped: memory.dropped.size,
      refused: memory.refused.size,
      batches: memory.batches.length,
      changedBatches: [...memory.changedBatches],
      manners: requests.manners(),
      requests: requests.newest(Number(c.req.query("requests") ?? "0")),
    });
  });

  control.get("/account", (c) => {
    const since = c.req.query("since");
    return c.json({ accounts: world.accounts(since === undefined ? undefined : Number(since)), strays: world.strays });
  });
  control.post("/stop", (c) => {
    setTimeout(onStop, 10);
    return c.json({});
  });
  return control;
}

function found<T>(thing: T | undefined, name: string): T {
  if (thing === undefined) throw new HTTPException(404, { message: `There is no ${name}` });
  return thing;
}
