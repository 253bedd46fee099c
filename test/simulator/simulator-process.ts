/** Starts the simulator in a process of its own and talks to its control routes. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Account } from "./account.ts";
import type { Change } from "./change.ts";
import type { EventPlan } from "./event-plan.ts";
import type { FaultSettings } from "./faults.ts";
import type { FleetChange } from "./fleet/change-log.ts";
import type { FleetDeed } from "./fleet/fleet-schemas.ts";
import type { IntakeSettings } from "./intake.ts";
import type { KandjiSettings, Violation } from "./kandji.ts";
import type { LoggedRequest, Manners } from "./request-log.ts";
import type { Stray, WorldAddresses, WorldPlan } from "./world.ts";

export interface KandjiReport {
  readonly events: number;
  readonly visible: number;
  readonly manners: Manners;
  readonly requests: readonly LoggedRequest[];
  readonly violations: readonly Violation[];
}

export interface FleetReport {
  readonly devices: readonly { readonly id: string; readonly name: string; readonly family: string }[];
  readonly changes: readonly FleetChange[];
}

export interface IntakeReport {
  readonly distinct: number;
  readonly arrivals: number;
  readonly dropped: number;
  readonly refused: number;
  readonly batches: number;
  readonly changedBatches: readonly string[];
  readonly manners: Manners;
  readonly requests: readonly LoggedRequest[];
}

export interface SimulatorProcess {
  readonly addresses: WorldAddresses;
  readonly pid: number;
  seed(tenant: string, plan: EventPlan): Promise<number>;
  changeKandji(tenant: string, change: Change<KandjiSettings>): Promise<void>;
  breakKandji(tenant: string, faults: Change<FaultSettings>): Promise<void>;
  kandji(tenant: string, newestRequests?: number): Promise<KandjiReport>;
  changeFleet(tenant: string, deed: FleetDeed): Promise<void>;
  /** All devices, and the changes later than `after`. */
  fleet(tenant: string, after?: number): Promise<FleetReport>;
  changeIntake(name: string, change: Change<IntakeSettings>): Promise<void>;
  breakIntake(name: string, faults: Change<FaultSettings>): Promise<void>;
  intake(name: string, newestRequests?: number): Promise<IntakeReport>;
  account(since?: number): Promise<{ readonly accounts: readonly Account[]; readonly strays: readonly Stray[] }>;
  stop(): Promise<void>;
}

const SERVE = join(import.meta.dirname, "serve.ts");

export async function startSimulator(plan: WorldPlan, { minutes = 30 } = {}): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [SERVE, "--world", JSON.stringify(plan), "--minutes", String(minutes)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve));
  const failed = gone.then((): never => {
    throw new Error("The simulator ended before it was ready");
  });
  const addresses = JSON.parse(await Promise.race([line, failed])) as WorldAddresses;
  failed.catch(() => {});

  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${addresses.control}/_control${path}`, sent);
    const said = (await answer.json()) as T & { error?: string };
    if (!answer.ok) throw new Error(`The simulator refuses ${path}: ${said.error ?? answer.status}`);
    return said;
  };

  return {
    addresses,
    pid: child.pid ?? 0,
    seed: async (tenant, events) => (await ask<{ added: number }>(`/kandji/${tenant}/events`, events)).added,
    changeKandji: (tenant, change) => ask(`/kandji/${tenant}/settings`, change),
    breakKandji: (tenant, faults) => ask(`/kandji/${tenant}/faults`, faults),
    kandji: (tenant, newest = 0) => ask(`/kandji/${tenant}?requests=${newest}`),
    changeFleet: (tenant, deed) => ask(`/kandji/${tenant}/fleet`, deed),
    fleet: (tenant, after = -1) => ask(`/kandji/${tenant}/fleet?after=${after}`),
    changeIntake: (name, change) => ask(`/intakes/${name}/settings`, change),
    breakIntake: (name, faults) => ask(`/intakes/${name}/faults`, faults),
    intake: (name, newest = 0) => ask(`/intakes/${name}?requests=${newest}`),
    account: (since) => ask(`/account${since === undefined ? "" : `?since=${since}`}`),
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
