// Uses a device and ends without closing it: the process must end by itself, but not before the read has resolved.

import { bufferOf, valuesOf } from "@evenkeel/tensor/testing";
import { cpu } from "../src/cpu.ts";
import { launchOf } from "./devices.ts";

const backend = await cpu({ threads: 2 }).open();
const x = bufferOf(backend, [1, 2]);
const slow = backend.allocate(16);
backend.launch(launchOf("work", [slow], [30_000_000], { items: 4, chunk: 1 }));
backend.launch(launchOf("addTo", [x], [1], { items: 2, chunk: 1 }));
console.log((await valuesOf(backend, x)).join());
