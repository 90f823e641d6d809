/**
 * While a promise of Dawn is pending, its binding for Node asks after it in every turn of the event loop, by a function that it makes anew
 * each time: half of a processor's time, and the garbage of it, which the compilations and kernels of other tests can use better. Here it asks
 * every millisecond.
 */
const pause = 1;

/** The function is native, as are those that resolve promises; these take a value. */
const isDawn = (callback: (...args: never[]) => void): boolean =>
  callback.length === 0 && /\{ \[native code\] \}$/.test(String(callback));

const original = globalThis.setImmediate;

globalThis.setImmediate = Object.assign(
  (callback: () => void, ...args: []) =>
    isDawn(callback) ? setTimeout(callback, pause) : original(callback, ...args),
  original,
) as unknown as typeof setImmediate;
