import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { DestinationReport, PeriodReport, SpanReport } from "../../tenant/report.ts";
import { Bars } from "./bars.tsx";
import { clip, lateness, number } from "./format.ts";

interface DestinationFiguresProps {
  readonly destination: DestinationReport;
  /** Whether the page has room for the last 30 days. */
  readonly isRoomy: boolean;
}

/** What a destination took over the last day and, one click down, the last 30 days, how late, and what it did not take. */
export function DestinationFigures({ destination, isRoomy }: DestinationFiguresProps): JSX.Element {
  const { lastDay, last30Days } = destination;
  return (
    <>
      {lastDay !== undefined && (
        <>
          <p class="about">Last 24 h</p>
          <Period period={lastDay} slot="an hour" />
        </>
      )}
      {isRoomy && last30Days !== undefined && (
        <details>
          <summary>Last 30 days</summary>
          <Period period={last30Days} slot="a day" />
        </details>
      )}
    </>
  );
}

function Period({ period, slot }: { period: PeriodReport; slot: string }): JSX.Element {
  const { total, parts } = period;
  return (
    <div class="multiples">
      <Accepted total={total} parts={parts} slot={slot} />
      <Delay total={total} parts={parts} />
      <Unaccepted total={total} parts={parts} />
    </div>
  );
}

interface Pictured {
  readonly total: SpanReport;
  readonly parts: readonly SpanReport[];
}

function Accepted({ total, parts, slot }: Pictured & { slot: string }): JSX.Element {
  const values = parts.map(({ records }) => records);
  return (
    <Bars layers={[{ values }]}>
      {total.records === 0
        ? "Nothing accepted"
        : `${number(total.records)} accepted, at most ${number(Math.max(...values))} in ${slot}`}
    </Bars>
  );
}

/** The median stands before the 95th percentile, which is never shorter. */
function Delay({ total: { delaySeconds: delay }, parts }: Pictured): JSX.Element {
  const p95s = parts.map(({ delaySeconds }) => delaySeconds?.p95 ?? 0);
  const medians = parts.map(({ delaySeconds }) => delaySeconds?.median ?? 0);
  return (
    <Bars
      layers={[
        { tone: "p95", values: p95s },
        { tone: "median", values: medians },
      ]}
    >
      {delay === null ? (
        "No live event accepted"
      ) : (
        <>
          Event to acceptance
          <Line tone="median">{lateness(delay.median)} median</Line>
          <Line tone="p95">{lateness(delay.p95)} 95th percentile</Line>
        </>
      )}
    </Bars>
  );
}

function Unaccepted({ total, parts }: Pictured): JSX.Element {
  const refused = parts.map((part) => requests(part.refused));
  const retried = parts.map((part) => requests(part.retried));
  const [given, again] = [requests(total.refused), requests(total.retried)];
  return (
    <Bars
      layers={[
        { tone: "refused", values: refused },
        { tone: "retried", values: retried, above: refused },
      ]}
    >
      {given === 0 && again === 0 ? "No request refused or retried" : "Requests not accepted"}
      {given > 0 && (
        <Line tone="refused">
          {number(given)} refused ({byAnswer(total.refused)})
        </Line>
      )}
      {again > 0 && (
        <Line tone="retried">
          {number(again)} retried ({byAnswer(total.retried)})
        </Line>
      )}
    </Bars>
  );
}

/** A line of a caption, with the colour that it tells of. */
const Line = ({ tone, children }: { tone: string; children?: Child }): JSX.Element => (
  <div>
    <i class={`key ${tone}`} /> {children}
  </div>
);

const requests = (answers: SpanReport["refused"]): number =>
  Object.values(answers).reduce((sum, some) => sum + some, 0);

/** "503: 12, timed out: 2", most first. */
const byAnswer = (answers: SpanReport["refused"]): string =>
  Object.entries(answers)
    .toSorted(([, one], [, other]) => other - one)
    .map(([answer, some]) => `${clip(answer.replaceAll("-", " "), 40)}:\u00A0${number(some)}`)
    .join(", ");
