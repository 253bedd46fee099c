import { describe } from "vitest";
import { rows } from "./forwarder.ts";
import { playEach } from "./row.ts";

describe("a problem shows, is told and journalled at the second poll, and so is its end", () => playEach(rows));
