/**
 * Who can know whether a line of a theme holds: A the software itself must provide it and can be asked, B a check of the
 * deployment, its repository or its test evidence, C a person, D beyond the reach of what runs here.
 */
export type ThemeClass = 'A' | 'B' | 'C' | 'D';

/** What a theme also looks for beside words: something in a line's place or form, with the reason that people are told. */
export type Trait =
  | 'rollback_trigger'
  | 'rollback_step'
  | 'sign_off'
  | 'after_release'
  | 'before_release'
  | 'development'
  | 'staging'
  | 'production'
  | 'latency'
  | 'settings'
  | 'port';

/** One recurring subject of production checklists. */
export type Theme = {
  /** `H1`, `P3`, …: a letter for the group and a number. */
  id: string;
  group: string;
  class: ThemeClass;
  /** Whether a check can add something to what a person says (classes C and D), or is usual beside the software (A). */
  probe: boolean;
  title: string;
  /** Who attests where nothing can be asked. */
  role: string;
  /**
   * Phrases that point to the theme. All words of a phrase must be there, in any order and form. A word that many themes
   * share counts little by itself.
   */
  phrases: readonly string[];
  traits: Readonly<Partial<Record<Trait, number>>>;
};

/** One theme in a line of a table: phrases are separated by bars. */
export type ThemeRow = readonly [
  id: string,
  mark: 'A' | 'A+' | 'B' | 'C' | 'C+' | 'D' | 'D+',
  title: string,
  phrases: string,
  traits?: Theme['traits'],
  role?: string,
];

/** Makes the themes of one group out of their table; `role` is who attests unless a row names another. */
export function themesOf(group: string, role: string, rows: readonly ThemeRow[]): Theme[] {
  return rows.map(([id, mark, title, phrases, traits = {}, ownRole = role]) => ({
    id,
    group,
    class: mark[0] as ThemeClass,
    probe: mark.length > 1,
    title,
    role: ownRole,
    phrases: phrases.split('|').map((phrase) => phrase.trim()),
    traits,
  }));
}
