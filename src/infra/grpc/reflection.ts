import { fromJson, toBinary, toJson, type JsonObject, type Message } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { Code, type HandlerContext } from '@connectrpc/connect';
import { chargeVisit } from '../http/door.ts';
import type { Limiter } from '../http/limits.ts';
import { originKey } from './calls.ts';
import type { Standard } from './standard.ts';
import { statusOf } from './status.ts';

/**
 * The reflection service about some files. One stream may ask without end, so each question is paid by the address that asks,
 * beside the visit that the stream itself is.
 */
export function reflectionOf(files: readonly FileDescriptorProto[], standard: Standard, limiter: Limiter) {
  const answer = reflect(files, standard);
  return {
    async *serverReflectionInfo(questions: AsyncIterable<Message>, { values }: HandlerContext): AsyncGenerator<Message> {
      const { visitor } = values.get(originKey)!;
      for await (const question of questions) {
        await chargeVisit(limiter, { visitor, tell: () => undefined }, 'normal').catch((error: unknown) => {
          throw statusOf(error, visitor.requestId).error;
        });
        yield answer(question);
      }
    },
  };
}

/** Answers one question of the reflection protocol. */
function reflect(files: readonly FileDescriptorProto[], { service }: Standard): (question: Message) => Message {
  const [method] = service.methods;
  const symbols = new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file] as const)));
  return (question) => {
    const asked = toJson(method!.input, question) as JsonObject;
    return fromJson(method!.output, { validHost: asked['host'] ?? '', originalRequest: asked, ...answerTo(asked, files, symbols) });
  };
}

function answerTo(
  { listServices, fileByFilename, fileContainingSymbol, allExtensionNumbersOfType }: JsonObject,
  files: readonly FileDescriptorProto[],
  symbols: ReadonlyMap<string, FileDescriptorProto>,
): JsonObject {
  if (listServices !== undefined) {
    const names = files.flatMap((file) => file.service.map(({ name }) => `${file.package}.${name}`));
    return { listServicesResponse: { service: names.map((name) => ({ name })) } };
  }
  if (typeof fileByFilename === 'string')
    return fileAnswer(
      files.find(({ name }) => name === fileByFilename),
      fileByFilename,
    );
  if (typeof fileContainingSymbol === 'string') return fileAnswer(symbols.get(fileContainingSymbol), fileContainingSymbol);
  // No message here has extensions: they are of proto2.
  if (typeof allExtensionNumbersOfType === 'string' && symbols.has(allExtensionNumbersOfType))
    return { allExtensionNumbersResponse: { baseTypeName: allExtensionNumbersOfType } };
  return missing('what was asked for');
}

function fileAnswer(file: FileDescriptorProto | undefined, what: string): JsonObject {
  if (!file) return missing(what);
  return { fileDescriptorResponse: { fileDescriptorProto: [bytesOf(file)] } };
}

const written = new WeakMap<FileDescriptorProto, string>();

/** A file never changes, and writing a large one takes longer than all the rest of an answer. */
function bytesOf(file: FileDescriptorProto): string {
  const known = written.get(file) ?? Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64');
  written.set(file, known);
  return known;
}

const missing = (what: string): JsonObject => ({ errorResponse: { errorCode: Code.NotFound, errorMessage: `there is no ${what}` } });

/** Full names of what a file defines. */
function symbolsOf({ package: space, messageType, service }: FileDescriptorProto): string[] {
  return [
    ...messageType.map(({ name }) => `${space}.${name}`),
    ...service.flatMap(({ name, method }) => [`${space}.${name}`, ...method.map((one) => `${space}.${name}.${one.name}`)]),
  ];
}
