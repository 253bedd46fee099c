import type { JSX } from "hono/jsx/jsx-runtime";
import type { RefusalText } from "../refusal.ts";
import { clip } from "./format.ts";
import { Layout } from "./layout.tsx";

/** Says to a person why there is no other page, and what to do. */
export function RefusalPage(props: { nonce: string | undefined; text: RefusalText; inside: boolean }): JSX.Element {
  const { what, where, mend } = props.text;
  return (
    <Layout nonce={props.nonce} title="Refused">
      <h1>{clip(what, 400)}</h1>
      <p class="about">Where: {clip(where, 200)}</p>
      <p class="mend">{mend}</p>
      {props.inside && (
        <p>
          <a href="/status">To the status</a>
        </p>
      )}
    </Layout>
  );
}
