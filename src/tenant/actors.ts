import { ActorDirectory, type EnrichmentTrouble, type KnownActors } from "../collection/actors.ts";
import type { KandjiFeed } from "../datasets/dataset.ts";
import type { RequestBudget } from "../kandji/budget.ts";
import type { KandjiClient } from "../kandji/client.ts";
import type { Documents } from "./documents.ts";
import type { EngineOptions } from "./engine.ts";
import type { Problem } from "./report.ts";

interface Around {
  readonly options: EngineOptions;
  readonly client: KandjiClient;
  readonly budget: RequestBudget;
  readonly documents: Documents;
}

/** The admins of a tenant, where a dataset is to say who acted; nothing is kept of them where none is. */
export function actorsOf(
  { options, client, budget, documents }: Around,
  dataset: KandjiFeed,
): ActorDirectory | undefined {
  const { ports, tenant } = options;
  const name = `actors ${dataset.name}`;
  if (tenant.datasets.get(dataset.name)?.enrich.includes("actor") !== true) {
    documents.delete(name);
    return undefined;
  }
  const store = {
    read: () => documents.read<KnownActors>(name),
    write: (known: KnownActors) => documents.write(name, known),
  };
  return new ActorDirectory({ ports, client, budget, store, dataset, fingerprint: tenant.fingerprint });
}

export function enrichmentProblems(subject: string, trouble: EnrichmentTrouble | null): Problem[] {
  if (trouble === null) return [];
  const message = `Events of people who are not known yet go out without "_actor": ${trouble.message}`;
  return [{ code: "enrichment-degraded", subject, message, fix: trouble.fix, health: "degraded" }];
}
