/**
 * Chance by name instead of by turn: what is drawn for one thing does not depend on what was drawn before it, so a device
 * looks the same whichever other devices were made, asked for or changed first.
 */
import { seedFor } from "../random.ts";

/** 32 bits from a seed and a salt. */
export function mix(seed: number, salt: number): number {
  let mixed = (seed ^ Math.imul(salt + 1, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** From 0 up to, not including, 1. */
export function draw(seed: number, salt: number): number {
  return mix(seed, salt) / 4294967296;
}

export function drawInteger(seed: number, salt: number, below: number): number {
  return mix(seed, salt) % below;
}

export function drawOne<T>(seed: number, salt: number, choices: readonly [T, ...T[]]): T {
  return choices[mix(seed, salt) % choices.length] ?? choices[0];
}

export function drawHex(seed: number, salt: number, digits: number): string {
  let text = "";
  for (let word = 0; text.length < digits; word += 1)
    text += mix(seed + word, salt)
      .toString(16)
      .padStart(8, "0");
  return text.slice(0, digits);
}

export function drawUuid(seed: number, salt: number): string {
  const text = drawHex(seed, salt, 32);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-9${text.slice(17, 20)}-${text.slice(20)}`;
}

/** A fixed id for a thing with a name. */
export function uuidOf(name: string, seed = 0): string {
  return drawUuid(seedFor(name, seed ^ 0x811c9dc5), name.length);
}

const SERIAL = "CDFGHJKLMNPQRTVWXY0123456789";

export function drawSerial(seed: number, salt: number): string {
  let text = "";
  for (let i = 0; i < 7; i += 1) text += SERIAL.charAt(mix(seed + i, salt) % SERIAL.length);
  return `C0XT${text}`;
}
