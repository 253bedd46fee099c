import type { FormatName } from "../formats/format.ts";

/** Shapes that one vendor made for its own intake: what every other one refuses, with the reason. */
export const vendorShapes = {
  panther: "is read by Panther alone",
  runreveal: "is read by RunReveal alone",
} as const satisfies Readonly<Partial<Record<FormatName, string>>>;
