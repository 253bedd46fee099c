import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { configDefaults, defineConfig } from "vitest/config";

// A file whose run wants the result as data (`.ci/run`) names it; people read the default reporter.
const report = process.env["TEST_REPORT"];

const inWorkerd = "test/**/*.workerd.test.{ts,tsx}";
const fromOutside = "test/**/*.outside.test.{ts,tsx}";

export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    // A test must not pass because its neighbour left a spy behind.
    restoreMocks: true,
    // V8's coverage does not reach into workerd.
    coverage: { provider: "istanbul", include: ["src/**"] },
    projects: [
      {
        // Pure rooms, simulation and the simulator itself, in milliseconds.
        test: {
          name: "node",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [...configDefaults.exclude, inWorkerd, fromOutside],
          // Simulated hours take real seconds, more of them on a busy machine.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // The Durable Objects in the real runtime.
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            // A bucket is bound only by who wants one: wrangler.toml has none.
            miniflare: { bindings: { ALLOW_LOCAL_HOSTS: "true" }, r2Buckets: ["ARCHIVE"] },
          }),
        ],
        test: {
          name: "workerd",
          include: [inWorkerd],
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The whole Worker, bundled, started, killed: its ports and its time are its own, so one file at a time and last.
        test: {
          name: "outside",
          include: [fromOutside],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
