// Prints "N passed, N failed" from Vitest's JSON reports, as the last line of `.ci/run`. Plain JavaScript: it also runs when the install failed.
import { existsSync, readFileSync } from "node:fs";

const [, , exitCode, ...paths] = process.argv;
const reports = paths.filter(existsSync).map((path) => JSON.parse(readFileSync(path, "utf8")));
const files = reports.flatMap((report) => report.testResults);
const tests = files.flatMap((file) => file.assertionResults);

const passed = tests.filter((test) => test.status === "passed").length;
const failedTests = tests.filter((test) => test.status === "failed").length;
// A file that could not be loaded has no tests to fail.
const failedFiles = files.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
).length;
// Whatever else went wrong (install, formatting, lint, types, size, an error outside of a test) counts as one.
const failedOtherwise = exitCode !== "0" && failedTests + failedFiles === 0 ? 1 : 0;
const failed = failedTests + failedFiles + failedOtherwise;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
