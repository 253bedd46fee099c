import { describe, expect, test } from "vitest";
import { PageSize } from "../../src/collection/page-size.ts";

/** Tells of pages, `r` for one that was read and `u` for an unreadable one; answers the sizes that were asked for. */
function sizesOf(size: PageSize, story: string): number[] {
  return story.split("").map((event) => {
    const asked = size.size;
    if (event === "r") size.read();
    else size.unreadable();
    return asked;
  });
}

describe("the size of a page", () => {
  test("is halved when it fails twice, not once", () => {
    expect(sizesOf(new PageSize(300), "uruur")).toEqual([300, 300, 300, 300, 150]);
  });

  test("grows again, but not to what failed before ten pages were read", () => {
    expect(sizesOf(new PageSize(300), `uuuu${"r".repeat(12)}`)).toEqual([
      300, 300, 150, 150, 75, 75, 75, 75, 75, 75, 75, 75, 75, 75, 300, 300,
    ]);
  });

  test("is never below the fewest: there it says that even that cannot be read", () => {
    const size = new PageSize(5, 2);
    const told = Array.from({ length: 8 }, () => [size.size, size.unreadable()]);
    expect(told).toEqual([
      [5, false],
      [5, false],
      [3, false],
      [3, false],
      [2, false],
      [2, true],
      [2, false],
      [2, true],
    ]);
  });

  test("is one where one is the most", () => {
    const size = new PageSize(1, 2);
    expect([size.size, size.unreadable(), size.unreadable(), size.size]).toEqual([1, false, true, 1]);
  });
});
