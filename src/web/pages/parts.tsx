import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { guidePath, type ToldProblem } from "../../status/told-problem.ts";
import type { Health } from "../../tenant/report.ts";
import { clip, relative, utc } from "./format.ts";

/** Small pieces that several pages show. */

export function Badge({ health }: { health: Health }): JSX.Element {
  return <span class={`badge ${health}`}>{health}</span>;
}

/** A time as a person asks for it, how long ago, and as a log has it, in UTC. */
export function Time({ at, now }: { at: string | null; now: number }): JSX.Element {
  if (at === null) {
    return <span class="none">never</span>;
  }
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) {
    return <span>{clip(at, 60)}</span>;
  }
  return (
    <time datetime={at}>
      {relative(ms, now)} <small>{utc(ms)}</small>
    </time>
  );
}

/** A time as a log has it, in UTC, whole seconds. */
export const utcText = (at: string): string => clip(at.replace(/\.\d+Z$/, "Z"), 60);

export function Fact({ name, children }: { name: string; children?: Child }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A button that posts `fields` to `action`: a form of its own, so that it works without script. */
export function Operation(props: {
  action: string;
  label: string;
  /** What is heard of the button besides its label. */
  about: string;
  fields?: Readonly<Record<string, string>>;
  danger?: boolean;
}): JSX.Element {
  const { action, label, about, fields = {}, danger = false } = props;
  return (
    <form method="post" action={action}>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={danger ? "danger" : undefined}>
        {label}
        <span class="heard"> {about}</span>
      </button>
    </form>
  );
}

const shownProblems = 25;

export function Problems({ problems }: { problems: readonly ToldProblem[] }): JSX.Element | null {
  if (problems.length === 0) {
    return null;
  }
  const worstFirst = problems.toSorted((a, b) => Number(a.health === "degraded") - Number(b.health === "degraded"));
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">What needs you</h2>
      <ul class="problems">
        {worstFirst.slice(0, shownProblems).map((problem) => (
          <li class={problem.health}>
            <p class="who">
              <Badge health={problem.health} /> <b>{clip(problem.subject, 200)}</b> <code>{problem.code}</code>
            </p>
            <p>{clip(problem.message, 400)}</p>
            <p class="mend">{clip(problem.fix, 400)}</p>
            <p class="about">
              More: <a href={problem.docs}>{`${guidePath.slice(1)}#${problem.code}`}</a>
            </p>
          </li>
        ))}
      </ul>
      {problems.length > shownProblems && (
        <p>And {problems.length - shownProblems} more: the pages of the tenants have them</p>
      )}
    </section>
  );
}

export function tenantPath(id: string): string {
  return `/tenants/${encodeURIComponent(id)}`;
}

export function statusPath(id: string): string {
  return `/status/${encodeURIComponent(id)}`;
}

export function verifyPath(id: string): string {
  return `/verify/${encodeURIComponent(id)}`;
}
