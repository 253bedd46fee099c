import { expect, test } from "vitest";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

const kandji = { token: "token-of-acme" };

test("a year of history and what is new arrive once each, and the books balance", async () => {
  const house = new Household(
    {
      kandji: { acme: { ...kandji, events: [{ seed: 1, count: 5_000, from: epoch - 300 * day, to: epoch }] } },
      intakes: { siem: { kind: "webhook" } },
    },
    secrets(),
  );
  await house.tick();
  await house.pass(5 * minute);
  const [account] = house.world.accounts();
  expect(account).toMatchObject({ lost: 0, repeated: 0 });
  console.log(account, JSON.stringify(house.report(), null, 1), house.world.kandji.get("acme")?.requests.manners());
});
