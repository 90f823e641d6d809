import type { Backend } from "@evenkeel/tensor";

/** What a run was made with: bits are the same for the same code on the same kind of device. */
export interface Environment {
  /** The version of the library; `source` where it runs from its source. */
  readonly evenkeel: string;
  /** The name of the backend and its device; absent where there is none. */
  readonly backend?: string;
  /** The version of Node with system and processor, or the browser. */
  readonly platform: string;
}

/** The build replaces it by the version of the package. */
declare const packageVersion: string | undefined;

interface Platform {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly platform?: string;
    readonly arch?: string;
  };
  readonly navigator?: { readonly userAgent?: string };
}

/** The versions that stand in every checkpoint. */
export function describeEnvironment(backend?: Backend): Environment {
  const { process, navigator } = globalThis as Platform;
  const node = process?.versions?.node;
  return {
    evenkeel: typeof packageVersion === "undefined" ? "source" : packageVersion,
    ...(backend && { backend: `${backend.name} (${backend.device})` }),
    platform:
      node === undefined
        ? (navigator?.userAgent ?? "unknown")
        : `Node ${node}, ${process?.platform} ${process?.arch}`,
  };
}
