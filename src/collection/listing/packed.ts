import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Made small, and text: columns of the database hold text only. Records are kept as they are; this is for what is remembered of them. */
export const pack = (data: string | Uint8Array): string => deflateRawSync(data).toString("base64");

export const unpack = (packed: string): Buffer => inflateRawSync(Buffer.from(packed, "base64"));
