import { createApp } from "../../src/web/app.tsx";
import type { Gateway } from "../../src/web/gateway.ts";
import { adminToken, viewerToken } from "./sample.ts";

/** Asks the app as somebody, over plain requests, as a program or a browser would. */

export type Asker = "nobody" | "wrong" | "viewer" | "admin";

const authorizations: Readonly<Record<Asker, string | undefined>> = {
  nobody: undefined,
  wrong: "Bearer not-the-token-not-the-token",
  viewer: `Bearer ${viewerToken}`,
  admin: `Bearer ${adminToken}`,
};

export const browser = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
export const form = { ...browser, "Content-Type": "application/x-www-form-urlencoded" };

export interface Asking {
  readonly as?: Asker;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Ask = (path: string, asking?: Asking) => Promise<Response>;

export function asking(gateway: Gateway): Ask {
  const app = createApp(() => gateway);
  return async (path, { as = "admin", method = "GET", headers = {}, body } = {}) => {
    const authorization = authorizations[as];
    return app.request(
      `https://forwarder.example${path}`,
      {
        method,
        headers: { ...(authorization !== undefined && { Authorization: authorization }), ...headers },
        ...(body !== undefined && { body }),
      },
      {},
    );
  };
}
