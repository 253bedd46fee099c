import type { DeadLetter } from "../spool/dead-letters.ts";
import { beginOf, counted } from "../spool/hours.ts";
import type { DeadLetterReport, Scope } from "./report.ts";
import type { TenantState } from "./state.ts";

/** What a person does to a tenant: each is safe to repeat. */

const excerptLength = 500;

const withItem = (items: readonly string[], item: string | undefined): string[] =>
  item === undefined ? [...items] : [...new Set([...items, item])];
const withoutItem = (items: readonly string[], item: string | undefined): string[] =>
  items.filter((other) => other !== item);

const isWhole = ({ dataset, destination }: Scope): boolean => dataset === undefined && destination === undefined;

export function pause(state: TenantState, scope: Scope): void {
  const { isPaused, pausedDatasets, pausedDestinations } = state.note;
  state.changeNote({
    isPaused: isPaused || isWhole(scope),
    pausedDatasets: withItem(pausedDatasets, scope.dataset),
    pausedDestinations: withItem(pausedDestinations, scope.destination),
  });
}

/** Resuming the whole tenant lifts the pause of the whole; a dataset or destination that was paused by itself stays so. */
export function resume(state: TenantState, scope: Scope): void {
  const { isPaused, pausedDatasets, pausedDestinations } = state.note;
  state.changeNote({
    isPaused: isPaused && !isWhole(scope),
    pausedDatasets: withoutItem(pausedDatasets, scope.dataset),
    pausedDestinations: withoutItem(pausedDestinations, scope.destination),
  });
}

export function deadLetters(state: TenantState): DeadLetterReport[] {
  const isResident = state.options.tenant.jurisdiction !== undefined;
  return state.spool.deadLetters.all().map(({ at, ...letter }) => ({
    ...letter,
    ...(isResident ? {} : { excerpt: state.spool.deadLetters.excerpt(letter.id, excerptLength) }),
    at: new Date(at).toISOString(),
  }));
}

const chosen = (state: TenantState, ids: readonly number[] | undefined) =>
  state.spool.deadLetters.all().filter(({ id }) => ids?.includes(id) ?? true);

/** Sends dead letters again: they move from dead to pending, in a stream of their own. */
export function redrive(state: TenantState, ids: readonly number[] | undefined): number {
  const { ports } = state.options;
  const { spool } = state;
  return ports.sql.transaction(() => {
    let moved = 0;
    for (const letter of chosen(state, ids)) {
      const lane = { dataset: letter.dataset, stream: "redriven" } as const;
      const hour = spool.deadLetters.hour(letter.id);
      const happened = hour === null ? null : { times: [beginOf(hour)] };
      spool.append(lane, letter.destination, [spool.deadLetters.raw(letter.id)], ports.now(), null, happened);
      countDead(state, letter, 0);
      spool.deadLetters.delete(letter.id);
      moved += 1;
    }
    return moved;
  });
}

/** Lets dead letters go: they move from dead to skipped. */
export function deleteDeadLetters(state: TenantState, ids: readonly number[] | undefined): number {
  return state.options.ports.sql.transaction(() => {
    const letters = chosen(state, ids);
    for (const letter of letters) {
      countDead(state, letter, 1);
      state.spool.deadLetters.delete(letter.id);
    }
    return letters.length;
  });
}

/** Counts it as dead no more, in whichever lane of the destination holds it. */
function countDead({ spool }: TenantState, { id, destination, dataset }: DeadLetter, skipped: 0 | 1): void {
  const offset = spool.offsets.of(destination).find(({ lane, dead }) => lane.dataset === dataset && dead > 0);
  if (offset === undefined) return;
  const hour = spool.deadLetters.hour(id);
  const hours = counted(offset.hours ?? [], [
    [hour, "dead", -1],
    [hour, "skipped", skipped],
  ]);
  spool.offsets.write({ ...offset, dead: offset.dead - 1, skipped: offset.skipped + skipped, hours });
}
