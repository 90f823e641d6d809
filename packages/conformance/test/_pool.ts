import { cpu } from "@evenkeel/backend-cpu";
import * as T from "@evenkeel/tensor";
const backend = await T.selectBackend([cpu({ threads: 1 })]);
const time = async (f: () => unknown, reps = 60) => {
  for (let i = 0; i < 10; i++) { T.scope(() => { f(); }); await backend.idle(); }
  let best = Infinity;
  for (let i = 0; i < reps; i++) { const t = performance.now(); T.scope(() => { f(); }); await backend.idle(); best = Math.min(best, performance.now() - t); }
  return best.toFixed(3);
};
const x = T.normal([4, 32, 56, 56], { seed: 1 });
console.log("max3s2", await time(() => T.maxPool2d(x, 3, { stride: 2, padding: 1 })), "max3s1", await time(() => T.maxPool2d(x, 3, { stride: 1, padding: 1 })), "max2", await time(() => T.maxPool2d(x, 2)), "avg3", await time(() => T.avgPool2d(x, 3, { stride: 2, padding: 1 })));
await backend.close();
