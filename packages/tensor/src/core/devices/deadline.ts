import { checkOptions } from "../../checks/check.ts";
import { positive } from "../../checks/rules.ts";
import type { WaitOptions } from "./backend.ts";

/** The longest delay of a timer, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Settles like the promise of `wait`. At the deadline, `giveUp` is called with the reason; it must make that promise reject.
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
  return deadline === undefined ? wait() : waitWithDeadline(deadline, wait, giveUp);
}

async function waitWithDeadline(
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
