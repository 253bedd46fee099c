import type { JSX } from "hono/jsx/jsx-runtime";
import type { StatusOfOne } from "../../status/overview.ts";
import { clip, percent } from "./format.ts";
import { tenantPath, utcText } from "./parts.tsx";

interface ReplaysProps {
  readonly status: StatusOfOne;
  readonly operable: boolean;
}

/** What is being collected again, and the form that asks for more. */
export function Replays({ status, operable }: ReplaysProps): JSX.Element | null {
  const { replays, datasets } = status;
  if (!operable && replays.length === 0) return null;
  return (
    <section>
      <h2>Send again</h2>
      {replays.length > 0 && (
        <ul>
          {replays.map(({ dataset, destination, since, until, percent: done }) => (
            <li>
              <b>{clip(dataset, 100)}</b>
              {until === null ? ", as it is now" : ` from ${utcText(since)} to ${utcText(until)}`} →{" "}
              {destination === null ? "all destinations" : clip(destination, 100)}: {percent(done)} read
            </li>
          ))}
        </ul>
      )}
      {operable && datasets.length > 0 && (
        <details>
          <summary>Send a range again</summary>
          <p>
            It is read from Kandji once more and sent, beside everything else and with at most 80 % of the hourly share.
            What arrived before arrives twice. Datasets of state are sent as they are now.
          </p>
          <ReplayForm status={status} />
        </details>
      )}
    </section>
  );
}

function ReplayForm({ status: { id, datasets, destinations } }: Pick<ReplaysProps, "status">): JSX.Element {
  return (
    <form method="post" action={`${tenantPath(id)}/replay`} class="typed">
      <label>
        Dataset
        <select name="dataset">
          {datasets.map(({ name }) => (
            <option value={name}>{clip(name, 100)}</option>
          ))}
        </select>
      </label>
      <label>
        From, in UTC
        <input name="since" required placeholder="2026-05-01T00:00:00Z" autocomplete="off" spellcheck={false} />
      </label>
      <label>
        To, in UTC (empty: now)
        <input name="until" placeholder="2026-05-02T00:00:00Z" autocomplete="off" spellcheck={false} />
      </label>
      <label>
        Destination
        <select name="destination">
          <option value="">all of them</option>
          {destinations.map(({ name }) => (
            <option value={name}>{clip(name, 100)}</option>
          ))}
        </select>
      </label>
      <div class="operations">
        {/* The same fields by GET: nothing is begun. It comes first, so that the enter key asks for it. */}
        <button formmethod="get">Preview</button>
        <button>Send again</button>
      </div>
    </form>
  );
}
