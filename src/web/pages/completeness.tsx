import type { JSX } from "hono/jsx/jsx-runtime";
import type { DatasetReport, DestinationHour, HourReport } from "../../tenant/report.ts";
import { clip, count, number } from "./format.ts";
import { utcText } from "./parts.tsx";

/** Hours of all tables together: a page stays small, and the JSON has all of them. */
const shownRows = 240;
const mostHours = 24;

interface Row {
  readonly hour: string;
  readonly inKandji: number;
  readonly found: DestinationHour;
}

const isOff = ({ found }: Row): boolean => found.missing > 0 && found.because === null;

/** What sweeps saw in Kandji of each hour, beside what became of it: a table for each destination. */
export function Completeness({ datasets }: { datasets: readonly DatasetReport[] }): JSX.Element | null {
  const tables = datasets.flatMap(({ name, completeness = [] }) =>
    namesIn(completeness).map((destination) => ({
      dataset: name,
      destination,
      rows: rowsOf(completeness, destination),
    })),
  );
  if (tables.length === 0) return null;
  const shown = Math.max(3, Math.min(mostHours, Math.floor(shownRows / tables.length)));
  return (
    <section>
      <h2>Hour by hour</h2>
      <p class="about">
        What Kandji had of an hour when it was last read again, and what has become of it. Hours are in UTC
      </p>
      {tables.map(({ dataset, destination, rows }) => (
        <Table title={`${clip(dataset, 100)} to ${clip(destination, 100)}`} rows={rows} shown={shown} />
      ))}
    </section>
  );
}

const namesIn = (hours: readonly HourReport[]): string[] => [
  ...new Set(hours.flatMap(({ destinations }) => destinations.map(({ name }) => name))),
];

/** Newest first. */
const rowsOf = (hours: readonly HourReport[], destination: string): Row[] =>
  hours
    .flatMap(({ hour, inKandji, destinations }) => {
      const found = destinations.find(({ name }) => name === destination);
      return found === undefined ? [] : [{ hour, inKandji, found }];
    })
    .toReversed();

function Table({ title, rows, shown }: { title: string; rows: readonly Row[]; shown: number }): JSX.Element {
  const off = rows.filter(isOff);
  // What does not add up comes first, however old it is.
  const listed = [...off, ...rows.filter((row) => !isOff(row))].slice(0, shown);
  return (
    <details open={off.length > 0}>
      <summary>
        {title}:{" "}
        {off.length === 0
          ? `all of ${count(rows.length, "hour")} add up`
          : `${off.length} of ${count(rows.length, "hour")} do not add up`}
      </summary>
      <table>
        <caption class="heard">{title}, hour by hour</caption>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col" class="figure">
              In Kandji
            </th>
            <th scope="col" class="figure">
              Delivered
            </th>
            <th scope="col" class="figure">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((row) => (
            <Line row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > listed.length && <p class="about">And {rows.length - listed.length} more: the JSON has them</p>}
    </details>
  );
}

function Line({ row }: { row: Row }): JSX.Element {
  const { hour, inKandji, found } = row;
  const reasons = reasonsOf(found);
  return (
    <tr>
      <th scope="row">
        <time datetime={hour}>{utcText(hour).replace("T", " ").replace(/:00Z$/, "")}</time>
      </th>
      <td class="figure">{number(inKandji)}</td>
      <td class="figure">{number(found.delivered)}</td>
      <td class="figure">
        {isOff(row) ? <b class="badge failing">{number(inKandji - found.delivered)}</b> : inKandji - found.delivered}
        {reasons !== "" && <div class="about">{reasons}</div>}
      </td>
    </tr>
  );
}

/** Why an hour has another number than was delivered. */
function reasonsOf({ pending, skipped, dead, missing, because }: DestinationHour): string {
  const parts = [
    pending > 0 && `${number(pending)} wait`,
    skipped > 0 && `${number(skipped)} skipped`,
    dead > 0 && `${number(dead)} dead`,
    missing > 0 && because === "owed" && `${number(missing)} come back`,
    missing > 0 && because === "replayed" && `${number(missing)} replayed since`,
    missing > 0 && because === null && `${number(missing)} missing`,
    missing < 0 && `${number(-missing)} not in Kandji any more, or sent twice`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}
