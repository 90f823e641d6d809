"""Writes onnx-batch-norm.json: the ONNX project's own test vectors of BatchNormalization, opset 15.

    write-onnx-goldens.py <folder>

The folder holds ONNX's node tests, `test_batchnorm_*`, as Debian's libonnx-testdata has them in
/usr/share/libonnx-testdata/data/node (Apache 2.0). Run it with a Python that has onnx. All of the values are float32.
"""

import json
import sys
from pathlib import Path

import onnx
from onnx import numpy_helper


def plain(path):
    array = numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes()))
    return {"shape": list(array.shape), "data": [float(f"{value:.9g}") for value in array.flatten().tolist()]}


def case(folder):
    model = onnx.load(folder / "model.onnx")
    (node,) = model.graph.node
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    data = folder / "test_data_set_0"
    inputs = ["x", "scale", "shift", "runningMean", "runningVariance"]
    outputs = ["y", "runningMean", "runningVariance"][: len(node.output)]
    return {
        "name": folder.name.removeprefix("test_batchnorm_"),
        "training": bool(attributes.get("training_mode", 0)),
        # The standard's defaults.
        "momentum": round(attributes.get("momentum", 0.9), 6),
        "epsilon": round(attributes.get("epsilon", 1e-5), 9),
        "inputs": {name: plain(data / f"input_{index}.pb") for index, name in enumerate(inputs)},
        "expected": {name: plain(data / f"output_{index}.pb") for index, name in enumerate(outputs)},
    }


folders = sorted(Path(sys.argv[1]).glob("test_batchnorm_*"))
assert folders, f"no test_batchnorm_* in {sys.argv[1]}"
path = Path(__file__).parent / "onnx-batch-norm.json"
cases = [case(folder) for folder in folders]
path.write_text(json.dumps({"source": "ONNX node tests", "cases": cases}, separators=(",", ":")) + "\n")
