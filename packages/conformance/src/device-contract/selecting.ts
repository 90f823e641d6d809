import type { BackendFactory } from "@evenkeel/tensor";
import { selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { expectEqual, expectError } from "./tools.ts";

/** What `selectBackend` must do with a factory that opens; leaves no default backend behind. */
export async function checkSelecting(factory: BackendFactory): Promise<void> {
  const broken: BackendFactory = {
    name: "broken",
    open: () => Promise.reject(new Error("no such device")),
  };
  try {
    const first = await selectBackend([broken, factory]);
    expectEqual(first.name, factory.name, "the first that opens");
    await first.close();
    const preferred = await selectBackend([broken, factory], { prefer: factory.name });
    expectEqual(preferred.name, factory.name, "the preferred one");
    await preferred.close();
    const error = await expectError(Error, "a preferred backend that does not open", () =>
      selectBackend([factory, broken], { prefer: "broken" }),
    );
    if (!error.message.includes("no such device"))
      throw new Error(`message: found "${error.message}", expected the reason`);
    await expectError(Error, "an unknown name", () => selectBackend([factory], { prefer: "none" }));
  } finally {
    setDefaultBackend(undefined);
  }
}
