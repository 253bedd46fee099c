/**
 * The floor of the benchmark: a bare pipe in the same runtime. It asks for a page, posts its results as they are, one a
 * line, writes down the cursor, and asks for the next. It keeps nothing, tries nothing again and checks nothing but the status.
 */
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly PIPES: DurableObjectNamespace<Pipe>;
  readonly API: string;
  readonly TOKEN: string;
  readonly INTAKE: string;
}

interface Page {
  readonly results: readonly unknown[];
  readonly next: string | null;
}

export class Pipe extends DurableObject<Env> {
  async run(): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS cursor (id INTEGER PRIMARY KEY, next TEXT NOT NULL)");
    const [kept] = sql.exec<{ next: string }>("SELECT next FROM cursor").toArray();
    const first = `${this.env.API}/api/v1/audit/events?limit=500&sort_by=occurred_at`;
    for (let url: string | null = kept?.next ?? first; url !== null;) {
      const page = await this.#get(url);
      await this.#post(page.results.map((record) => JSON.stringify(record)).join("\n"));
      url = page.next;
      if (url !== null) sql.exec("INSERT OR REPLACE INTO cursor (id, next) VALUES (1, ?)", url);
    }
  }

  async #get(url: string): Promise<Page> {
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${this.env.TOKEN}` } });
    if (answer.status !== 200) throw new Error(`The API answers ${answer.status}`);
    return answer.json();
  }

  async #post(body: string): Promise<void> {
    const headers = { "Content-Type": "application/x-ndjson" };
    const answer = await fetch(this.env.INTAKE, { method: "POST", headers, body });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`The intake answers ${answer.status}`);
  }
}

// oxlint-disable-next-line import/no-default-export -- the runtime looks for it.
export default {
  async scheduled(_, env) {
    await env.PIPES.getByName("pipe").run();
  },
} satisfies ExportedHandler<Env>;
