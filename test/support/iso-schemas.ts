import { readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { sharedData } from './shared-data.ts';

const FOLDER = sharedData('iso20022/', 'the extra tests that hold ISO 20022 messages against the official schemas');
const validators = new Map<string, XsdValidator>();

/** Whether the schemas of the ISO 20022 registration authority are there. */
export function haveIsoSchemas(): boolean {
  return FOLDER !== undefined;
}

/** What the schema of the message (`pacs.002.001.12`) finds wrong with a document; empty when it is valid. */
export function schemaErrors(message: string, xml: string): string[] {
  let validator = validators.get(message);
  if (!validator) {
    const schema = XmlDocument.fromBuffer(readFileSync(`${FOLDER}${message}.xsd`));
    validator = XsdValidator.fromDoc(schema);
    validators.set(message, validator);
  }
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    return [(error as Error).message];
  } finally {
    document.dispose();
  }
}
