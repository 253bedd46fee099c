import type { JSX } from "hono/jsx/jsx-runtime";
import type { DatasetReport, OverlapReport, SweepReport } from "../../tenant/report.ts";
import { Records } from "./bars.tsx";
import { clip, count, number, percent, toCome } from "./format.ts";
import { Badge, Fact, Operation, tenantPath, Time, utcText } from "./parts.tsx";

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
      <Records slots={dataset.lastDay} within="24 h" slot="an hour" />
      <dl>
        <Fact name="Newest record">
          <Time at={dataset.newestRecordAt} now={now} />
          {dataset.newestRecord !== undefined && <small>{clip(dataset.newestRecord, 100)}</small>}
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
          <Backfill dataset={dataset} now={now} />
        </Fact>
        {dataset.overlap !== undefined && (
          <Fact name="Found by polling if late by">{overlapText(dataset.overlap)}</Fact>
        )}
        {dataset.sweep !== undefined && (
          <Fact name="Read again for later ones">
            <Sweep sweep={dataset.sweep} now={now} />
          </Fact>
        )}
      </dl>
      {dataset.last30Days !== undefined && (
        <details>
          <summary>Last 30 days</summary>
          <Records slots={dataset.last30Days} within="30 days" slot="a day" />
        </details>
      )}
      {dataset.sweep !== undefined && <Finds sweep={dataset.sweep} now={now} />}
    </article>
  );
}

function overlapText({ askedSeconds, seconds }: OverlapReport): string {
  return seconds > askedSeconds
    ? `${span(seconds)}, not only ${span(askedSeconds)}: a sweep found some that were later`
    : span(seconds);
}

/** Whole minutes where it is that long. */
const span = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

function Sweep({ sweep, now }: { sweep: SweepReport; now: number }): JSX.Element {
  if (sweep.state === "off") return <span>never</span>;
  if (sweep.state === "sweeping") {
    return <progress max={100} value={sweep.percent} aria-label="Sweep" />;
  }
  if (sweep.lastEndedAt === null) {
    return sweep.nextAt === null ? (
      <span class="none">not yet</span>
    ) : (
      <span>
        first <Time at={sweep.nextAt} now={now} />
      </span>
    );
  }
  return (
    <span>
      <Time at={sweep.lastEndedAt} now={now} />: {count(sweep.records, "event")}
    </span>
  );
}

/** What polling could not see, since it became visible after its moment was closed. */
function Finds({ sweep, now }: { sweep: SweepReport; now: number }): JSX.Element | null {
  if (sweep.finds.length === 0) return null;
  return (
    <details>
      <summary>Found by sweeps and sent</summary>
      <ul>
        {sweep.finds.map(({ at, records, oldestAt }) => (
          <li>
            <Time at={at} now={now} />: {count(records, "event")}
            {oldestAt !== null && `, the oldest of ${utcText(oldestAt)}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Backfill({ dataset, now }: { dataset: DatasetReport; now: number }): JSX.Element {
  const { state, percent: done, endsAt = null } = dataset.backfill;
  const end = toCome(endsAt, now);
  if (state === "none") {
    return <span>not asked for</span>;
  }
  if (state === "done") {
    return <span>complete</span>;
  }
  return (
    <span>
      {percent(done)}
      {end !== undefined && `, ends ${end}`}
      <progress
        max={100}
        value={Math.min(100, Math.max(0, done))}
        aria-label={`History of ${clip(dataset.name, 100)}`}
      />
    </span>
  );
}
