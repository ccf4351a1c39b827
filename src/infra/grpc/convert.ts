import { fromJson, toJson, type DescMessage, type JsonObject, type JsonValue, type Message } from '@bufbuild/protobuf';
import type { Api, Message as Shape } from './shapes.ts';

type Shapes = ReadonlyMap<string, Shape>;

/** Turns messages into the JSON that contracts read, and their answers into messages. */
export type Converter = {
  toWire(desc: DescMessage, message: Message): JsonObject;
  fromWire(desc: DescMessage, wire: object): Message;
};

export function converterOf({ messages }: Api): Converter {
  const shapes: Shapes = new Map(messages.map((message) => [message.name, message]));
  return {
    toWire: (desc, message) => plain(shapes, desc.name, toJson(desc, message, { alwaysEmitImplicit: true }) as JsonObject),
    fromWire: (desc, wire) => fromJson(desc, wire as JsonValue),
  };
}

/** Whole numbers are digits in the JSON of protocol buffers, and a list that was not sent is there and empty. */
function plain(shapes: Shapes, name: string, json: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const { json: key, type, message, repeated } of shapes.get(name)!.fields) {
    const value = json[key];
    if (value === undefined || (repeated && (value as JsonValue[]).length === 0)) continue;
    const convert = (one: JsonValue): JsonValue =>
      type === 'int64' ? Number(one) : type === 'message' ? plain(shapes, message!, one as JsonObject) : one;
    result[key] = repeated ? (value as JsonValue[]).map(convert) : convert(value);
  }
  return result;
}
