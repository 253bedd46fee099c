import { defineConfig } from "vitest/config";

// As in vitest.config.ts: whoever wants the result as data names a file.
const report = process.env["TEST_REPORT"];

/** The pages in a real Chromium: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.browser.ts"],
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
