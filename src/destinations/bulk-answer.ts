import { fieldOf, jsonOf } from "../json.ts";
import { judgeStatus, type Meanings } from "./answers.ts";
import type { Answer, SentBatch, Verdict } from "./destination.ts";

/** What Elasticsearch answers to a bulk request: 200, and a status for each document, in order. */

const privileges = '"create_doc" and "auto_configure" on logs-iru.*-* and logs-kandji.*-*';
const checkKey = 'Check "apiKey", or "username" and "password": the key is the encoded one, of this deployment';
const checkPrivileges = `Give the API key or the role the index privileges ${privileges}`;
const checkAddress = 'Check "url": it is the address of Elasticsearch, not of Kibana, without /_bulk';

// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk: "Automatic data stream creation requires a
// matching index template with data stream enabled"; and a key that may not create one is answered 403.
const lockedOut: Meanings["lockedOut"] = new Map([
  [401, { means: "it does not know the credentials", fix: checkKey }],
  [403, { means: "it does not let them write", fix: checkPrivileges }],
  [404, { means: "there is nothing to write to", fix: checkAddress }],
]);
const meanings: Meanings = { who: "Elastic", refused: new Set([400]), lockedOut, otherwise: checkAddress };

/** For documents the same, but that the address is right: what is missing then is the data stream. */
const ofDocuments: Meanings = {
  who: "For a document Elastic",
  refused: new Set([400]),
  lockedOut: new Map([
    ...lockedOut,
    [
      404,
      {
        means: "there is no such data stream, and none is made",
        fix: 'Look in Elastic for an index template for "logs-*-*", and whether "action.auto_create_index" forbids it',
      },
    ],
  ]),
  otherwise: checkPrivileges,
};

/** One document of the answer. */
interface Item {
  readonly status: number;
  readonly error: unknown;
}

export function judgeBulk(answer: Answer, { records }: SentBatch): Verdict {
  const verdict = judgeStatus(answer.status, meanings);
  if (verdict.kind !== "accepted") return verdict;
  const answered = `Elastic answered ${answer.status}`;
  if (answer.status === 200 && answer.body === undefined) {
    // Reasons quote what they refuse. The same request would be answered at the same length, each half of it at less.
    return { kind: "too-big", why: `${answered} at such length that it was not read` };
  }
  const items = itemsOf(answer.body ?? "");
  if (items === undefined) return { kind: "try-later", why: `${answered} without a status for each document` };
  if (items.length !== records) {
    return { kind: "try-later", why: `${answered} for ${items.length} documents, and ${records} were sent` };
  }
  return judgeItems(items, answered);
}

/** What concerns all of them is said first: whoever is sent again and is there already is answered 409. */
function judgeItems(items: readonly Item[], answered: string): Verdict {
  const judged = items.map((item) => judgeItem(item));
  const obstacles = judged.filter((one) => one.kind === "try-later" || one.kind === "locked-out");
  const first = obstacles.find(({ kind }) => kind === "locked-out") ?? obstacles[0];
  if (first !== undefined) return { ...first, why: `${answered}. ${first.why}` };
  const refused = new Map(
    judged.flatMap((one, index) => (one.kind === "refused" ? [[index, `${answered}. ${one.why}`] as const] : [])),
  );
  return refused.size === 0 ? { kind: "accepted" } : { kind: "accepted-except", refused };
}

/** 200: a pipeline of the operator's drops it. 409: the id is taken, and so the document is there. */
const settled: ReadonlySet<number> = new Set([200, 201, 409]);
/** A pipeline says with it that it wants no such document, and would say so again; it comes with status 500. */
const pipelineRefuses = "fail_processor_exception";

function judgeItem({ status, error }: Item): Exclude<Verdict, { kind: "accepted-except" | "accepted-some" }> {
  if (settled.has(status)) return { kind: "accepted" };
  const refused = { kind: "refused", why: `For a document it answered ${status}${reasonOf(error)}` } as const;
  if (fieldOf(error, "type") === pipelineRefuses) return refused;
  const verdict = judgeStatus(status, ofDocuments);
  if (verdict.kind === "try-later" || (verdict.kind === "locked-out" && ofDocuments.lockedOut.has(status)))
    return verdict;
  if (status >= 400) return refused;
  return { kind: "try-later", why: `For a document it answered ${status}, which does not say that it has it` };
}

/**
 * The kind of the error and the field. Nothing else of Elastic's words: they quote the record, and whatever stands between
 * us and it may quote our credentials.
 */
function reasonOf(error: unknown): string {
  const type = fieldOf(error, "type");
  const reason = fieldOf(error, "reason");
  if (typeof type !== "string" || !/^[a-z_]{1,60}_exception$/u.test(type)) return "";
  const parts = /\bfield \[([^\]]*)\] of type \[([a-z_]{1,40})\]/u.exec(typeof reason === "string" ? reason : "");
  const [, field = "", kind] = parts ?? [];
  // In lower case and with dots, as fields are and credentials are not.
  return /^(?=.{3,120}$)[a-z0-9_@]+(?:\.[a-z0-9_]+)+$/u.test(field)
    ? ` (${type}: field ${field} of type ${kind})`
    : ` (${type})`;
}

function itemsOf(body: string): Item[] | undefined {
  const items = fieldOf(jsonOf(body), "items");
  if (!Array.isArray(items)) return undefined;
  const read = items.flatMap((item: unknown) => {
    const created = fieldOf(item, "create");
    const status = fieldOf(created, "status");
    return typeof status === "number" ? [{ status, error: fieldOf(created, "error") }] : [];
  });
  return read.length === items.length ? read : undefined;
}
