import { create, type DescMessage, type DescService } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { registryOf } from './descriptor.ts';

/**
 * The protocols that every gRPC server is expected to speak, written down as descriptors: server reflection
 * (grpc/reflection/v1/reflection.proto, and v1alpha, which older tools ask for), health (grpc/health/v1/health.proto) and
 * the details of errors (google/rpc/error_details.proto, those that are used).
 */
const SCALARS: Readonly<Record<string, Type>> = { string: Type.STRING, bytes: Type.BYTES, int32: Type.INT32, int64: Type.INT64 };

/** A field as `name type number`, with `*` behind a repeated type and `|group` behind a number that is one of several. */
type Spec = string;

function fields(space: string, specs: readonly Spec[]) {
  const groups = [...new Set(specs.map((spec) => spec.split('|')[1]).filter((group) => group !== undefined))];
  return {
    field: specs.map((spec) => {
      const [name, kind, number] = spec.split('|')[0]!.split(' ') as [string, string, string];
      const type = kind.replace('*', '');
      const group = spec.split('|')[1];
      return {
        name,
        jsonName: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        number: Number(number),
        label: kind.endsWith('*') ? Label.REPEATED : Label.OPTIONAL,
        type: SCALARS[type] ?? (type.startsWith('enum:') ? Type.ENUM : Type.MESSAGE),
        ...(!SCALARS[type] && { typeName: `.${space}.${type.replace('enum:', '')}` }),
        ...(group !== undefined && { oneofIndex: groups.indexOf(group) }),
      };
    }),
    oneofDecl: groups.map((name) => ({ name })),
  };
}

function reflectionFile(version: 'v1' | 'v1alpha'): FileDescriptorProto {
  const space = `grpc.reflection.${version}`;
  const messages: Record<string, Spec[]> = {
    ServerReflectionRequest: [
      'host string 1',
      'file_by_filename string 3|message_request',
      'file_containing_symbol string 4|message_request',
      'file_containing_extension ExtensionRequest 5|message_request',
      'all_extension_numbers_of_type string 6|message_request',
      'list_services string 7|message_request',
    ],
    ExtensionRequest: ['containing_type string 1', 'extension_number int32 2'],
    ServerReflectionResponse: [
      'valid_host string 1',
      'original_request ServerReflectionRequest 2',
      'file_descriptor_response FileDescriptorResponse 4|message_response',
      'all_extension_numbers_response ExtensionNumberResponse 5|message_response',
      'list_services_response ListServiceResponse 6|message_response',
      'error_response ErrorResponse 7|message_response',
    ],
    FileDescriptorResponse: ['file_descriptor_proto bytes* 1'],
    ExtensionNumberResponse: ['base_type_name string 1', 'extension_number int32* 2'],
    ListServiceResponse: ['service ServiceResponse* 1'],
    ServiceResponse: ['name string 1'],
    ErrorResponse: ['error_code int32 1', 'error_message string 2'],
  };
  return create(FileDescriptorProtoSchema, {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: space,
    syntax: 'proto3',
    messageType: Object.entries(messages).map(([name, specs]) => ({ name, ...fields(space, specs) })),
    service: [
      {
        name: 'ServerReflection',
        method: [
          {
            name: 'ServerReflectionInfo',
            inputType: `.${space}.ServerReflectionRequest`,
            outputType: `.${space}.ServerReflectionResponse`,
            clientStreaming: true,
            serverStreaming: true,
          },
        ],
      },
    ],
  });
}

/** Values of `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
export const SERVING = { unknown: 0, serving: 1, notServing: 2, serviceUnknown: 3 } as const;

const HEALTH = 'grpc.health.v1';
const healthFile = create(FileDescriptorProtoSchema, {
  name: 'grpc/health/v1/health.proto',
  package: HEALTH,
  syntax: 'proto3',
  messageType: [
    { name: 'HealthCheckRequest', ...fields(HEALTH, ['service string 1']) },
    {
      name: 'HealthCheckResponse',
      ...fields(HEALTH, ['status enum:HealthCheckResponse.ServingStatus 1']),
      enumType: [
        {
          name: 'ServingStatus',
          value: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'].map((name, number) => ({ name, number })),
        },
      ],
    },
  ],
  service: [
    {
      name: 'Health',
      method: ['Check', 'Watch'].map((name) => ({
        name,
        inputType: `.${HEALTH}.HealthCheckRequest`,
        outputType: `.${HEALTH}.HealthCheckResponse`,
        serverStreaming: name === 'Watch',
      })),
    },
  ],
});

const RPC = 'google.rpc';
const detailsFile = create(FileDescriptorProtoSchema, {
  name: 'google/rpc/error_details.proto',
  package: RPC,
  syntax: 'proto3',
  messageType: [
    {
      name: 'ErrorInfo',
      ...fields(RPC, ['reason string 1', 'domain string 2', 'metadata ErrorInfo.MetadataEntry* 3']),
      nestedType: [{ name: 'MetadataEntry', ...fields(RPC, ['key string 1', 'value string 2']), options: { mapEntry: true } }],
    },
    { name: 'Delay', ...fields(RPC, ['seconds int64 1', 'nanos int32 2']) },
    { name: 'RetryInfo', ...fields(RPC, ['retry_delay Delay 1']) },
    {
      name: 'BadRequest',
      ...fields(RPC, ['field_violations BadRequest.FieldViolation* 1']),
      nestedType: [{ name: 'FieldViolation', ...fields(RPC, ['field string 1', 'description string 2']) }],
    },
  ],
});

export type Standard = { file: FileDescriptorProto; service: DescService };

const serviceIn = (file: FileDescriptorProto): Standard => {
  const { package: space, service } = file;
  return { file, service: registryOf(file).getService(`${space}.${service[0]!.name}`)! };
};

export const REFLECTION: readonly Standard[] = [serviceIn(reflectionFile('v1')), serviceIn(reflectionFile('v1alpha'))];
export const HEALTH_CHECK: Standard = serviceIn(healthFile);

const details = registryOf(detailsFile);
const detail = (name: string): DescMessage => details.getMessage(`${RPC}.${name}`)!;
export const DETAILS = { errorInfo: detail('ErrorInfo'), retryInfo: detail('RetryInfo'), badRequest: detail('BadRequest') };
