import { parseSync, Visitor, type StringLiteral } from 'oxc-parser';

/** One import, re-export or type import of a file. `specifier` is undefined when it is computed at run time. */
export type Import = { specifier: string | undefined; line: number; typeOnly: boolean };

/** Number of the line in which an offset lies, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** Every import of a TypeScript file: static, dynamic, re-exported, and inside types. Throws when the file cannot be parsed. */
export function importsOf(file: string, text: string): Import[] {
  const { program, errors } = parseSync(file, text);
  if (errors[0]) throw new SyntaxError(`${file}: ${errors[0].message}`);
  const found: Import[] = [];
  const add = (source: StringLiteral, start: number, typeOnly: boolean) => {
    found.push({ specifier: source.value, line: lineAt(text, start), typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.start, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, node.start, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source, node.start, node.exportKind === 'type');
    },
    TSImportType: (node) => add(node.source, node.start, true),
    ImportExpression: ({ source, start }) => {
      const plain = source.type === 'TemplateLiteral' && source.expressions.length === 0 ? source.quasis[0]?.value.cooked : undefined;
      const specifier = source.type === 'Literal' && typeof source.value === 'string' ? source.value : (plain ?? undefined);
      found.push({ specifier, line: lineAt(text, start), typeOnly: false });
    },
  }).visit(program);
  return found;
}
