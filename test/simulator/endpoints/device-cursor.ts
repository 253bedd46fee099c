/** A place in a walk by device: the id of one, and how many of its rows were given. The documented sample has this shape. */

export interface Place {
  readonly deviceId: string;
  readonly given: number;
}

/** `emptyPages` before it led to the same place: no cursor comes twice in a row. */
export function writePlace({ deviceId, given }: Place, emptyPages = 0): string {
  return btoa(`${deviceId}|${"0".repeat(emptyPages)}${given}`);
}

/** How many pages were empty on the way to this cursor. */
export function emptyPagesBefore(cursor: string): number {
  return /\|(0*)\d/.exec(atob(cursor))?.[1]?.length ?? 0;
}

/** `undefined` when it is no such place. */
export function readPlace(cursor: string): Place | undefined {
  let text: string;
  try {
    text = atob(cursor);
  } catch {
    return undefined;
  }
  const [, deviceId = "", given] = /^([0-9a-f-]{36})\|(\d+)$/.exec(text) ?? [];
  return given === undefined ? undefined : { deviceId, given: Number(given) };
}
