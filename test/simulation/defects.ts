/**
 * Mistakes that somebody might make, each as a change of the source: with one of them in the code, some history has to
 * break a promise. Those that were really made, and found by these histories, are marked.
 */
import type { Edit } from "./platform/source-edit.ts";
import { ofAsides } from "./aside-defects.ts";
import { ofWalks } from "./walk-defects.ts";

export interface Defect {
  readonly name: string;
  readonly edits: readonly Edit[];
}

const one = (name: string, file: string, find: string, replace: string): Defect => ({
  name,
  edits: [{ file, find, replace }],
});

const ofCollection: readonly Defect[] = [
  one(
    "cursor-before-spool",
    "collection/live-collector.ts",
    "if (stored > 0 || isStale) this.#c.ports.sql.transaction(() => this.#write());",
    `if (stored > 0 || isStale) {
      const { spool, ports } = this.#c;
      ports.sql.transaction(() => {
        spool.lanes.write(this.lane, spool.lanes.length(this.lane), { live: this.#state, tally: this.#tally, usage: this.#c.usage() });
        this.seen.remember([...this.#held.values()], this.#state.floor);
      });
      ports.sql.transaction(() => this.#write());
    }`,
  ),
  one("paging-without-the-last-instant", "collection/walk.ts", "since: place.at, order", "since: place.at + 1, order"),
  one("overlap-halved", "collection/live.ts", "seenAt + overlapMs <= now", "seenAt + overlapMs / 2 <= now"),
  one("overlap-ignored", "collection/live.ts", "seenAt + overlapMs <= now", "seenAt <= now"),
  one(
    "ids-forgotten",
    "collection/live-collector.ts",
    "return this.seen.has(id) || this.#held.has(id);",
    "return this.#held.has(id);",
  ),
  {
    name: "future-record-moves-the-watermark",
    edits: [
      {
        file: "collection/live.ts",
        find: "if (newest <= headOf(state) || newest > now * 1000) return state;",
        replace: "if (newest <= headOf(state)) return state;",
      },
      {
        file: "collection/live-collector.ts",
        find: "(latest, { time }) => (time <= now * 1000 ? Math.max(latest, time) : latest), 0);",
        replace: "(latest, { time }) => Math.max(latest, time), 0);",
      },
    ],
  },
  one(
    "history-skips-its-edge",
    "collection/history-reader.ts",
    "!(record.time === place.at && known.has(record.id))",
    "record.time !== place.at",
  ),
  one(
    "ties-not-read-by-id",
    "collection/walk.ts",
    "if (here.length >= limit) return { place: { ...placeAt(place.at), byId: true, lastNext: page.next }, oddities };",
    "if (here.length >= limit) return { place: placeAt(place.at + 1), oddities };",
  ),
  one(
    "surplus-of-owed-not-counted",
    "collection/history-reader.ts",
    "if (range.destination !== null) correct(spool, this.lane, range.destination, raws.length - range.expected);",
    'if (range.destination === null) correct(spool, this.lane, "", 0);',
  ),
  one(
    "records-written-anew",
    "collection/page.ts",
    'const raw = onOneLine(raws[index] ?? "");',
    "const raw = JSON.stringify(record);",
  ),
  one(
    "history-before-live",
    "tenant/plan.ts",
    "(live.find(isReady)?.step ?? inTurn(ranges.find(isReady)?.step, walk, view.lastRangeAt))",
    "(inTurn(ranges.find(isReady)?.step, walk, view.lastRangeAt) ?? live.find(isReady)?.step)",
  ),
];

const ofSpool: readonly Defect[] = [
  one(
    "spool-lets-go-without-owing",
    "spool/spool.ts",
    "dated(missed.map((raw) => this.#identify(segment.lane.dataset, raw))),",
    "dated(missed.slice(1).map((raw) => this.#identify(segment.lane.dataset, raw))),",
  ),
  // Made, and found by histories.
  one(
    "lane-passes-what-is-on-its-way",
    "spool/spool.ts",
    "if (!waiting.has(lane)) this.#letGo(segment);",
    "if (!this.#onTheWay.has(segment.id)) this.#letGo(segment);",
  ),
  // Made, and found by histories.
  one(
    "segment-freed-by-the-first",
    "spool/spool.ts",
    "const isNeeded = offsets.some(",
    "const isNeeded = offsets.every(",
  ),
  one(
    "newcomer-counted-from-the-start",
    "spool/offsets.ts",
    "joinedAt: { appended, shared },",
    "joinedAt: { appended: 0, shared: 0 },",
  ),
  one(
    "suspects-lost-when-let-go",
    "spool/spool.ts",
    "return at >= offset.position || suspects.some((suspect) => suspect.at === at);",
    "return at >= offset.position;",
  ),
  // Made, and found by histories.
  one(
    "owed-merged-while-read",
    "spool/ranges.ts",
    "last.edge.length > 0 || this.beingRead.has(last.id)",
    "last.edge.length > 0",
  ),
];

