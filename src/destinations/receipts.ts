import { judgeStatus, type Meanings } from "./answers.ts";
import type { Answer, Verdict } from "./destination.ts";
import { jsonOf } from "../json.ts";

/**
 * For intakes that promise with a 2xx to have stored the records: what comes back must look like that promise. Something in
 * between (a proxy, a captive portal) answers 2xx, too, and has stored nothing. In doubt a batch is sent again: a repeat
 * can be seen and removed, a loss cannot.
 */

/** Codes with which an intake may say that it has the records. The rest of 2xx tells of something else: 260 of a blocked tenant, 206 of a part. */
const usualPromises = [200, 201, 202, 204];

/**
 * Judges by the status, and takes a success only for one if nothing speaks against it. `promises` are the codes with which this
 * intake says that it has the records, where its vendor tells.
 */
export function judgeReceipt(answer: Answer, meanings: Meanings, promises: readonly number[] = usualPromises): Verdict {
  const verdict = judgeStatus(answer.status, meanings);
  if (verdict.kind !== "accepted") return verdict;
  const why = promises.includes(answer.status)
    ? doubt(answer, meanings.who)
    : `${meanings.who} answered ${answer.status}, which does not say that it has the records`;
  return why === undefined ? verdict : { kind: "try-later", why };
}

function doubt({ status, body }: Answer, who: string): string | undefined {
  const text = body?.trimStart() ?? "";
  if (text.startsWith("<")) return `A page of markup with status ${status} came back: it is not ${who} that answers`;
  if (text.startsWith("{") && jsonOf(text) === undefined)
    return `${who} answered ${status}, and its answer breaks off in the middle`;
  return undefined;
}
