import type { JSX } from "hono/jsx/jsx-runtime";
import type { Figure, HoursKnown, ReplayPreview, ReplayTarget } from "../../tenant/report.ts";
import { clip, count, duration, number, utc } from "./format.ts";
import { Layout, type Frame } from "./layout.tsx";
import { Fact, statusPath, tenantPath, utcText } from "./parts.tsx";

interface ReplayPreviewPageProps extends Frame {
  readonly tenant: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly preview: ReplayPreview;
  /** As it was asked: empty for a range that ends when it is begun. */
  readonly until: string;
}

/** What sending a range again would come to, before anything is begun: what is known, what is a guess, what nobody knows. */
export function ReplayPreviewPage(props: ReplayPreviewPageProps): JSX.Element {
  const { nonce, operable, tenant, version, now, preview, until } = props;
  const { dataset, destination, records, hours, kandji } = preview;
  const title = `Send ${clip(dataset, 100)} again?`;
  return (
    <Layout nonce={nonce} title={`${tenant}: ${title}`} version={version}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <a href={statusPath(tenant)}>{tenant}</a> / <b>Preview</b>
      </nav>
      <h1>{title}</h1>
      <p>
        {rangeOf(preview)} → {destination === null ? "all destinations" : clip(destination, 100)}. Nothing has begun.
      </p>
      <dl class="wide">
        <Fact name="Records">{figure(records)}</Fact>
        <Fact name="Requests to Kandji (now Iru)">{figure(kandji.requests)}</Fact>
        <Fact name="Reading takes">{timeOf(preview)}</Fact>
      </dl>
      <p>{hours === null ? aboutWalk(preview) : aboutHours(hours)}</p>
      <p class="about">
        At {utc(now)}, {count(kandji.left, "request")} may be made for the past; it may use an hour up to{" "}
        {number(kandji.perHour)}, polling included. What else is read again, and what destinations are owed, comes
        first.
      </p>
      <section>
        <h2>Sent to</h2>
        {preview.destinations.length === 0 && <p>No destination takes it</p>}
        <ul>
          {preview.destinations.map((target) => (
            <li>
              <b>{clip(target.name, 100)}</b>: {aboutTarget(target)}
            </li>
          ))}
        </ul>
        <p class="about">
          Requests are reckoned by the number of records; long ones fill a request sooner. What arrived before arrives
          twice.
        </p>
      </section>
      <section>
        <h2>Change it</h2>
        <ReplayFields preview={preview} tenant={tenant} until={until} operable={operable} />
      </section>
    </Layout>
  );
}

function ReplayFields(props: {
  preview: ReplayPreview;
  tenant: string;
  until: string;
  operable: boolean;
}): JSX.Element {
  const { preview, tenant, until, operable } = props;
  if (!operable) return <p class="note">Only the admin token may send it again</p>;
  return (
    <form method="post" action={`${tenantPath(tenant)}/replay`} class="typed">
      <input type="hidden" name="dataset" value={preview.dataset} />
      <label>
        From, in UTC
        <input name="since" required value={preview.since} autocomplete="off" spellcheck={false} />
      </label>
      <label>
        To, in UTC (empty: now)
        <input name="until" value={until} autocomplete="off" spellcheck={false} />
      </label>
      <input type="hidden" name="destination" value={preview.destination ?? ""} />
      <div class="operations">
        {/* The first one is what the enter key presses. */}
        <button formmethod="get">Preview</button>
        <button>Send again</button>
      </div>
    </form>
  );
}

const rangeOf = ({ since, until, hours }: ReplayPreview): string =>
  hours === null || until === null ? "As it is now" : `From ${utcText(since)} to ${utcText(until)}`;

/** "about 9,100, at least 8,700"; "at least 8,700". */
function figure({ atLeast, likely }: Figure): string {
  if (likely === null) return atLeast === 0 ? "not known" : `at least ${number(atLeast)}`;
  return likely <= atLeast ? number(atLeast) : `about ${number(likely)}, at least ${number(atLeast)}`;
}

function timeOf({ hours, kandji: { minutes } }: ReplayPreview): string {
  if (hours === null) return "as long as a walk";
  const least = minutes.likely ?? minutes.atLeast;
  if (least > 0) return `${minutes.likely === null ? "at least" : "about"} ${duration(least * 60_000)}`;
  return minutes.likely === null ? "not known" : "minutes";
}

function aboutHours({ inRange, counted, collected, unknown }: HoursKnown): string {
  const hours = `${number(inRange)} ${inRange === 1 ? "hour lies" : "hours lie"} in the range`;
  const parts = [`${number(counted)} counted in Kandji by a sweep`];
  if (collected > 0) parts.push(`${number(collected)} known by what was collected`);
  parts.push(unknown === 0 ? "none unknown" : `${number(unknown)} that nobody has counted`);
  return `${hours}: ${parts.join(", ")}. Hours at the edges count in part.`;
}

function aboutWalk({ records: { likely } }: ReplayPreview): string {
  return likely === null
    ? "It is walked whole for this. How many of its rows lie in the range, nobody has counted."
    : `It is walked whole for this, and each row is sent as it is then; ${count(likely, "row")} ${likely === 1 ? "is" : "are"} remembered of the last walk.`;
}

function aboutTarget({ takes, paused, requestsAtLeast, skipsBefore }: ReplayTarget): string {
  if (!takes) return "does not take this dataset; all of it would be skipped";
  const waits = paused ? "; it is paused, and what is read for it waits" : "";
  const skips = skipsBefore === null ? "" : `; what is older than ${utcText(skipsBefore)} is skipped`;
  if (requestsAtLeast === null) return `its secret cannot be read, so nobody knows how many requests${waits}`;
  const requests =
    requestsAtLeast === 0 ? "not known how many requests" : `at least ${count(requestsAtLeast, "request")}`;
  return `${requests}${skips}${waits}`;
}
