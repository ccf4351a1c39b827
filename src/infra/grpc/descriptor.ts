import { create, createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import type { Api, Field, Message } from './shapes.ts';

const TYPES = { string: Type.STRING, int64: Type.INT64, double: Type.DOUBLE, bool: Type.BOOL, message: Type.MESSAGE } as const;

/** The API as a file descriptor: what a compiler of protocol buffers would make of its text. */
export function descriptorOf(api: Api): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: api.file,
    package: api.package,
    syntax: 'proto3',
    messageType: api.messages.map((message) => messageType(api.package, message)),
    service: api.services.map(({ name, methods }) => ({
      name,
      method: methods.map((method) => ({
        name: method.name,
        inputType: `.${api.package}.${api.inputs.get(method.name)}`,
        outputType: `.${api.package}.${api.outputs.get(method.name)}`,
        serverStreaming: method.streamed ?? false,
      })),
    })),
  });
}

/** Fields that may be absent stand alone in a group of their own, which is how proto3 tells absent from empty. */
function messageType(space: string, { name, fields }: Message) {
  const optional = fields.filter((field) => field.optional);
  return {
    name,
    field: fields.map((field) => fieldType(space, field, optional.indexOf(field))),
    oneofDecl: optional.map((field) => ({ name: `_${field.name}` })),
  };
}

function fieldType(space: string, { name, json, number, type, message, repeated }: Field, oneof: number) {
  return {
    name,
    jsonName: json,
    number,
    label: repeated ? Label.REPEATED : Label.OPTIONAL,
    type: TYPES[type],
    ...(message !== undefined && { typeName: `.${space}.${message}` }),
    ...(oneof >= 0 && { oneofIndex: oneof, proto3Optional: true }),
  };
}

/** Looks messages and services of files up that import nothing. */
export function registryOf(file: FileDescriptorProto): FileRegistry {
  return createFileRegistry(file, () => undefined);
}
