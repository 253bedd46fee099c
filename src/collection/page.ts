import { createHash } from "node:crypto";
import { UnreadableAnswer, type Feed, type Micros } from "../datasets/dataset.ts";
import { parseInstant } from "../datasets/instant.ts";
import type { EventTime } from "../spool/hours.ts";
import { cutArray, onOneLine } from "./cut.ts";

/** One record of a page: its text as Kandji sent it, on one line, and what collection needs to know of it. */
export interface CollectedRecord {
  readonly raw: string;
  readonly id: string;
  /** Its own time; that of the record before it on the page where it has none. */
  readonly time: Micros;
  /** The time is its own. */
  readonly isDated: boolean;
  /** It has no id or no time: forwarded all the same, and counted. */
  readonly drift: boolean;
}

/** Where one without a time of its own stands depends on the page: it is in no hour. */
export const eventTime = ({ isDated, time }: CollectedRecord): EventTime => (isDated ? time : null);

export interface Page {
  readonly records: readonly CollectedRecord[];
  readonly next: string | null;
}

/** Kandji's ids have 36 characters. Ids are kept by the thousand in a row, and a row has 2 MB: of a longer one the hash is kept. */
const maxIdLength = 100;

/** A record without an id is known by its text: the same text is the same record. */
export function idOf(dataset: Feed, record: unknown, raw: string): string {
  const id = dataset.idOf(record);
  if (id !== undefined && id.length <= maxIdLength) return id;
  return `sha256:${createHash("sha256")
    .update(id ?? raw)
    .digest("base64")}`;
}

/** Reads an answer of Kandji. `since` is the time of records before which none is known. Throws `UnreadableAnswer`. */
export function readPage(dataset: Feed, text: string, since: Micros): Page {
  const reading = dataset.read(parse(text));
  const raws = cutArray(text, [dataset.recordsKey]);
  let time = since;
  const records = reading.records.map((record, index) => {
    const raw = onOneLine(raws[index] ?? "");
    const written = dataset.timeOf(record);
    const own = written === undefined ? undefined : parseInstant(written);
    time = own ?? time;
    return {
      raw,
      time,
      isDated: own !== undefined,
      id: idOf(dataset, record, raw),
      drift: own === undefined || dataset.idOf(record) === undefined,
    };
  });
  return { records, next: reading.next };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableAnswer("The answer is not JSON", { cause });
  }
}
