/** What befalls a chat that is told of health, and whoever tells it. */
import type { Fault } from "../simulator/faults.ts";
import type { SimulatedChat } from "../simulator/chat.ts";
import { integer, pick, type Random } from "../simulator/random.ts";
import type { Deed } from "./deeds.ts";
import type { Stage } from "./stage.ts";

const lasting: readonly [Fault, ...Fault[]] = [
  { do: "hang" },
  { do: "status", status: 500 },
  { do: "status", status: 404 },
  { do: "status", status: 429, retryAfter: { seconds: 400, as: "seconds" } },
  { do: "status", status: 503, retryAfter: { seconds: 900, as: "date" } },
  { do: "cut" },
];

function someOf({ chats }: Stage, random: Random): readonly [string, SimulatedChat] | undefined {
  return [...chats][integer(random, chats.size)];
}

const passing: Deed = {
  name: "chat: passing faults",
  act: (stage, random) => {
    const [name, chat] = someOf(stage, random) ?? [];
    const share = 0.1 + random() * 0.4;
    const shares = [
      { share: share / 2, fault: { do: "status", status: 500 } },
      { share: share / 4, fault: { do: "lost-answer" } },
      { share: share / 8, fault: { do: "cut" } },
      { share: share / 8, fault: { do: "hang" } },
    ] as const;
    chat?.faults.set({ shares, always: null });
    return `the chat ${name} has passing faults`;
  },
};

const failing: Deed = {
  name: "chat: fails for good",
  act: (stage, random) => {
    const [name, chat] = someOf(stage, random) ?? [];
    const fault = pick(random, lasting);
    chat?.faults.set({ always: fault });
    return `the chat ${name} answers nothing but ${fault.do === "status" ? fault.status : fault.do}`;
  },
};

const well: Deed = {
  name: "chat: well again",
  act: ({ chats }) => {
    for (const chat of chats.values()) chat.faults.clear();
    return "every chat is well";
  },
};

/** The object that belongs to no tenant, and nothing else. */
const forwarderGone: Deed = {
  name: "kill of the forwarder object",
  act: (stage) => {
    stage.cloud.objects.get("forwarder")?.evict();
    stage.alerts.forwarderEnded();
    stage.oracle.manners.programsEnded();
    return "the forwarder object is killed";
  },
};

const killedWhileTold: Deed = {
  name: "kill while a chat answers",
  act: ({ chats, cloud }) => {
    const told = (): number => [...chats.values()].reduce((sum, { posts }) => sum + posts.length, 0);
    const before = told();
    cloud.killWhen = () => told() > before;
    return "the process will be killed when a chat has its next message";
  },
};

/** At some statement of it. */
const killedWhileLooking: Deed = {
  name: "kill while health is written down",
  act: ({ alerts, cloud }, random) => {
    let points = integer(random, 12);
    cloud.killWhen = () => alerts.isLooking && points-- <= 0;
    return "the process will be killed when the forwarder object notices something";
  },
};

export const ofChats: readonly Deed[] = [passing, failing, well, forwarderGone, killedWhileTold, killedWhileLooking];
