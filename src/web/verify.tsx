/** Does it work, end to end, now? A program is answered when all was tried; a person sees each result as it comes. */

import type { Context } from "hono";
import type { Problem, Progress, Verification } from "../tenant/report.ts";
import { wantsPage } from "./answers.tsx";
import { noBody, readBody } from "./bodies.ts";
import { note, sayError, type Noted } from "./journalling.ts";
import { CheckResult, CutShort, runningPage, textOf, Underway, Verdict } from "./pages/verify-page.tsx";
import { Refusal } from "./refusal.ts";
import { askTenant, subjectOf, type Subject } from "./subject.ts";
import { hindrances } from "../status/tenant-status.ts";
import { frameOf, permissionsOf } from "./views.tsx";
import type { WebTypes } from "./web-types.ts";

export async function verify(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  await readBody(c.req.raw, noBody);
  if (wantsPage(c)) return verifyOnPage(c, subject);
  const verification = await verified(subject);
  note(c, outcomeOf(verification));
  return c.json(verification);
}

async function verified(subject: Subject, tell?: (progress: Progress) => void): Promise<Verification> {
  const inTheWay = hindrances(subject.tenant);
  return inTheWay.length > 0 ? failedBefore(inTheWay) : askTenant(subject, (object) => object.verify(tell));
}

/** Whoever packs an answer on its way may hold it back until it is whole: https://hono.dev/docs/helpers/streaming */
const unpacked = { "Content-Type": "text/html; charset=UTF-8", "Content-Encoding": "identity" };

/** The page is sent as it grows, so that it needs no script. */
async function verifyOnPage(c: Context<WebTypes>, subject: Subject): Promise<Response> {
  const { tenant, gateway } = subject;
  const about = { tenant: tenant.id, version: gateway.version, permissions: permissionsOf(subject) };
  const growing = new GrowingPage((planned) => runningPage({ ...frameOf(c), ...about, planned }));
  const running = verified(subject, (progress) => growing.tell(progress));
  // What fails before anything was tried is refused as everywhere else.
  await Promise.race([growing.hasBegun, running]);
  const ended = running.then(
    (verification) => {
      note(c, outcomeOf(verification));
      growing.end(verification);
    },
    (error: unknown) => {
      note(c, { result: "FAILED", errors: [sayError(error instanceof Error ? error : new Error("unknown"))] });
      growing.cutShort(error);
    },
  );
  c.set("goesOn", ended);
  return c.body(growing.stream, 200, unpacked);
}

/** A page whose middle is not known when it is begun. Whoever reads it may go away: then nothing more is written. */
class GrowingPage {
  readonly stream: ReadableStream<Uint8Array>;
  readonly hasBegun: Promise<void>;
  readonly #open: (planned: readonly string[]) => readonly [string, string, string];
  #parts: readonly [string, string, string] | undefined;
  #begin: () => void = () => undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #planned: readonly string[] = [];
  readonly #told = new Set<string>();
  #results = 0;

  constructor(open: (planned: readonly string[]) => readonly [string, string, string]) {
    this.#open = open;
    this.hasBegun = new Promise((resolve) => (this.#begin = resolve));
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.#controller = undefined),
    });
  }

  tell(progress: Progress): void {
    if (progress.kind === "planned") this.#start(progress.names);
    else this.#result(progress.check);
  }

  /** What was not told on the way is told now. */
  end(verification: Verification): void {
    const { between } = this.#begun();
    for (const check of verification.checks.slice(this.#results)) this.#result(check, true);
    this.#close(between, textOf(<Verdict verification={verification} />));
  }

  cutShort(error: unknown): void {
    const { between } = this.#begun();
    const text = error instanceof Refusal ? error.text : unexpectedText;
    this.#close(between, textOf(<CutShort what={text.what} mend={text.mend} />));
  }

  #start(planned: readonly string[]): void {
    if (this.#parts !== undefined) return;
    this.#planned = planned;
    this.#parts = this.#open(planned);
    this.#write(this.#parts[0] + textOf(<Underway name={planned[0]} />));
    this.#begin();
  }

  #begun(): { readonly between: string } {
    this.#start([]);
    return { between: `<li class="over"></li>${this.#parts?.[1] ?? ""}` };
  }

  #result(check: Verification["checks"][number], isLast = false): void {
    this.#start([]);
    this.#results += 1;
    this.#told.add(check.name);
    const next = this.#planned.find((name) => !this.#told.has(name));
    this.#write(textOf(<CheckResult check={check} />) + (isLast ? "" : textOf(<Underway name={next} />)));
  }

  #close(between: string, verdict: string): void {
    this.#write(between + verdict + (this.#parts?.[2] ?? ""));
    this.#controller?.close();
    this.#controller = undefined;
  }

  #write(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }
}

const unexpectedText = {
  what: "Something unexpected happened",
  mend: "Run them again; if it stays so, look at the Worker's logs with npx wrangler tail",
};

function failedBefore(problems: readonly Problem[]): Verification {
  return {
    ok: false,
    checks: problems.map(({ subject, message, fix }) => ({ name: subject, ok: false, message, fix })),
  };
}

/** A verification is an operation that may fail in part. */
function outcomeOf({ ok, checks }: Verification): Noted {
  const failed = checks.filter((check) => !check.ok).map(({ name }) => `The check of ${name} failed`);
  if (ok) return { details: { checks: checks.length, failed: failed.length } };
  const result = failed.length === checks.length ? "FAILED" : "PARTIALLY_FAILED";
  return { result, errors: failed, details: { checks: checks.length, failed: failed.length } };
}
