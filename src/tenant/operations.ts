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
      spool.append(lane, letter.destination, [spool.deadLetters.raw(letter.id)], ports.now(), null);
      countDead(state, letter.destination, letter.dataset, { dead: -1, skipped: 0 });
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
    for (const { id, destination, dataset } of letters) {
      countDead(state, destination, dataset, { dead: -1, skipped: 1 });
      state.spool.deadLetters.delete(id);
    }
    return letters.length;
  });
}

/** Corrects the count in whichever lane of the destination holds it. */
function countDead(
  { spool }: TenantState,
  destination: string,
  dataset: string,
  change: { readonly dead: number; readonly skipped: number },
): void {
  const offset = spool.offsets.of(destination).find(({ lane, dead }) => lane.dataset === dataset && dead > 0);
  if (offset === undefined) return;
  spool.offsets.write({ ...offset, dead: offset.dead + change.dead, skipped: offset.skipped + change.skipped });
}
