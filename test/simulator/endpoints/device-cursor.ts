/** A place in a walk by device: the id of one, and how many of its rows were given. The documented sample has this shape. */

export interface Place {
  readonly deviceId: string;
  readonly given: number;
}

export function writePlace({ deviceId, given }: Place): string {
  return btoa(`${deviceId}|${given}`);
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
