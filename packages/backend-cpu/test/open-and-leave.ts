// Uses a device and ends without closing it: the process must end by itself, but not before the read has resolved.

import { makeBuffer, readValues } from "@evenkeel/tensor/testing";
import { cpu } from "../src/cpu.ts";
import { makeLaunch } from "./devices.ts";

const backend = await cpu({ threads: 2 }).open();
const x = makeBuffer(backend, [1, 2]);
const slow = backend.allocate(16);
backend.launch(makeLaunch("work", [slow], [30_000_000], { items: 4, chunk: 1 }));
backend.launch(makeLaunch("addTo", [x], [1], { items: 2, chunk: 1 }));
console.log((await readValues(backend, x)).join());
