"""PyTorch's side of the bench: reads requests as lines of JSON, answers with lines of JSON, and times inside of itself.

Arrays come and go as files of raw little-endian numbers.
"""
import ctypes
import json
import os
import sys
import time

import numpy
import torch

from programs import kinds

device = torch.device(sys.argv[1])
threads = int(sys.argv[2])
torch.set_num_threads(threads)
# The other systems compute in f32 too; TF32 has only 10 bits of mantissa.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True


def blas():
    """The loaded BLAS library; the reference implementation is tens of times slower."""
    torch.matmul(torch.ones(8, 8), torch.ones(8, 8))
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line or "mkl" in line}
    paths = sorted(path for path in files if ".so" in path)
    fast = [path for path in paths if any(name in os.path.basename(path) for name in ("openblas", "mkl", "blis"))]
    return ", ".join(map(named, fast or paths)) or "built in"


def named(path):
    """The processor of OpenBLAS's kernels, and the kind of its threads; its own threads would compete with PyTorch's."""
    name = os.path.basename(path)
    library = ctypes.CDLL(path)
    try:
        processor, threading = library.openblas_get_corename, library.openblas_get_parallel()
    except AttributeError:
        return name
    processor.restype = ctypes.c_char_p
    return f"{name} for {processor().decode()}, {('no threads', 'own threads', 'OpenMP')[threading]}"


def libraries():
    """What the figures depend on apart from PyTorch itself."""
    if device.type == "cuda" and torch.cuda.is_available():
        tuned = "on" if torch.backends.cudnn.benchmark else "off"
        return (
            f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, "
            f"f32 without TF32, cudnn.benchmark {tuned}"
        )
    return f"BLAS: {blas() if sys.platform == 'linux' else 'unknown'}"


def load(inputs):
    arrays = {}
    for name, spec in inputs.items():
        kind = numpy.int32 if spec["dtype"] == "i32" else numpy.float32
        values = numpy.fromfile(spec["file"], dtype=kind).reshape(spec["shape"])
        arrays[name] = torch.from_numpy(values).to(device)
    return arrays


def save(results, folder):
    files = {}
    for name, value in results.items():
        files[name] = f"{folder}/{name}.result"
        value.detach().cpu().numpy().astype(numpy.float32).tofile(files[name])
    return files


def synchronize():
    if device.type == "cuda":
        torch.cuda.synchronize()


def answer(request, state):
    command = request["command"]
    if command == "hello":
        return {"version": f"{torch.__version__} ({libraries()})", "cuda": torch.cuda.is_available()}
    if command == "prepare":
        state["program"] = kinds[request["task"]["kind"]](request["task"], load(request["inputs"]))
        return {}
    if command == "results":
        return {"files": save(state["program"].results(), request["folder"])}
    if command == "time":
        synchronize()
        start = time.perf_counter()
        for _ in range(request["repetitions"]):
            state["program"].run()
        synchronize()
        return {"milliseconds": (time.perf_counter() - start) * 1e3}
    if command == "peak":
        return {"bytes": state["program"].peak()}
    state.clear()
    return {}


state = {}
for line in sys.stdin:
    try:
        reply = answer(json.loads(line), state)
    except NotImplementedError as error:
        reply = {"absent": str(error)}
    except torch.cuda.OutOfMemoryError as error:
        reply = {"absent": f"not enough memory on the GPU: {error}"}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
