/**
 * Resolves in a later turn of the event loop, after timers, input and abort signals have been handled. A browser's own
 * timers would wait for milliseconds.
 */
export function waitForNextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    // Simulated pages in tests have neither.
    else if (typeof MessageChannel !== "function") setTimeout(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }
  });
}
