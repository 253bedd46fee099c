import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What an asker reads when we do not do what was asked: what went wrong, where, and the mend. Never a secret, never internals. */
export interface RefusalText {
  readonly what: string;
  readonly where: string;
  readonly mend: string;
}

/** Thrown by a handler; `app.tsx` turns it into an answer. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly text: RefusalText;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ContentfulStatusCode,
    text: RefusalText,
    options: { headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(text.what, { cause: options.cause });
    this.status = status;
    this.text = text;
    this.headers = options.headers ?? {};
  }
}
