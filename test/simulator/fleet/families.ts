/** The families of devices: what they are called where, their models and the releases of their systems. */
import { mix } from "./draw.ts";

export type Family = "Mac" | "iPhone" | "iPad" | "AppleTV" | "Windows" | "Android";

export const FAMILIES: readonly Family[] = ["Mac", "iPhone", "iPad", "Windows", "Android", "AppleTV"];

export interface Model {
  readonly name: string;
  readonly shortName: string;
  readonly identifier: string;
  readonly processor: string;
}

const apple = (name: string, shortName: string, identifier: string, processor: string): Model => ({
  name,
  shortName,
  identifier,
  processor,
});

const MODELS: Readonly<Record<Family, readonly [Model, ...Model[]]>> = {
  Mac: [
    apple("MacBook Pro (14-inch, M3)", "MacBook Pro", "Mac15,3", "Apple M3"),
    apple("MacBook Pro (16-inch, M3 Pro)", "MacBook Pro", "Mac15,7", "Apple M3 Pro"),
    apple("MacBook Air (13-inch, M2)", "MacBook Air", "Mac14,2", "Apple M2"),
    apple("MacBook Air (M1, 2020)", "MacBook Air", "MacBookAir10,1", "Apple M1"),
    apple("Mac mini (M2, 2023)", "Mac mini", "Mac14,3", "Apple M2"),
    apple("iMac (24-inch, M1)", "iMac", "iMac21,1", "Apple M1"),
    apple("MacBook Pro (13-inch, 2019)", "MacBook Pro", "MacBookPro15,4", "Quad-Core Intel Core i5"),
  ],
  iPhone: [
    apple("iPhone 15", "iPhone", "iPhone15,4", "A16"),
    apple("iPhone 14 Pro", "iPhone", "iPhone15,2", "A16"),
    apple("iPhone SE (3rd generation)", "iPhone", "iPhone14,6", "A15"),
  ],
  iPad: [
    apple("iPad (10th generation)", "iPad", "iPad13,18", "A14"),
    apple("iPad Pro 11-inch (4th generation)", "iPad Pro", "iPad14,3", "Apple M2"),
  ],
  AppleTV: [apple("Apple TV 4K (3rd generation)", "Apple TV", "AppleTV14,1", "A15")],
  Windows: [
    apple("Example Book 14 G9", "Example Book", "EB14G9", "x64 processor"),
    apple("Example Desk 7000", "Example Desk", "ED7000", "x64 processor"),
  ],
  Android: [apple("Example Phone 8", "Example Phone", "example-phone-8", "arm64-v8a")],
};

export function modelOf(family: Family, seed: number): Model {
  const models = MODELS[family];
  return models[mix(seed, 11) % models.length] ?? models[0];
}

export function isApple(family: Family): boolean {
  return family !== "Windows" && family !== "Android";
}

/** Prism calls an Apple TV by its system. */
export function prismFamily(family: Family): string {
  return family === "AppleTV" ? "tvOS" : family;
}

/** First version and letter of the builds of each system. */
const SYSTEMS: Readonly<Record<Family, readonly [name: string, major: number, build: number]>> = {
  Mac: ["macOS", 14, 23],
  iPhone: ["iOS", 17, 21],
  iPad: ["iPadOS", 17, 21],
  AppleTV: ["tvOS", 17, 21],
  Windows: ["Windows 11 Pro", 10, 22_631],
  Android: ["Android", 14, 34],
};

export interface Release {
  readonly system: string;
  readonly version: string;
  readonly build: string;
}

const RELEASES_PER_MAJOR = 7;

/** The release with that number; there is always a next one. */
export function releaseOf(family: Family, number: number): Release {
  const [system, major, build] = SYSTEMS[family];
  const years = Math.floor(number / RELEASES_PER_MAJOR);
  const minor = number % RELEASES_PER_MAJOR;
  if (family === "Windows") return { system, version: `10.0.${build}`, build: `${build}.${3000 + number * 85}` };
  if (family === "Android") return { system, version: String(major + years), build: `XP1A.${2024 + years}.${minor}` };
  const version = minor === 0 ? String(major + years) : `${major + years}.${minor}`;
  return { system, version, build: `${build + years}${"ABCDEFG".charAt(minor)}${80 + minor * 53}` };
}
