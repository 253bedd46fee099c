import { describe, expect, test } from "vitest";
import { Pulse } from "../../src/tenant/pulse.ts";

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("loops that work for each other", () => {
  test("one alone that has nothing to do ends at once", async () => {
    const pulse = new Pulse();
    const answers: boolean[] = [];
    await pulse.run(async () => void answers.push(await pulse.next()));
    expect(answers).toEqual([false]);
  });

  test("one that waits is woken by what another does, and ends when the last has nothing to do", async () => {
    const pulse = new Pulse();
    const story: string[] = [];
    let goOn: () => void = () => undefined;
    const work = new Promise<void>((resolve) => (goOn = resolve));
    const courier = pulse.run(async () => {
      while (await pulse.next()) story.push("courier looks");
      story.push("courier ends");
    });
    const collector = pulse.run(async () => {
      await work;
      story.push("collector found something");
      pulse.beat();
      await settle();
      expect(pulse.hasOthers).toBe(false);
      story.push(`collector goes on: ${await pulse.next()}`);
    });
    await settle();
    expect(story).toEqual([]);
    goOn();
    await Promise.all([courier, collector]);
    expect(story.slice(0, 2)).toEqual(["collector found something", "courier looks"]);
    expect(story.slice(2).toSorted()).toEqual(["collector goes on: false", "courier ends"]);
  });

  test("loops that are started together are all counted before one finds that it has nothing to do", async () => {
    const pulse = new Pulse();
    const story: string[] = [];
    const first = pulse.run(async () => {
      while (await pulse.next()) story.push("first looks");
    });
    const second = pulse.run(async () => {
      story.push("second works");
      pulse.beat();
    });
    await Promise.all([first, second]);
    expect(story).toEqual(["second works", "first looks"]);
  });

  test("a loop that fails lets the others end", async () => {
    const pulse = new Pulse();
    const waiting = pulse.run(async () => void (await pulse.next()));
    const failing = pulse.run(async () => {
      await settle();
      throw new Error("broken");
    });
    await expect(failing).rejects.toThrow("broken");
    await waiting;
  });
});
