import type { Api, Field, Message, MethodPlan } from './shapes.ts';

/** The API in the language of protocol buffers, for people and for the generators of clients. */
export function printProto(api: Api): string {
  const services = api.services.map(
    ({ name, about, methods }) => `// ${about}.\nservice ${name} {\n${methods.map((method) => printMethod(api, method)).join('\n')}\n}\n`,
  );
  const head = `// Made from the contracts by tools/grpc.ts; do not edit.\nsyntax = "proto3";\n\npackage ${api.package};\n`;
  return [head, ...services, ...api.messages.map(printMessage)].join('\n');
}

function printMethod({ inputs, outputs }: Api, { name, operation, streamed }: MethodPlan): string {
  const stream = streamed ? 'stream ' : '';
  return `  // ${operation.summary}.\n  rpc ${name}(${inputs.get(name)}) returns (${stream}${outputs.get(name)});`;
}

function printMessage({ name, fields }: Message): string {
  return `message ${name} {\n${fields.map(printField).join('')}}\n`;
}

function printField({ name, json, number, type, message, repeated, optional, about }: Field): string {
  const label = repeated ? 'repeated ' : optional ? 'optional ' : '';
  const said = about === undefined ? '' : `  // ${about.replace(/\s+/g, ' ')}\n`;
  const renamed = camel(name) === json ? '' : ` [json_name = "${json}"]`;
  return `${said}  ${label}${message ?? type} ${name} = ${number}${renamed};\n`;
}

/** How protocol buffers name a field in JSON by themselves. */
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
