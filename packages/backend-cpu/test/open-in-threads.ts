// Opens a device on the main thread, then one on another thread, and prints their names and whether their products agree.

import { parentPort, Worker, workerData } from "node:worker_threads";
import { matmul, uniform } from "@evenkeel/tensor";
import type { CpuOptions } from "../src/cpu.ts";
import { cpu } from "../src/cpu.ts";

async function run(vectors: CpuOptions["vectors"]): Promise<[device: string, product: Float32Array]> {
  const backend = await cpu({ threads: 1, vectors }).open();
  const options = { seed: 1, stream: 0, backend };
  const product = await matmul(uniform([70, 300], options), uniform([300, 90], options)).data();
  return [backend.device, product as Float32Array];
}

if (parentPort === null) {
  const [, , ofMain] = process.argv;
  const [device, product] = await run(ofMain === "128" ? 128 : "auto");
  const worker = new Worker(new URL(import.meta.url), { workerData: "auto" });
  const [other, otherProduct] = await new Promise<Awaited<ReturnType<typeof run>>>((resolve) => {
    worker.once("message", resolve);
  });
  const agree = product.every((value, index) => value === otherProduct[index]);
  console.log(`${device}; ${other}; ${agree ? "same bits" : "other bits"}`);
} else {
  parentPort.postMessage(await run(workerData));
}
