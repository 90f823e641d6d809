/** Run as a process of its own: opens the device, works, and ends as it is told. */
import { webgpu } from "@evenkeel/backend-webgpu";
import { fromData, mul } from "@evenkeel/tensor";

const backend = await webgpu.open();
const x = fromData(Float64Array.of(1, 2, 3), { shape: [3], dtype: "f32" }, { backend });
console.log(await mul(x, x).data());
if (process.argv[2] === "close") await backend.close();
