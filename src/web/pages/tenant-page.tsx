import type { JSX } from "hono/jsx/jsx-runtime";
import { ownTenantId } from "../../datasets/forwarder-log.ts";
import type { DeadLetterReport } from "../../tenant/report.ts";
import { worst } from "../../status/health.ts";
import type { StatusOfOne } from "../../status/overview.ts";
import { Completeness } from "./completeness.tsx";
import { DatasetCard } from "./dataset-card.tsx";
import { DeadLetters } from "./dead-letters.tsx";
import { DestinationCard } from "./destination-card.tsx";
import { tenantHeadline } from "./headline.ts";
import { Layout, type Frame } from "./layout.tsx";
import { notices } from "./notices.ts";
import { Operation, Problems, statusPath, tenantPath, Time, verifyPath } from "./parts.tsx";
import { RefreshSwitch } from "./refresh.tsx";
import { Replays } from "./replays.tsx";
import { Requests, Settings } from "./requests-and-settings.tsx";
import { isWalked, WalkedDatasets } from "./walked-datasets.tsx";

interface TenantPageProps extends Frame {
  readonly status: StatusOfOne;
  readonly deadLetters: readonly DeadLetterReport[];
  /** The operation that brought the reader here, as the address names it. */
  readonly done: string | undefined;
  /** Whether it loads itself anew; `undefined` for a page with fields, where somebody may be typing. */
  readonly refresh: boolean | undefined;
}

/** Of more destinations the last 30 days are left out: the page stays small. */
const mostWithMonths = 6;

/** One tenant: everything that is known of it, and what can be done. */
export function TenantPage({ nonce, operable, status, deadLetters, done, refresh }: TenantPageProps): JSX.Element {
  const { id } = status;
  const now = Date.parse(status.now);
  // The secret of one of its destinations is no part of the tenant, but it is what the page is about to tell.
  const health =
    status.health === "paused" ? "paused" : worst([status.health, ...status.problems.map((one) => one.health)]);
  const sentence = tenantHeadline({ ...status, health }, status.problems.length);
  const isRoomy = status.destinations.length <= mostWithMonths;
  const notice = notices.get(done ?? "");
  return (
    <Layout nonce={nonce} title={`${id}: ${sentence}`} health={health} version={status.version}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <b>{id}</b>
      </nav>
      {notice !== undefined && (
        <p class="notice" role="status">
          {notice} <a href={statusPath(id)}>Look again</a>
        </p>
      )}
      <h1 class={`headline ${health}`}>{sentence}</h1>
      <About status={status} now={now} refresh={refresh} />
      {operable && <Operations id={id} paused={status.paused} />}
      {status.notes.map((note) => (
        <p class="note">{note}</p>
      ))}
      <Problems problems={status.problems} />
      <Collected status={status} now={now} operable={operable} />
      <section>
        <h2>Sent to</h2>
        <div class="cards">
          {status.destinations.map((destination) => (
            <DestinationCard tenant={id} destination={destination} now={now} operable={operable} isRoomy={isRoomy} />
          ))}
        </div>
        {!isRoomy && <p class="about">What they took in the last 30 days: the JSON has it</p>}
        {status.destinations.length === 0 && (
          <p class="about">No destination yet: a tenant without one is not polled</p>
        )}
      </section>
      <Completeness datasets={status.datasets} />
      <Replays status={status} operable={operable} />
      <DeadLetters tenant={id} deadLetters={deadLetters} now={now} operable={operable} shown={10} />
      {id !== ownTenantId && <Requests requests={status.requests} />}
      <Settings status={status} />
      {operable && (
        <Forget
          id={id}
          hasSecret={status.settings !== null || status.problems.some((problem) => problem.code === "secret-invalid")}
        />
      )}
    </Layout>
  );
}

interface CollectedProps extends Pick<TenantPageProps, "status"> {
  readonly now: number;
  readonly operable: boolean;
}

function Collected({ status: { id, datasets }, now, operable }: CollectedProps): JSX.Element {
  return (
    <section>
      <h2>Collected</h2>
      <div class="cards">
        {datasets
          .filter((dataset) => !isWalked(dataset))
          .map((dataset) => (
            <DatasetCard tenant={id} dataset={dataset} now={now} operable={operable} />
          ))}
      </div>
      <WalkedDatasets tenant={id} datasets={datasets.filter(isWalked)} now={now} operable={operable} />
      {datasets.length === 0 && <p class="about">Nothing yet</p>}
    </section>
  );
}

function About({ status, now, refresh }: Pick<TenantPageProps, "status" | "refresh"> & { now: number }): JSX.Element {
  return (
    <p class="about">
      Reported: <Time at={status.reportedAt} now={now} /> · Cron fired: <Time at={status.cron.lastTickAt} now={now} />
      {refresh !== undefined && (
        <>
          {" · "}
          <RefreshSwitch path={statusPath(status.id)} on={refresh} />
        </>
      )}
    </p>
  );
}

function Operations({ id, paused }: { id: string; paused: boolean }): JSX.Element {
  const path = tenantPath(id);
  return (
    <div class="operations">
      <Operation action={`${path}/poll`} label="Poll and deliver now" about={id} />
      <Operation
        action={`${path}/${paused ? "resume" : "pause"}`}
        label={paused ? "Resume the tenant" : "Pause the tenant"}
        about={id}
      />
      <a class="button" href={verifyPath(id)}>
        Verify
      </a>
    </div>
  );
}

function Forget({ id, hasSecret }: { id: string; hasSecret: boolean }): JSX.Element {
  return (
    <section>
      <details>
        <summary>Forget this tenant</summary>
        <p>
          Its cursors, everything that waits, its counts and its dead letters are deleted, and nobody can bring them
          back.
          {hasSecret &&
            " Its secret is still there: the tenant starts anew at the next firing of the cron, with its whole history. Delete the secret first if it is to stay away."}
        </p>
        <form method="post" action={`${tenantPath(id)}/forget`} class="typed">
          <label>
            Type <b>{id}</b> to confirm
            <input name="confirm" required autocomplete="off" autocapitalize="none" spellcheck={false} />
          </label>
          <button class="danger">Forget {id}</button>
        </form>
      </details>
    </section>
  );
}
