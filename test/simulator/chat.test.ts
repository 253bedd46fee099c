import { describe, expect, test } from "vitest";
import { SimulatedChat, type ChatKind } from "./chat.ts";

const path = "/hooks/secret";

async function post(kind: ChatKind, body: string, to = path, type = "application/json"): Promise<[number, number]> {
  const chat = new SimulatedChat({ kind, path });
  const init = { method: "POST", headers: { "content-type": type }, body };
  const { status } = await chat.fetch(new Request(`https://ops.chat.example${to}`, init));
  return [status, chat.posts.length];
}

const card = {
  type: "message",
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: {} }],
};

describe("a simulated chat", () => {
  test.each([
    ["slack", { text: "Over: tenant acme (cron-silent)" }, 200],
    ["teams", card, 202],
    ["json", { event: "restored" }, 200],
  ] as const)("of kind %s takes what is meant for it, and keeps it", async (kind, body, status) => {
    expect(await post(kind, JSON.stringify(body))).toEqual([status, 1]);
  });

  test.each([
    ["slack", "{}", 400],
    ["slack", '{"text":""}', 400],
    ["teams", '{"text":"hello"}', 400],
    ["teams", '{"type":"message","attachments":[]}', 400],
    ["json", "[]", 400],
    ["json", "{", 400],
  ] as const)("of kind %s refuses %s", async (kind, body, status) => {
    expect(await post(kind, body)).toEqual([status, 0]);
  });

  test("knows its one path, and wants JSON", async () => {
    expect(await post("json", "{}", "/hooks/another")).toEqual([404, 0]);
    expect(await post("json", "{}", path, "text/plain")).toEqual([415, 0]);
  });

  test("keeps what it took though its answer is lost, and nothing where the answer was cut or an error", async () => {
    for (const [fault, kept] of [
      [{ do: "lost-answer" }, 1],
      [{ do: "cut" }, 0],
      [{ do: "status", status: 503 }, 0],
    ] as const) {
      const chat = new SimulatedChat({ kind: "json", path });
      chat.faults.set({ always: fault });
      const headers = { "content-type": "application/json" };
      await chat.fetch(new Request(`https://ops.chat.example${path}`, { method: "POST", headers, body: "{}" }));
      expect(chat.posts).toHaveLength(kept);
    }
  });
});
