/** Letters that have no base letter of their own in Unicode, and what is left of them without marks. */
export function withoutMarks(text: string, letters: ReadonlyMap<string, string> = new Map()): string {
  return Array.from(text.normalize('NFC').toLowerCase(), (letter) => letters.get(letter) ?? letter)
    .join('')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ʹʺʻʼʾʿ‘’”`′]/gu, '')
    .replace(/ł/g, 'l')
    .replace(/đ/g, 'd')
    .replace(/ə/g, 'e')
    .replace(/æ/g, 'ae')
    .replace(/ı/g, 'i');
}

/** A name with its words begun by capitals. */
export const capitals = (name: string): string =>
  name.replace(/(?<![\p{L}\p{M}‘’”ʻʼʾʿ`])[‘’ʻʼʾʿ`]?\p{Ll}/gu, (first) => first.toUpperCase());
