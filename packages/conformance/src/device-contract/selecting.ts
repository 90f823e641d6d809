import type { BackendFactory } from "@evenkeel/tensor";
import { ArgumentError, selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { expectEqual, expectError } from "./tools.ts";

/** What `selectBackend` must do with a factory that opens with these options; leaves no default backend behind. */
export async function checkSelecting<Options>(
  factory: BackendFactory<Options>,
  ofFactory?: Options,
): Promise<void> {
  const options = { [factory.name]: ofFactory };
  const broken: BackendFactory = {
    name: "broken",
    open: () => Promise.reject(new Error("no such device")),
  };
  try {
    const first = await selectBackend([broken, factory], { options });
    expectEqual(first.name, factory.name, "the first that opens");
    await first.close();
    const preferred = await selectBackend([broken, factory], { prefer: factory.name, options });
    expectEqual(preferred.name, factory.name, "the preferred one");
    await preferred.close();
    const error = await expectError(Error, "a preferred backend that does not open", () =>
      selectBackend([factory, broken], { prefer: "broken" }),
    );
    if (!error.message.includes("no such device"))
      throw new Error(`message: found "${error.message}", expected the reason`);
    await expectError(ArgumentError, "an unknown name", () => selectBackend([factory], { prefer: "none" }));
    const mistake = { [factory.name]: { noSuchOption: 1 } };
    await expectError(ArgumentError, "a wrong option of a backend", () =>
      selectBackend([factory, { ...factory, name: "next" }], { options: mistake }),
    );
  } finally {
    setDefaultBackend(undefined);
  }
}
