import type { DestinationConfig, TenantConfig } from "../config/config.ts";
import { microsOf } from "../datasets/instant.ts";
import { datasets } from "../datasets/registry.ts";
import { UnreadableAnswer, type Dataset } from "../datasets/dataset.ts";
import { send } from "../delivery/send.ts";
import type { KandjiClient } from "../kandji/client.ts";
import type { Ports } from "../ports.ts";

/** One thing that was tried for real, and the mend when it failed. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
  readonly fix?: string;
}

const recentMs = 24 * 3_600_000;

/** A check that would come before the time that the other side named. */
export const postponed = (name: string, until: number): Check => ({
  name,
  ok: false,
  message: `No request is made before ${new Date(until).toISOString()}: the other side, or the hourly share, wants it so`,
  fix: "Verify again after that time",
});

/** Asks Kandji for one record of each dataset that the tenant collects. */
export async function checkSource(ports: Ports, client: KandjiClient, tenant: TenantConfig): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of tenant.datasets.keys()) {
    const dataset = datasets.get(name);
    if (dataset !== undefined) checks.push(await checkDataset(ports, client, dataset));
  }
  return checks;
}

async function checkDataset(ports: Ports, client: KandjiClient, dataset: Dataset): Promise<Check> {
  const { label, method, path } = dataset.permission;
  const name = `Kandji: "${label}" (${method} ${path})`;
  const request = dataset.ask({ limit: 1, since: microsOf(ports.now() - recentMs), order: "time" });
  const result = await client.get(request, dataset.permission);
  if (!result.ok) return { name, ok: false, message: result.failure.message, fix: result.failure.fix };
  try {
    const { records } = dataset.read(JSON.parse(result.body));
    const [record] = records;
    const seen = record === undefined ? "no record in the last 24 hours" : "a record was read";
    return { name, ok: true, message: `Kandji answered for ${client.host}: ${seen}` };
  } catch (error) {
    if (!(error instanceof UnreadableAnswer || error instanceof SyntaxError)) throw error;
    return {
      name,
      ok: false,
      message: "Kandji's answer is not the one its API page describes",
      fix: "Check that the API URL is the one of the console",
    };
  }
}

/** Sends one marked record through the real path and judges the answer. It is not counted. */
export async function checkDestination(ports: Ports, tenant: string, config: DestinationConfig): Promise<Check> {
  const { destination } = config;
  const name = `Destination ${config.id} (${config.type}, ${destination.host})`;
  const at = new Date(ports.now()).toISOString();
  const context = { tenant, dataset: "audit-events", test: true };
  const raw = JSON.stringify({
    id: `kandji-forwarder-test-${ports.now()}`,
    kandji_forwarder_test: true,
    message: "Test record of kandji-forwarder; it can be ignored",
    tenant,
    occurred_at: at,
  });
  const { open, close } = destination.frame;
  const body = open + destination.encode({ raw }, context) + close;
  const sent = await send(ports, destination, { id: `test_${tenant}_${config.id}_${ports.now()}`, context, body });
  if (!sent.answered) {
    return {
      name,
      ok: false,
      message: sent.why,
      fix: "Check the address of the intake and that it can be reached from the internet",
    };
  }
  const verdict = destination.judge(sent.answer);
  if (verdict.kind === "accepted")
    return { name, ok: true, message: `The test record was accepted (${sent.answer.status})` };
  const why = verdict.kind === "accepted-except" ? "The test record was refused" : verdict.why;
  const fix = verdict.kind === "locked-out" ? verdict.fix : fixes[verdict.kind];
  return { name, ok: false, message: why, fix };
}

const fixes = {
  "accepted-except": "Look at what the intake requires of a record",
  "try-later": "The intake is there and cannot take records now: try again later",
  "too-big": "The intake refuses even a small request: check the address",
  refused: "The intake understood the request and refused the test record: look at what it requires of a record",
} as const;
