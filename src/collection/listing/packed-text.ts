import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Text made small for a row of the database; records are kept as they are, only what we remember of them is packed. */
export const pack = (text: string): string => deflateRawSync(text).toString("base64");

export const unpack = (packed: string): string => inflateRawSync(Buffer.from(packed, "base64")).toString();
