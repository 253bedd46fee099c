import { describe, expect, test } from "vitest";
import { Connections } from "../../src/delivery/connections.ts";

/** Work that ends when it is told to. */
function task() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { run: async () => done, end };
}

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("connections", () => {
  test("no more are open at once than there are, and who waits has its turn in order", async () => {
    const connections = new Connections(2);
    const tasks = Array.from({ length: 5 }, task);
    const begun: number[] = [];
    const all = tasks.map(async ({ run }, index) =>
      connections.use(async () => {
        begun.push(index);
        return run();
      }),
    );
    await settle();
    expect(begun).toEqual([0, 1]);
    tasks[1]?.end();
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    for (const { end } of tasks) end();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  test("one that fails is free again", async () => {
    const connections = new Connections(1);
    const failing = connections.use(async () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    expect(await connections.use(async () => 7)).toBe(7);
  });
});
