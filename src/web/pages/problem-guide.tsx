import type { JSX } from "hono/jsx/jsx-runtime";
import { Layout } from "./layout.tsx";
import guide from "./problem-guide.json" with { type: "json" };

/** What docs/operating.md says of each problem, so that whoever has one needs no other site, nor another version of it. */
export function ProblemGuidePage({ nonce, version }: { nonce: string | undefined; version: string }): JSX.Element {
  return (
    <Layout nonce={nonce} title="What each problem means" version={version}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <b>Problems</b>
      </nav>
      <h1>What each problem means</h1>
      <p class="about">
        From <code>docs/operating.md</code> of this version, where routes, tasks and limits are, too.
      </p>
      {Object.entries(guide).map(([code, paragraphs]) => (
        <section aria-labelledby={code}>
          <h2 id={code}>
            <code>{code}</code>
          </h2>
          {paragraphs.split("\n\n").map((text) => (
            <p>
              {text.split(marked).map((piece) => (
                <Piece text={piece} />
              ))}
            </p>
          ))}
        </section>
      ))}
    </Layout>
  );
}

/** Code, links and emphasis; what is split by it has them at every second place. */
const marked = /(`[^`]+`|\[[^\]]+\]\([^)]+\)|\*{1,2}[^*]+\*{1,2})/;

function Piece({ text }: { text: string }): JSX.Element {
  const [, code] = /^`(.*)`$/.exec(text) ?? [];
  if (code !== undefined) return <code>{code}</code>;
  const [, name, target = ""] = /^\[(.*)\]\((.*)\)$/.exec(text) ?? [];
  if (name !== undefined) return <Link name={name} target={target} />;
  const [, stressed] = /^\*{1,2}(.*?)\*{1,2}$/.exec(text) ?? [];
  return stressed === undefined ? <>{text}</> : <em>{stressed}</em>;
}

/** What stands on another page of the documents is named: only this one is here. */
function Link({ name, target }: { name: string; target: string }): JSX.Element {
  const anchor = target.replace(/^#/, "");
  const shown = name.replaceAll("`", "");
  if (Object.hasOwn(guide, anchor)) return <a href={`#${anchor}`}>{shown}</a>;
  const [file = ""] = target.split("#");
  return file === "" || shown === file ? <>{shown}</> : <>{`${shown} (${file})`}</>;
}
