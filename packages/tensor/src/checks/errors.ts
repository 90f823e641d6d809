/** The base class of all errors that Evenkeel throws; `name` distinguishes them even after bundling. */
export class EvenkeelError extends Error {
  override readonly name: string = "EvenkeelError";
}

/** Shapes that do not fit together; the message shows every shape involved. */
export class ShapeError extends EvenkeelError {
  override readonly name = "ShapeError";
}

/** A dtype that the operation or the backend does not accept. */
export class DTypeError extends EvenkeelError {
  override readonly name = "DTypeError";
}

/** A wrong option or argument: the message names it, what was found and what was expected. */
export class ArgumentError extends EvenkeelError {
  override readonly name = "ArgumentError";
}

/** Tensors of different backends were used in one operation, or a backend could not be opened. */
export class BackendError extends EvenkeelError {
  override readonly name = "BackendError";
}

/** A tensor, a buffer or a backend was used after it had been disposed, donated or closed. */
export class DisposedError extends EvenkeelError {
  override readonly name = "DisposedError";
}

/** An op has no kernel in any language of the backend. */
export class MissingKernelError extends EvenkeelError {
  override readonly name = "MissingKernelError";
}

/** An op without a gradient was differentiated. */
export class MissingGradientError extends EvenkeelError {
  override readonly name = "MissingGradientError";
}

/** The device has too little memory for a buffer; the message reports the requested bytes and the bytes in use. */
export class OutOfMemoryError extends EvenkeelError {
  override readonly name = "OutOfMemoryError";
}

/** The end of the message of a backend's OutOfMemoryError: what the user can do. */
export const memoryAdvice =
  "Work in `scope`, dispose of tensors that are no longer needed, or take smaller batches";

/** The device failed while it ran a launch; the message names the launch. */
export class DeviceError extends EvenkeelError {
  override readonly name = "DeviceError";
}

/** A file or a stream of data is missing, truncated or corrupt. */
export class DataError extends EvenkeelError {
  override readonly name = "DataError";
}

/** A file could not be written: the disk is full, or there is no permission. */
export class StorageError extends EvenkeelError {
  override readonly name = "StorageError";
}
