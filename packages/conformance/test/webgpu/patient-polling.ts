/**
 * The interval of Dawn's polls, in milliseconds. As long as a promise is pending, Dawn's binding for Node polls in every
 * turn of the event loop, each time by a new function. The calls and their garbage took half of the CPU time of a file
 * of cases, at the expense of the software GPU and of the tests beside it.
 */
const pause = 1;

/** Whether Dawn made the function: it is native, and unlike those that resolve promises it takes no value. */
const isDawn = (callback: (...args: never[]) => void): boolean =>
  callback.length === 0 && /\{ \[native code\] \}$/.test(String(callback));

const original = globalThis.setImmediate;

globalThis.setImmediate = Object.assign(
  (callback: () => void, ...args: []) =>
    isDawn(callback) ? setTimeout(callback, pause) : original(callback, ...args),
  original,
) as unknown as typeof setImmediate;
