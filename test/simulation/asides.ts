/**
 * What goes on besides in some histories: people who ask for the past again, events that Kandji shows only when polling has
 * done with their moment, a chat that is told of health. All of it is drawn by a generator of its own, so that it shifts no draw of
 * a history: without asides a seed tells the same history as ever.
 */
import { integer, pick, randomFrom, seedFor, type Random } from "../simulator/random.ts";
import type { ChatKind } from "../simulator/chat.ts";
import { hour, minute, usualShare, type Beginning } from "./beginning.ts";
import { ofChats } from "./chat-deeds.ts";
import type { Deed } from "./deeds.ts";
import { askAgain, askTooOften, forgottenMeanwhile } from "./replay-deeds.ts";
import type { Stage } from "./stage.ts";
import { comeLate } from "./sweep-deeds.ts";

export interface ChatBeginning {
  readonly name: string;
  readonly kind: ChatKind;
  /** Of its address: a secret. */
  readonly path: string;
  readonly reminderEveryMs: number;
  /** The tenant of which it is told; all of them by default. */
  readonly tenant: string | undefined;
}

export interface Asides {
  readonly random: Random;
  readonly deeds: readonly Deed[];
  readonly chats: readonly ChatBeginning[];
  /** Whether a destination is forgotten in its middle. */
  readonly isOneForgotten: boolean;
  /** How often sweeps are made, where events come later than the overlap. */
  readonly sweepEveryMs: number | undefined;
}

export interface WithAsides {
  readonly beginning: Beginning;
  readonly asides: Asides;
}

/** Shares of the histories. */
const shares = { replays: 0.35, lateness: 0.3, chats: 0.3, forgotten: 0.3 };
const middle = 5;
/** Of the chapters of a history with asides, so many have one. */
const shareOfChapters = 0.6;

export function withAsides(beginning: Beginning, seed: number): WithAsides {
  const random = randomFrom(seedFor("asides", seed));
  const [asks, isLate, isTold] = [shares.replays, shares.lateness, shares.chats].map((share) => random() < share);
  // A sweep reads all of the history, again and again: a small share would be used up by that.
  const sweepEveryMs =
    isLate === true && beginning.maxRequestsPerHour >= usualShare ? pick(random, [10, 30]) * minute : undefined;
  const chats = isTold === true ? chatsOf(random, beginning) : [];
  const deeds = [
    ...(asks === true ? [askAgain, askAgain, askAgain, askTooOften] : []),
    ...(sweepEveryMs === undefined ? [] : [comeLate]),
    ...(chats.length === 0 ? [] : ofChats),
  ];
  // A month takes long to be lived through by a fleet, and is longer than sweeps look back.
  const canForget = asks === true && sweepEveryMs === undefined && beginning.fleet === undefined;
  const isOneForgotten = canForget && randomFrom(seedFor("forgotten", seed))() < shares.forgotten;
  const env = { ...beginning.env, ...Object.fromEntries(chats.map((chat) => [secretNameOf(chat), secretOf(chat)])) };
  for (const id of sweepEveryMs === undefined ? [] : beginning.homes.keys()) {
    const key = `TENANT_${id.toUpperCase()}`;
    env[key] = withSweeps(env[key] ?? "{}", (sweepEveryMs ?? 0) / minute);
  }
  return { beginning: { ...beginning, env }, asides: { random, deeds, chats, isOneForgotten, sweepEveryMs } };
}

function withSweeps(secret: string, everyMinutes: number): string {
  const json = JSON.parse(secret) as { readonly datasets: Readonly<Record<string, object>> };
  const events = { ...json.datasets["audit-events"], sweepEvery: `${everyMinutes}m` };
  return JSON.stringify({ ...json, datasets: { ...json.datasets, "audit-events": events } });
}

function chatsOf(random: Random, { homes }: Beginning): ChatBeginning[] {
  const [first] = homes.keys();
  return ["ops", "office"].slice(0, 1 + integer(random, 2)).map((name) => ({
    name,
    kind: pick<ChatKind>(random, ["json", "slack", "teams"]),
    path: `/hooks/secret-${integer(random, 1e9)}`,
    reminderEveryMs: pick(random, [1, 1, 24]) * hour,
    tenant: random() < 0.3 ? first : undefined,
  }));
}

const secretNameOf = ({ name }: ChatBeginning): string => `NOTIFY_${name.toUpperCase()}`;
const secretOf = ({ name, kind, path, reminderEveryMs, tenant }: ChatBeginning): string =>
  JSON.stringify({
    type: kind,
    url: `https://${name}.chat.example${path}`,
    reminderEvery: `${reminderEveryMs / hour}h`,
    ...(tenant === undefined ? {} : { tenants: [tenant] }),
  });

/** Lets a chapter pass, with whatever happens besides at some moment of it. */
export async function passChapter(stage: Stage, chapter: number, ms: number): Promise<void> {
  const { cloud, clock, asides } = stage;
  const { random, deeds } = asides;
  const end = clock.now() + ms;
  if (asides.isOneForgotten && chapter === middle) await perform(stage, forgottenMeanwhile, random);
  if (deeds.length > 0 && random() < shareOfChapters) {
    await cloud.advanceTo(clock.now() + Math.floor(random() * ms));
    await perform(stage, deeds[integer(random, deeds.length)], random);
  }
  await cloud.advanceTo(Math.max(end, clock.now()));
}

async function perform(stage: Stage, deed: Deed | undefined, random: Random): Promise<void> {
  const done = await deed?.act(stage, random);
  if (deed === undefined || done === undefined) return;
  stage.faults.add(deed.name);
  stage.tell(done);
}
