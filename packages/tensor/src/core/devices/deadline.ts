import { checkOptions } from "../../checks/check.ts";
import { positive } from "../../checks/rules.ts";
import type { WaitOptions } from "./backend.ts";

/** The longest time that a timer takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Settles as the promise of `wait` does. At the deadline `giveUp` is called with the reason, and must make that promise reject.
 * Throws ArgumentError for wrong options before `wait` is called.
 */
export function waitUntil(
  where: string,
  options: WaitOptions,
  wait: () => Promise<void>,
  giveUp: (reason: string) => void,
): Promise<void> {
  checkOptions<WaitOptions>(where, options, { deadline: positive });
  const { deadline } = options;
  return deadline === undefined ? wait() : endedBy(deadline, wait, giveUp);
}

async function endedBy(
  deadline: number,
  wait: () => Promise<void>,
  giveUp: (reason: string) => void,
): Promise<void> {
  const timer = setTimeout(
    () => giveUp(`it had not ended after ${deadline} ms`),
    Math.min(deadline, longestTimer),
  );
  try {
    await wait();
  } finally {
    clearTimeout(timer);
  }
}
