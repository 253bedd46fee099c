import type { Format } from "./format.ts";

/** Each record as Kandji sent it: every key in its order, every digit, every character (contract §7.3). */
export const raw: Format = {
  name: "raw",
  title: "Kandji's own",
  source: new URL("https://api-docs.kandji.io"),
  version: 1,
  shape: (record) => record.raw,
};
