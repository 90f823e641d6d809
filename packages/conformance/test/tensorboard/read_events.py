"""Reads event files with Google's protobuf library: TFRecord framing with its checksums, then events as JSON.

Input: a JSON list of files in base64. Output: a JSON list with a list of events for each. The messages are those of TensorBoard's
event.proto, summary.proto, histogram.proto, tensor.proto, tensor_shape.proto, and the hparams plugin's api.proto and plugin_data.proto.
"""

import base64
import json
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2

# Each message with its fields: name, number, type. A star is a repeated field.
MESSAGES = {
    "Event": "wall_time 1 double, step 2 int64, file_version 3 string, summary 5 Summary, session_log 7 SessionLog",
    "SessionLog": "status 1 int32, checkpoint_path 2 string, msg 3 string",
    "Summary": "value 1 *Value",
    "Value": "tag 1 string, simple_value 2 float, image 4 Image, histo 5 HistogramProto, tensor 8 TensorProto, metadata 9 SummaryMetadata",
    "SummaryMetadata": "plugin_data 1 PluginData, display_name 2 string, summary_description 3 string, data_class 4 int32",
    "PluginData": "plugin_name 1 string, content 2 bytes",
    "Image": "height 1 int32, width 2 int32, colorspace 3 int32, encoded_image_string 4 bytes",
    "HistogramProto": "min 1 double, max 2 double, num 3 double, sum 4 double, sum_squares 5 double, bucket_limit 6 *double, bucket 7 *double",
    "TensorProto": "dtype 1 int32, tensor_shape 2 TensorShapeProto, string_val 8 *bytes",
    "TensorShapeProto": "dim 2 *Dim",
    "Dim": "size 1 int64, name 2 string",
    "HParamsPluginData": "version 1 int32, experiment 2 Experiment, session_start_info 3 SessionStartInfo, session_end_info 4 SessionEndInfo",
    "Experiment": "description 1 string, user 2 string, time_created_secs 3 double, hparam_infos 4 *HParamInfo, metric_infos 5 *MetricInfo, name 6 string",
    "HParamInfo": "name 1 string, display_name 2 string, description 3 string, type 4 int32",
    "MetricInfo": "name 1 MetricName, display_name 3 string, description 4 string, dataset_type 5 int32",
    "MetricName": "group 1 string, tag 2 string",
    # A map is a list of such entries in this format.
    "SessionStartInfo": "hparams 1 *HParam, model_uri 2 string, monitor_url 3 string, group_name 4 string, start_time_secs 5 double",
    "HParam": "key 1 string, value 2 google.protobuf.Value",
    "SessionEndInfo": "status 1 int32, end_time_secs 2 double",
}

SCALARS = {"double": 1, "float": 2, "int64": 3, "int32": 5, "string": 9, "bytes": 12}


def make_classes():
    file = descriptor_pb2.FileDescriptorProto(
        name="events.proto", package="test", syntax="proto3", dependency=["google/protobuf/struct.proto"]
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields.split(", "):
            field_name, number, kind = field.split(" ")
            described = message.field.add(name=field_name, number=int(number), label=3 if kind[0] == "*" else 1)
            kind = kind.lstrip("*")
            if kind in SCALARS:
                described.type = SCALARS[kind]
            else:
                described.type = 11
                described.type_name = "." + (kind if "." in kind else "test." + kind)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    find = lambda name: pool.FindMessageTypeByName("test." + name)
    if hasattr(message_factory, "GetMessageClass"):
        return {name: message_factory.GetMessageClass(find(name)) for name in MESSAGES}
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(find(name)) for name in MESSAGES}


def crc32c(data):
    """Bit by bit, by the definition."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def check(data, masked):
    rotated = masked - 0xA282EAD8 & 0xFFFFFFFF
    crc = (rotated >> 17 | rotated << 15) & 0xFFFFFFFF
    if crc != crc32c(data):
        raise ValueError("a record has a wrong checksum")


def read_records(data):
    at = 0
    while at < len(data):
        header = data[at : at + 8]
        (length,) = struct.unpack("<Q", header)
        check(header, struct.unpack("<I", data[at + 8 : at + 12])[0])
        body = data[at + 12 : at + 12 + length]
        check(body, struct.unpack("<I", data[at + 12 + length : at + 16 + length])[0])
        yield body
        at += 16 + length
    if at != len(data):
        raise ValueError("the last record is cut off")


def refuse_unknown(message):
    """Fields that the schema does not have would be ignored in silence."""
    again = type(message)()
    again.CopyFrom(message)
    again.DiscardUnknownFields()
    if again.ByteSize() != message.ByteSize():
        raise ValueError("found unknown fields in " + str(message))


def decode(kind, data):
    message = CLASSES[kind].FromString(data)
    refuse_unknown(message)
    return message, json_format.MessageToDict(message, preserving_proto_field_name=True)


def read_file(text):
    for record in read_records(base64.b64decode(text)):
        message, event = decode("Event", record)
        for value, plain in zip(message.summary.value, event.get("summary", {}).get("value", [])):
            if value.metadata.plugin_data.plugin_name == "hparams":
                plain["hparams"] = decode("HParamsPluginData", value.metadata.plugin_data.content)[1]
        yield event


CLASSES = make_classes()
json.dump([list(read_file(file)) for file in json.load(sys.stdin)], sys.stdout)
