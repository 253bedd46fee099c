/** A bucket of Cloudflare R2 as a program is bound to it: what stands behind it is an intake of the simulated world. */

interface PutOptions {
  readonly httpMetadata?: { readonly contentType?: string };
  readonly customMetadata?: Readonly<Record<string, string>>;
}

/** R2's own code for a status: https://developers.cloudflare.com/r2/api/error-codes/. */
const codes: Readonly<Record<number, number>> = { 400: 10_012, 401: 10_002, 403: 10_003, 404: 10_006, 429: 10_058 };

export const bucketNamed = (name: string): object => ({
  createMultipartUpload: () => {
    throw new Error("Nobody needs this here");
  },
  /** Null where the condition was not met, as R2 has it. */
  async put(
    key: string,
    body: string | Uint8Array,
    { httpMetadata, customMetadata }: PutOptions,
  ): Promise<object | null> {
    const isPacked = httpMetadata?.contentType === "application/gzip";
    const headers = { ...customMetadata, ...(isPacked ? { "content-encoding": "gzip" } : {}) };
    const response = await fetch(`r2://${name}/${key}`, { method: "POST", headers, body });
    await response.text();
    if (response.status === 412) return null;
    if (response.status !== 200) throw new Error(`put: it did not work. (${codes[response.status] ?? 10_001})`);
    return {};
  },
});
