import { closingCases, launchCases } from "./launch-cases.ts";
import { memoryCases } from "./memory-cases.ts";
import { orderCases } from "./order-cases.ts";
import type { ContractCase } from "./tools.ts";

/**
 * What every backend must do, whatever it runs on: order, ownership, errors. Give each case a device of its own.
 *
 * @example for (const { name, run } of deviceContract) test(name, async () => run(await cpu().open()));
 */
export const deviceContract: readonly ContractCase[] = [
  ...memoryCases,
  ...orderCases,
  ...launchCases,
  ...closingCases,
];
