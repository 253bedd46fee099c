import type { JSX } from "hono/jsx/jsx-runtime";
import { actionNames } from "../../journal/actions.ts";
import { actionResults, type ActionResult, type Facts, type JournalEntry } from "../../journal/entry.ts";
import type { Health } from "../../tenant/report.ts";
import { clip, utc } from "./format.ts";
import { Layout } from "./layout.tsx";
import { Time } from "./parts.tsx";

interface JournalPageProps {
  readonly nonce: string | undefined;
  readonly version: string;
  readonly now: number;
  /** What the address asks for. */
  readonly asked: URLSearchParams;
  readonly entries: readonly JournalEntry[];
  readonly next: string | null;
}

/** Who did what to this forwarder, and what became of it. */
export function JournalPage({ nonce, version, now, asked, entries, next }: JournalPageProps): JSX.Element {
  return (
    <Layout nonce={nonce} title="Journal" version={version}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <b>Journal</b>
      </nav>
      <h1>Journal</h1>
      <p class="about">
        What people and programs did to this forwarder, newest first. Nobody can change it. Page made:{" "}
        <time datetime={new Date(now).toISOString()}>{utc(now)}</time>
      </p>
      <Filters asked={asked} />
      {entries.length === 0 ? (
        <p class="about">{next === null ? "No entry" : "No entry among those that were looked through"}</p>
      ) : (
        <ul class="letters">
          {entries.map((entry) => (
            <Entry entry={entry} now={now} />
          ))}
        </ul>
      )}
      <nav class="operations" aria-label="Pages">
        {asked.has("cursor") && (
          <a class="button" href={addressOf(asked, null)}>
            Newest
          </a>
        )}
        {next !== null && (
          <a class="button" href={addressOf(asked, next)}>
            Older
          </a>
        )}
      </nav>
    </Layout>
  );
}

function Filters({ asked }: { asked: URLSearchParams }): JSX.Element {
  const value = (name: string): string => asked.get(name) ?? "";
  return (
    <form method="get" action="/journal" class="filters">
      <Field name="since" label="Since (UTC)" value={value("since")} hint="2026-05-01T08:30:00Z" />
      <Field name="until" label="Until (UTC)" value={value("until")} hint="2026-05-01T09:30:00Z" />
      <Field name="actor" label="Actor: id or name" value={value("actor")} hint="ann@example.com" />
      <Field name="tenant" label="Tenant" value={value("tenant")} hint="acme" />
      <Choice name="action" label="Action" value={value("action")} choices={actionNames} />
      <Choice name="result" label="Result" value={value("result")} choices={actionResults} />
      <div class="operations">
        <button>Filter</button>
        <a class="button" href="/journal">
          Show all
        </a>
      </div>
    </form>
  );
}

function Field(props: { name: string; label: string; value: string; hint: string }): JSX.Element {
  return (
    <label>
      {props.label}
      <input name={props.name} value={clip(props.value, 320)} placeholder={props.hint} autocomplete="off" />
    </label>
  );
}

function Choice(props: { name: string; label: string; value: string; choices: readonly string[] }): JSX.Element {
  return (
    <label>
      {props.label}
      <select name={props.name}>
        <option value="">any</option>
        {props.choices.map((choice) => (
          <option value={choice} selected={choice === props.value}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}

const tones: Readonly<Record<ActionResult, Health>> = {
  SUCCEEDED: "ok",
  PARTIALLY_FAILED: "degraded",
  FAILED: "failing",
};

function Entry({ entry, now }: { entry: JournalEntry; now: number }): JSX.Element {
  const { actionName, actionDescription, actionResult, actionParams, actor, errors = [] } = entry;
  const about = [said(actionParams?.static), said(actionParams?.dynamic)].filter((text) => text !== "").join(" · ");
  return (
    <li>
      <p class="who">
        <span class={`badge ${tones[actionResult]}`}>{actionResult}</span> <b>{clip(actionName, 60)}</b>
        {about !== "" && <code>{clip(about, 300)}</code>}
      </p>
      <p>
        {clip(actor.name ?? actor.id, 320)}
        {entry.sourceIP !== undefined && <> from {clip(entry.sourceIP, 60)}</>} ·{" "}
        <Time at={entry.timestamp} now={now} />
      </p>
      {errors.map(({ message }) => (
        <p class="error">{clip(message, 400)}</p>
      ))}
      <details>
        <summary>{clip(actionDescription ?? "Everything", 200)}</summary>
        <pre>{clip(JSON.stringify(entry, null, 1), 2_000)}</pre>
      </details>
    </li>
  );
}

const said = (facts: Facts = {}): string =>
  Object.entries(facts)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(", ") : String(value)}`)
    .join(" · ");

/** The same filters at another place. */
function addressOf(asked: URLSearchParams, cursor: string | null): string {
  const query = new URLSearchParams([...asked].filter(([name, value]) => name !== "cursor" && value !== ""));
  if (cursor !== null) query.set("cursor", cursor);
  return query.size === 0 ? "/journal" : `/journal?${query.toString()}`;
}
