import type { JSX } from "hono/jsx/jsx-runtime";
import type { DatasetReport } from "../../tenant/report.ts";
import { Bars } from "./bars.tsx";
import { clip, number, percent } from "./format.ts";
import { Badge, Fact, Operation, tenantPath, Time } from "./parts.tsx";

interface DatasetCardProps {
  readonly tenant: string;
  readonly dataset: DatasetReport;
  readonly now: number;
  readonly operable: boolean;
}

/** One dataset: how fresh it is, what came in during the last day, and how far history has been read. */
export function DatasetCard({ tenant, dataset, now, operable }: DatasetCardProps): JSX.Element {
  const name = clip(dataset.name, 100);
  return (
    <article>
      <div class="top">
        <h3>{name}</h3>
        <Badge health={dataset.paused ? "paused" : dataset.health} />
        {operable && (
          <Operation
            action={`${tenantPath(tenant)}/${dataset.paused ? "resume" : "pause"}`}
            label={dataset.paused ? "Resume" : "Pause"}
            about={`dataset ${name}`}
            fields={{ dataset: dataset.name }}
          />
        )}
      </div>
      <Bars lastDay={dataset.lastDay} />
      <dl>
        <Fact name="Newest record">
          <Time at={dataset.newestRecordAt} now={now} />
        </Fact>
        <Fact name="Last success">
          <Time at={dataset.lastSuccessAt} now={now} />
        </Fact>
        <Fact name="Next due">
          <Time at={dataset.nextDueAt} now={now} />
        </Fact>
        <Fact name="Collected">{number(dataset.collected)}</Fact>
        <Fact name="Seen again, not sent again">{number(dataset.duplicates)}</Fact>
        <Fact name="Became visible late">{number(dataset.late)}</Fact>
        {dataset.drift > 0 && <Fact name="Without id or time">{number(dataset.drift)}</Fact>}
        <Fact name="History">
          <Backfill dataset={dataset} />
        </Fact>
      </dl>
    </article>
  );
}

function Backfill({ dataset }: { dataset: DatasetReport }): JSX.Element {
  const { state, percent: done } = dataset.backfill;
  if (state === "none") {
    return <span>not asked for</span>;
  }
  if (state === "done") {
    return <span>complete</span>;
  }
  return (
    <span>
      {percent(done)}
      <progress
        max={100}
        value={Math.min(100, Math.max(0, done))}
        aria-label={`History of ${clip(dataset.name, 100)}`}
      />
    </span>
  );
}
