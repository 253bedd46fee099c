/** Chance from a seed: the same seed tells the same story, so a failure can be replayed by its number. */

export type Random = () => number;

/** mulberry32: small, fast and good enough for shaping data; nothing secret depends on it. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Another seed for each name: two tenants with the same plan must not have the same events. */
export function seedFor(name: string, seed: number): number {
  let mixed = seed >>> 0;
  for (let i = 0; i < name.length; i += 1) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return mixed;
}

export function integer(random: Random, below: number): number {
  return Math.floor(random() * below);
}

export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[integer(random, choices.length)] ?? choices[0];
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hex(random: Random, bytes: number): string {
  let text = "";
  for (let i = 0; i < bytes; i += 1) text += HEX[integer(random, 256)] ?? "00";
  return text;
}

export function uuid(random: Random): string {
  const text = hex(random, 16);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-9${text.slice(17, 20)}-${text.slice(20)}`;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Ten characters of milliseconds, sixteen of chance. */
export function ulid(random: Random, milliseconds: number): string {
  let time = "";
  for (let rest = Math.floor(milliseconds), i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) {
    time = CROCKFORD.charAt(rest % 32) + time;
  }
  let chance = "";
  for (let i = 0; i < 16; i += 1) chance += CROCKFORD.charAt(integer(random, 32));
  return time + chance;
}
