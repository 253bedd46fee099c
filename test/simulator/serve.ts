/**
 * The simulator in a process of its own: `node test/simulator/serve.ts [--world FILE | --world '{…}'] [--port BASE]
 * [--minutes 30]`. Prints one line of JSON with its addresses when it is ready. It ends when its standard input
 * closes, so never outlives the program that started it, and at the latest when its time is over.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { worldPlan } from "./plan-schemas.ts";
import { World, type WorldPlan } from "./world.ts";

const { values } = parseArgs({
  options: {
    world: { type: "string" },
    port: { type: "string", default: "0" },
    minutes: { type: "string", default: "30" },
  },
});

function example(): WorldPlan {
  const now = Date.now();
  const events = [{ seed: 1, count: 1000, from: now - 86_400_000, to: now }];
  return {
    kandji: { acme: { token: "acme-token", permissions: ["*"], events, fleet: { devices: 50 } } },
    intakes: { archive: { kind: "webhook" } },
  };
}

function planFrom(argument: string | undefined): WorldPlan {
  if (argument === undefined) return example();
  const text = argument.trimStart().startsWith("{") ? argument : readFileSync(argument, "utf8");
  return worldPlan.parse(JSON.parse(text));
}

const world = new World(planFrom(values.world));
const stop = (): void => process.exit(0);
const { addresses } = await world.serve({ base: Number(values.port), onStop: stop });
console.log(JSON.stringify(addresses));

setTimeout(stop, Number(values.minutes) * 60_000);
process.on("SIGINT", stop).on("SIGTERM", stop);
process.stdin.on("end", stop).on("error", stop).resume();
