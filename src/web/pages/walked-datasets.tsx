import type { JSX } from "hono/jsx/jsx-runtime";
import type { DatasetReport, WalkReport } from "../../tenant/report.ts";
import { worstFirst } from "../../status/health.ts";
import { Records } from "./bars.tsx";
import { clip, count, duration, number, percent, toCome } from "./format.ts";
import { Badge, Fact, Operation, statusPath, tenantPath, Time } from "./parts.tsx";

/** Datasets that are walked whole. A tenant may have thirty of them: a line each, and all of it one click down. */

export interface WalkedDataset extends DatasetReport {
  readonly walk: WalkReport;
}

export const isWalked = (dataset: DatasetReport): dataset is WalkedDataset => dataset.walk !== undefined;

interface WalkedDatasetsProps {
  readonly tenant: string;
  readonly datasets: readonly WalkedDataset[];
  readonly now: number;
  readonly operable: boolean;
}

/** All of a tenant's, for its own page. */
export function WalkedDatasets({ tenant, datasets, now, operable }: WalkedDatasetsProps): JSX.Element | null {
  if (datasets.length === 0) {
    return null;
  }
  return (
    <>
      <h3>Walked whole</h3>
      <p class="about">
        Kandji shows these only as they are now: all of it is read again and again, and what is new, changed or gone
        since the last walk is sent
      </p>
      <ul class="walked">
        {datasets.map((dataset) => (
          <li>
            <details>
              <summary>
                <Line dataset={dataset} now={now} />
              </summary>
              <Walked tenant={tenant} dataset={dataset} now={now} operable={operable} />
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

function Line({ dataset, now }: { dataset: WalkedDataset; now: number }): JSX.Element {
  return (
    <>
      <b>{clip(dataset.name, 100)}</b>
      <Badge health={dataset.paused ? "paused" : dataset.health} />
      <span class="about">{standing(dataset, now)}</span>
    </>
  );
}

function Walked(props: { tenant: string; dataset: WalkedDataset; now: number; operable: boolean }): JSX.Element {
  const { tenant, dataset, now, operable } = props;
  const name = clip(dataset.name, 100);
  return (
    <>
      <Records slots={dataset.lastDay} within="24 h" slot="an hour" />
      <Walk name={name} walk={dataset.walk} now={now} />
      <dl>
        {dataset.newestRecordAt !== null && (
          <Fact name="Newest record">
            <Time at={dataset.newestRecordAt} now={now} />
            {dataset.newestRecord !== undefined && <small>{clip(dataset.newestRecord, 100)}</small>}
          </Fact>
        )}
        <Fact name="Next due">
          <Time at={dataset.nextDueAt} now={now} />
        </Fact>
        <Fact name="Collected">{number(dataset.collected)}</Fact>
        <Fact name="Read again, unchanged">{number(dataset.duplicates)}</Fact>
        <Fact name="Rows remembered">{number(dataset.walk.remembered)}</Fact>
        {dataset.drift > 0 && <Fact name="Without identity">{number(dataset.drift)}</Fact>}
      </dl>
      {operable && (
        <Operation
          action={`${tenantPath(tenant)}/${dataset.paused ? "resume" : "pause"}`}
          label={dataset.paused ? "Resume" : "Pause"}
          about={`dataset ${name}`}
          fields={{ dataset: dataset.name }}
        />
      )}
    </>
  );
}

/** The walk in progress, or the last one. */
function Walk({ name, walk, now }: { name: string; walk: WalkReport; now: number }): JSX.Element {
  const isWalking = walk.state === "walking";
  return (
    <dl>
      {isWalking && (
        <Fact name="Walk in progress">
          {percent(walk.percent)}
          <progress max={100} value={Math.min(100, Math.max(0, walk.percent))} aria-label={`Walk of ${name}`} />
        </Fact>
      )}
      {isWalking ? (
        <Fact name="Began">
          <Time at={walk.startedAt} now={now} />
        </Fact>
      ) : (
        <Fact name="Last walk ended">
          <Time at={walk.endsAt} now={now} />
        </Fact>
      )}
      {isWalking && walk.endsAt !== null && (
        <Fact name="Expected end">
          <Time at={walk.endsAt} now={now} />
        </Fact>
      )}
      {!isWalking && <Fact name="It took">{taken(walk)}</Fact>}
      <Fact name="Rows">{number(walk.rows)}</Fact>
      <Fact name="Requests">{number(walk.requests)}</Fact>
      {walk.skippedDevices > 0 && <Fact name="Devices left out">{number(walk.skippedDevices)}</Fact>}
    </dl>
  );
}

function taken({ startedAt, endsAt }: WalkReport): string {
  const ms = Date.parse(endsAt ?? "") - Date.parse(startedAt ?? "");
  return Number.isNaN(ms) ? "–" : duration(Math.max(0, ms));
}

/** Where it stands, in a few words. */
function standing({ walk, backfill, nextDueAt, paused }: WalkedDataset, now: number): string {
  if (paused) {
    return walk.state === "walking" ? `stopped at ${percent(walk.percent)}` : count(walk.remembered, "row");
  }
  if (walk.state === "walking") {
    const what = backfill.state === "done" ? "walking" : "first walk";
    const end = toCome(walk.endsAt, now);
    return `${what}, ${percent(walk.percent)}${end === undefined ? "" : `, ends ${end}`}`;
  }
  if (backfill.state !== "done") {
    return "not walked yet";
  }
  return `${count(walk.remembered, "row")}, next ${toCome(nextDueAt, now) ?? "soon"}`;
}

const shownInBrief = 8;

/** Those of a tenant that are at work or need somebody, for the page of all tenants; the rest is counted. */
export function WalksInBrief(props: {
  tenant: string;
  datasets: readonly WalkedDataset[];
  now: number;
}): JSX.Element | null {
  const { tenant, datasets, now } = props;
  if (datasets.length === 0) {
    return null;
  }
  const notable = datasets
    .filter(isNotable)
    .toSorted((a, b) => worstFirst.indexOf(a.health) - worstFirst.indexOf(b.health));
  const named = notable.slice(0, shownInBrief);
  const more = notable.slice(shownInBrief);
  const resting = datasets.filter((dataset) => !isNotable(dataset));
  return (
    <article>
      <h3>
        <a href={statusPath(tenant)}>{count(datasets.length, "dataset")} walked whole</a>
      </h3>
      {named.length > 0 && (
        <ul class="lines">
          {named.map((dataset) => (
            <li>
              <Line dataset={dataset} now={now} />
            </li>
          ))}
        </ul>
      )}
      {more.length > 0 && <p class="about">And more: {counted(more)}</p>}
      {resting.length > 0 && <p class="about">At rest: {counted(resting)}</p>}
    </article>
  );
}

/** At work, or in need of somebody. */
const isNotable = ({ health, walk }: WalkedDataset): boolean =>
  health === "failing" || health === "degraded" || (health === "ok" && walk.state === "walking");

/** "20 ok, 2 paused". */
function counted(datasets: readonly WalkedDataset[]): string {
  const counts = worstFirst.flatMap((health) => {
    const those = datasets.filter((dataset) => (dataset.paused ? "paused" : dataset.health) === health).length;
    return those === 0 ? [] : [`${number(those)} ${health}`];
  });
  return counts.join(", ");
}
