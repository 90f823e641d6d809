import type { Subject } from "../core/subject.ts";

interface Peer {
  readonly backend: "cpu" | "webgpu";
  /** Whether it takes part by default, without `--peers`. */
  readonly isDefault: boolean;
  /** `folder` is for data that is exchanged through files. Throws NotOfferedError. */
  open(threads: number, folder: string): Promise<Subject>;
}

/** The other systems. Each one is imported only if it takes part. */
export const peers: { readonly [name: string]: Peer } = {
  "pytorch-cpu": {
    backend: "cpu",
    isDefault: true,
    open: async (threads, folder) =>
      (await import("../peers/pytorch/pytorch.ts")).openPytorch("cpu", threads, folder),
  },
  "jax-js-wasm": {
    backend: "cpu",
    isDefault: true,
    open: async (threads) => (await import("../peers/jax-js/jax-js.ts")).openJaxJs("wasm", threads),
  },
  "tfjs-wasm": {
    backend: "cpu",
    isDefault: true,
    open: async (threads, folder) =>
      (await import("../peers/tfjs/tfjs.ts")).openTfjs("wasm", threads, folder),
  },
  // Tens of times slower than tfjs-wasm: a run that includes it takes an hour.
  "tfjs-cpu": {
    backend: "cpu",
    isDefault: false,
    open: async (threads, folder) => (await import("../peers/tfjs/tfjs.ts")).openTfjs("cpu", threads, folder),
  },
  "tfjs-webgpu": {
    backend: "webgpu",
    isDefault: true,
    open: async (threads, folder) =>
      (await import("../peers/tfjs/tfjs.ts")).openTfjs("webgpu", threads, folder),
  },
  "jax-js-webgpu": {
    backend: "webgpu",
    isDefault: true,
    open: async (threads) => (await import("../peers/jax-js/jax-js.ts")).openJaxJs("webgpu", threads),
  },
  "pytorch-cuda": {
    backend: "webgpu",
    isDefault: true,
    open: async (threads, folder) =>
      (await import("../peers/pytorch/pytorch.ts")).openPytorch("cuda", threads, folder),
  },
};

export function listPeers(backend?: "cpu" | "webgpu", onlyDefault = false): string[] {
  return Object.entries(peers)
    .filter(
      ([, peer]) => (backend === undefined || peer.backend === backend) && (peer.isDefault || !onlyDefault),
    )
    .map(([name]) => name);
}
