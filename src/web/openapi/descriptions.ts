/** What each route is for, takes and answers: one line for each, by its method and path as `routes.ts` has them. */

import * as z from "zod";
import { confirmBody, deadLettersBody, noBody, replayBody, scopeBody } from "../bodies.ts";
import { question } from "../chain.ts";
import { journalFilters } from "../journal.tsx";
import * as answers from "./answers.ts";

/** What an answer that is no refusal holds. */
export interface Answer {
  readonly status: 200 | 202 | 302 | 303 | 503;
  readonly says: string;
  readonly json?: z.ZodType;
  /** The same path is a page for whoever would rather have one; without `json` it always is. */
  readonly page?: true;
  /** Media type of what is neither. */
  readonly text?: string;
}

export interface Description {
  /** Unique, camel case. */
  readonly id: string;
  readonly does: string;
  readonly answers: readonly [Answer, ...Answer[]];
  readonly body?: z.ZodType;
  /** An object: one property for each parameter. */
  readonly query?: z.ZodType;
  /** 409: a secret that is absent or broken stands in the way. */
  readonly hinders?: true;
}

const shows = (json: z.ZodType, says: string): readonly [Answer] => [{ status: 200, says, json }];
const showsPage = (json: z.ZodType, says: string): readonly [Answer] => [{ status: 200, says, json, page: true }];
const done = (json: z.ZodType = answers.accepted): readonly [Answer, Answer] => [
  { status: 202, says: "Accepted; it finishes on its own and is safe to repeat", json },
  { status: 303, says: "Accepted from a form of a page, which is led on to where it shows" },
];

const refresh = z.object({
  refresh: z.literal("off").optional().describe("Of the page: it does not load itself anew"),
});

const redrive = { body: deadLettersBody.schema, answers: done(answers.acceptedDeadLetters), hinders: true } as const;
const forget = { body: confirmBody.schema, answers: done() } as const;

export const healthz: Description = {
  id: "health",
  does: "Whether all is well; open to everybody, an answer stands for a minute",
  answers: [
    { status: 200, says: "Well, or never ticked yet", json: answers.wellness },
    { status: 503, says: "Something is failing", json: answers.wellness },
  ],
};

export const descriptions: Readonly<Record<string, Description>> = {
  "GET /": { id: "begin", does: "Leads to the status", answers: [{ status: 302, says: "To /status" }] },
  "GET /status": {
    id: "status",
    does: "How the whole installation does",
    query: refresh,
    answers: showsPage(answers.status, "The status"),
  },
  "GET /status/:tenant": {
    id: "statusOfTenant",
    does: "How one tenant does, asked of the tenant itself",
    query: refresh,
    answers: showsPage(answers.statusOfOne, "The status of the tenant"),
    hinders: true,
  },
  "GET /verify/:tenant": {
    id: "verifyPage",
    does: "A page with the button that runs the checks",
    answers: [{ status: 200, says: "The page", page: true }],
  },
  "POST /tenants/:tenant/verify": {
    id: "verify",
    does: "Tries both ends for real: each permission, and each destination with a marked record",
    body: noBody.schema,
    answers: showsPage(answers.verification, "What was tried, and what came of it"),
  },
  "POST /tenants/:tenant/poll": {
    id: "poll",
    does: "Polls and delivers now",
    body: noBody.schema,
    answers: done(),
    hinders: true,
  },
  "POST /tenants/:tenant/pause": {
    id: "pause",
    does: "Pauses a dataset, a destination, or the whole tenant",
    body: scopeBody.schema,
    answers: done(),
    hinders: true,
  },
  "POST /tenants/:tenant/resume": {
    id: "resume",
    does: "Resumes what was paused",
    body: scopeBody.schema,
    answers: done(),
    hinders: true,
  },
  "GET /tenants/:tenant/replay": {
    id: "previewReplay",
    does: "What collecting a range again would come to; nothing is begun",
    query: replayBody.schema,
    answers: showsPage(answers.replayPreview, "Records and requests, as far as they are known"),
    hinders: true,
  },
  "POST /tenants/:tenant/replay": {
    id: "replay",
    does: "Collects a range again and sends it, to one destination or to all",
    body: replayBody.schema,
    answers: done(answers.acceptedReplay),
    hinders: true,
  },
  "GET /tenants/:tenant/chain": {
    id: "chain",
    does: "The chain of what each destination accepted, for npm run verify-chain",
    query: question.schema,
    answers: shows(answers.chain, "The manifest"),
    hinders: true,
  },
  "GET /tenants/:tenant/dead-letters": {
    id: "deadLetters",
    does: "Records that a destination refused for good",
    answers: showsPage(answers.deadLetters, "The dead letters"),
    hinders: true,
  },
  "POST /tenants/:tenant/dead-letters/redrive": { id: "redrive", does: "Tries dead letters again", ...redrive },
  "DELETE /tenants/:tenant/dead-letters": { id: "deleteDeadLetters", does: "Deletes dead letters", ...redrive },
  "POST /tenants/:tenant/dead-letters/delete": {
    id: "deleteDeadLettersByPost",
    does: "The same as the DELETE, for forms",
    ...redrive,
  },
  "DELETE /tenants/:tenant": { id: "forget", does: "Forgets the state of a tenant", ...forget },
  "POST /tenants/:tenant/forget": { id: "forgetByPost", does: "The same as the DELETE, for forms", ...forget },
  "GET /journal": {
    id: "journal",
    does: "Who did what to this forwarder, newest first",
    query: journalFilters,
    answers: showsPage(answers.journal, "A page of entries"),
  },
  "GET /docs/operating.md": {
    id: "problemGuide",
    does: "A page: what each problem means and what mends it, as docs/operating.md of this version has it",
    answers: [{ status: 200, says: "The page", page: true }],
  },
  "GET /metrics": {
    id: "metrics",
    does: "The figures of the status as Prometheus text; docs/metrics.md",
    answers: [{ status: 200, says: "Prometheus text, version 0.0.4", text: "text/plain" }],
  },
  "GET /openapi.json": {
    id: "openapi",
    does: "This document",
    answers: shows(z.looseObject({ openapi: z.string() }), "OpenAPI 3.1"),
  },
};