const ofDelivery: readonly Defect[] = [
  one(
    "offset-before-answer",
    "delivery/courier.ts",
    "const sent = await send(ports, config.destination, batch, this.#pass.token);",
    `this.#settle(batch, (offset) => ({ ...offset, position: batch.end }));
      const sent = await send(ports, config.destination, batch, this.#pass.token);`,
  ),
  one(
    "split-drops-its-half",
    "delivery/settlement.ts",
    "return { ...offset, ends: [...new Set(",
    "return { ...offset, position: inside[0] ?? end, ends: [...new Set(",
  ),
  one(
    "retry-after-ignored",
    "delivery/courier.ts",
    "backoffMs(attempts, ports.random(), afterMs)",
    "backoffMs(attempts, ports.random(), null)",
  ),
  one(
    "retry-after-of-kandji-ignored",
    "kandji/client.ts",
    "if (failure.retryAfterMs !== null) this.#budget.block(now + failure.retryAfterMs);",
    "",
  ),
  one(
    "retry-after-forgotten-by-a-restart",
    "tenant/state.ts",
    "note === undefined || (note.trouble?.kind === trouble?.kind && trouble?.isAsked !== true)",
    "note === undefined || note.trouble?.kind === trouble?.kind || trouble !== null",
  ),
  // Made, and found by histories.
  one(
    "retry-after-forgotten-with-a-new-secret",
    "tenant/roster.ts",
    "isSameSecret || isWish(before, config)",
    "isSameSecret",
  ),
  one(
    "refused-once-is-dead",
    "delivery/courier.ts",
    'if (choice.kind === "retrial" && choice.isFinal) return',
    'if (choice.kind !== "probe") return',
  ),
  one(
    "refused-batch-thrown-away",
    "delivery/courier.ts",
    "if (batch.positions.length > 1) this.#settle(batch, (offset) => split(offset, batch, culprit));",
    "if (batch.positions.length > 1) this.#settle(batch, (offset) => accepted(offset, batch, [], 0, 0));",
  ),
  one(
    "suspects-forgotten",
    "delivery/settlement.ts",
    "suspects: inOrder([...without(offset, suspect.at), suspect]),",
    "suspects: without(offset, suspect.at),",
  ),
  // Made, and found by histories.
  one(
    "left-out-beside-a-refused-one",
    "delivery/settlement.ts",
    "    skipped: offset.skipped + batch.skipped,\n    suspects: inOrder([...without",
    "    suspects: inOrder([...without",
  ),
  one("batch-id-by-the-clock", "delivery/batch.ts", "from, end - from, form,", "from, end - from, form, source.now,"),
  one(
    "no-answer-is-acceptance",
    "delivery/courier.ts",
    'this.#setBack({ kind: "try-later", why: sent.why }, null);',
    "this.#accept(batch, []);",
  ),
  one(
    "markup-is-acceptance",
    "destinations/receipts.ts",
    'if (text.startsWith("<")) return',
    "if (status === 0) return",
  ),
  one("refused-in-a-success-unseen", "destinations/axiom.ts", "return failed === 0\n", "return failed >= 0\n"),
  one("too-old-is-sent", "delivery/batch.ts", ": config.oldRecords;", ': "send";'),
  // Made, and found by histories.
  one(
    "probe-grows-at-its-retry",
    "delivery/courier.ts",
    'if (choice.kind === "probe") this.#settle',
    'if (choice.kind === "probe" && batch.end < 0) this.#settle',
  ),
];

