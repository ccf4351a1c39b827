import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';

/** The schemas of the ISO 20022 registration authority lie beside the checkout; they are not ours to hand on. */
const FOLDER = fileURLToPath(new URL('../../../shared/data/iso20022/', import.meta.url));
const validators = new Map<string, XsdValidator>();

/** Whether the schemas are there; says so plainly, once, when they are not. */
export function haveIsoSchemas(): boolean {
  const found = existsSync(FOLDER);
  if (!found) console.warn(`ISO 20022 schemas not found at ${FOLDER}: outputs are held against the golden files only.`);
  return found;
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
