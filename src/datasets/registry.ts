import { auditEvents } from "./audit-events.ts";
import type { Dataset } from "./dataset.ts";

/** Every dataset that can be collected, by the name that the operator writes. */
export const datasets: ReadonlyMap<string, Dataset> = new Map([auditEvents].map((dataset) => [dataset.name, dataset]));
