/**
 * `npm run bench`: this Worker and a bare pipe in the same runtime, side by side, on the same simulator; then the rows that
 * storage bills. It ends by itself and takes along what it started. Figures of one run are to be compared with each
 * other only: simulator, intake and runtime share the machine.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { floor, forwarder, runOnce, tenant, token, withFloorProject, type Contestant, type Run } from "./contestants.ts";
import { machine, rowsTable, throughputTable } from "./tables.ts";
import { measureRows } from "./rows.ts";

const events = 100_000;
const rounds = 3;