const ofChain: readonly Defect[] = [
  one(
    "chain-row-forgets-other-lanes",
    "spool/chain.ts",
    "if (isFull) this.#store(destination, generation, [...loose, entry]);",
    "if (isFull) this.#store(destination, generation, [...(offset.chain?.tail ?? []), entry]);",
  ),
  one(
    "chain-names-another-batch",
    "delivery/acceptance.ts",
    "return { ...lane, id, at",
    "return { ...lane, id: `${id}x`, at",
  ),
];

const ofTenant: readonly Defect[] = [
  one(
    "pause-ignored",
    "tenant/engine.ts",
    "if (this.state.isPaused({ destination: courier.id }) || !courier.isReady()) {",
    "if (!courier.isReady()) {",
  ),
  one(
    "one-connection-for-all",
    "tenant/engine.ts",
    "new Connections(healthyConnections)",
    "new Connections(suspectConnections)",
  ),
  // Made, and found by histories.
  {
    name: "share-starved-by-guesses",
    edits: [
      {
        file: "tenant/heartbeat.ts",
        find: 'Math.min(guessSince(source, heartbeat, now), budget.left("live"))',
        replace: "guessSince(source, heartbeat, now)",
      },
      {
        file: "tenant/heartbeat.ts",
        find: "if (heartbeat.reserves === true && since === heartbeat.usage.at) return 0;",
        replace: "",
      },
      { file: "tenant/heartbeat.ts", find: "heartbeat.reserves === true ? 1 :", replace: "" },
    ],
  },
  // Made, and found by histories.
  one(
    "history-starved-by-a-small-share",
    "kandji/budget.ts",
    "return Math.max(0, due, this.#untilHistory - used);",
    "return Math.max(0, due * 0, this.#untilHistory - used);",
  ),
  one(
    "requests-counted-twice",
    "tenant/unwritten-requests.ts",
    "if (carried === undefined || carried.settled !== settledRequests(spool, id)) return nothingUnwritten;",
    "if (carried === undefined) return nothingUnwritten;",
  ),
  one("redrive-counts-twice", "tenant/operations.ts", "countDead(state, letter, 0);", ""),
  one(
    "redrive-drops",
    "tenant/operations.ts",
    "spool.append(lane, letter.destination, [spool.deadLetters.raw(letter.id)], ports.now(), null, happened);",
    "spool.lanes.write(lane, spool.lanes.length(lane), null);",
  ),
  one(
    "every-poll-writes",
    "tenant/state.ts",
    "if (step.isLast && (isSeldom(source) || this.#isEachPollReserved)) this.beat();",
    "if (step.isLast) this.beat();",
  ),
  {
    name: "token-in-a-problem",
    edits: [
      {
        file: "kandji/client.ts",
        find: "text.replaceAll(this.#token.reveal(), String(this.#token));",
        replace: "text;",
      },
      {
        file: "kandji/client.ts",
        find: "const body = answer.body === undefined ? undefined : hide(answer.body);",
        replace: "const body = JSON.stringify({ detail: hide(this.#token.reveal()) });",
      },
    ],
  },
  one(
    "object-forgotten-with-a-wrong-secret",
    "tenant/tenant-object.ts",
    "if (Date.now() < since + keptAbsentMs) return",
    "if (Date.now() < since) return",
  ),
  one(
    "requests-not-charged-after-a-restart",
    "tenant/heartbeat.ts",
    'budget.charge(Math.min(guessSince(source, heartbeat, now), budget.left("live")));',
    "",
  ),
  // Made, and found by histories.
  one(
    "requests-of-a-long-poll-unwritten",
    "tenant/state.ts",
    "if (isUnusual || isBlocked || this.budget.unwritten >",
    "if (isUnusual || isBlocked || 0 >",
  ),
  // Made, and found by histories.
  one(
    "every-alarm-polls-without-a-cron",
    "tenant/state.ts",
    "if (now - (source.lastSuccessAt ?? 0) >= pause) source.isAsked = true;",
    "if (pause > 0) source.isAsked = true;",
  ),
  one(
    "migration-in-pieces",
    "sqlite.ts",
    "    sql.transaction(() => {\n      for (const statement",
    "    ((work: () => void) => work())(() => {\n      for (const statement",
  ),
];

export const defects: readonly Defect[] = [
  ...ofCollection,
  ...ofWalks,
  ...ofSpool,
  ...ofDelivery,
  ...ofChain,
  ...ofTenant,
  ...ofAsides,
];
