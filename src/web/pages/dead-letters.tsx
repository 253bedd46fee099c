import type { JSX } from "hono/jsx/jsx-runtime";
import type { DeadLetterReport } from "../../tenant/report.ts";
import { clip, count } from "./format.ts";
import { Layout, type Frame } from "./layout.tsx";
import { Operation, statusPath, tenantPath, Time } from "./parts.tsx";

interface DeadLettersProps {
  readonly tenant: string;
  readonly deadLetters: readonly DeadLetterReport[];
  readonly now: number;
  readonly operable: boolean;
  /** How many at most; the rest is counted. */
  readonly shown: number;
}

/** Records that a destination refused for good, with what it said. */
export function DeadLetters({ tenant, deadLetters, now, operable, shown }: DeadLettersProps): JSX.Element | null {
  if (deadLetters.length === 0) {
    return null;
  }
  const path = `${tenantPath(tenant)}/dead-letters`;
  const rest = deadLetters.length - shown;
  return (
    <section>
      <h2>{count(deadLetters.length, "dead letter")}</h2>
      {operable && (
        <div class="operations">
          <Operation action={`${path}/redrive`} label="Try all again" about={`dead letters of ${tenant}`} />
          <details>
            <summary>Delete all</summary>
            <Operation
              action={`${path}/delete`}
              label={`Delete ${count(deadLetters.length, "dead letter")} for good`}
              about={`of ${tenant}`}
              danger
            />
          </details>
        </div>
      )}
      <ul class="letters">
        {deadLetters.slice(0, shown).map((letter) => (
          <DeadLetter letter={letter} path={path} now={now} operable={operable} />
        ))}
      </ul>
      {rest > 0 && (
        <p>
          And {rest} more: <a href={path}>see more</a>, or all of them as JSON at <code>{path}</code>
        </p>
      )}
    </section>
  );
}

function DeadLetter(props: { letter: DeadLetterReport; path: string; now: number; operable: boolean }): JSX.Element {
  const { letter, path, now, operable } = props;
  const fields = { ids: String(letter.id) };
  return (
    <li>
      <div class="top">
        <b>
          {clip(letter.dataset, 100)} → {clip(letter.destination, 100)}
        </b>
        <Time at={letter.at} now={now} />
        {operable && (
          <Operation action={`${path}/redrive`} label="Try again" about={`dead letter ${letter.id}`} fields={fields} />
        )}
        {operable && (
          <Operation
            action={`${path}/delete`}
            label="Delete"
            about={`dead letter ${letter.id}`}
            fields={fields}
            danger
          />
        )}
      </div>
      <p class="error">
        {letter.status === 0 ? "Never sent" : `HTTP ${letter.status}`}: {clip(letter.reason, 300)}
      </p>
      <p class="about">
        Record {letter.recordId === null ? "without an id" : <code>{clip(letter.recordId, 100)}</code>}
      </p>
      {letter.excerpt !== undefined && (
        <details>
          <summary>Beginning of the record</summary>
          <pre>{clip(letter.excerpt, 500)}</pre>
        </details>
      )}
    </li>
  );
}

interface DeadLettersPageProps extends Frame {
  readonly tenant: string;
  readonly deadLetters: readonly DeadLetterReport[];
  readonly now: number;
  readonly version: string;
}

export function DeadLettersPage({
  nonce,
  operable,
  tenant,
  deadLetters,
  now,
  version,
}: DeadLettersPageProps): JSX.Element {
  return (
    <Layout nonce={nonce} title={`${tenant}: dead letters`} version={version}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <a href={statusPath(tenant)}>{tenant}</a> / <b>Dead letters</b>
      </nav>
      <h1>Records that were refused for good</h1>
      {deadLetters.length === 0 && <p>There are none</p>}
      <DeadLetters tenant={tenant} deadLetters={deadLetters} now={now} operable={operable} shown={30} />
    </Layout>
  );
}
