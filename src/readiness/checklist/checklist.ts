/** What the reader makes of a Markdown checklist. Every position is given by line (from 1) and by offsets in the source. */

/**
 * A half-open range of the source as it was given. Bytes, so that a tick can be written back without touching the rest.
 */
export type Span = { from: number; to: number };

/** What failing costs: `critical` blocks, `high` needs an approval, `medium` and `low` need a plan. */
export type Tier = 'critical' | 'high' | 'medium' | 'low';

/** Where a line holds. A line of `development` is forbidden in production unless it says otherwise. */
export type Environment = 'development' | 'staging' | 'production';

/** Whether the line tells what must be true, or what must never be (a rollback trigger, an alert condition). */
export type Polarity = 'good_when_true' | 'bad_when_true';

/**
 * What a trigger asks for when it is true. `stop_launch` is a condition of the launch itself, as under `No-go` and `Do not
 * launch if`: it is due before the release, where the others are watched after it.
 */
export type Action = 'rollback' | 'recommend_rollback' | 'continue' | 'stop_launch';

/**
 * What puts a line off until after the release: a heading around it (`First 24 hours`, `Roll back if`), or the sentence or
 * bullet that leads to it. A `guess` is either of them where nothing says that the time is one after the release (`Week 1`,
 * `Backups (first 30 days)`). The line's own words never do: `on-call covers the first 24 hours` has to be so before.
 */
export type PostponedBy = 'section' | 'lead' | 'guess';

/** When a line is to be looked at, from and to in milliseconds relative to the release; `cadenceMs` where it is given. */
export type Window = { fromMs: number; toMs: number; cadenceMs?: number; text: string };

export type Comparator = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** One number that a line demands or, in a trigger, forbids. */
export type Threshold = {
  /** What is measured, as it is written; empty when only the title says it. */
  metric: string;
  op: Comparator;
  value: number;
  /** `ms`, `s`, `min`, `h`, `d`, `%`, `B`, `1/s`, `1/h`, `count`, or the word that stands there. */
  unit: string;
  /** 50, 95, 99, …, or `mean`. */
  percentile?: number | 'mean';
  /** What narrows it: `cached`, `sustained`, `first 2 hours`. */
  scope?: string;
  /** How long it must hold before it counts. */
  forMs?: number;
  /** Over which time it is measured. */
  overMs?: number;
  /** Compared with earlier measurements instead of a fixed number: `dropped > 50 %`; `share` is of what it was: `80 % of last week`. */
  relative?: 'increase' | 'decrease' | 'change' | 'share';
  /** A negation around it may be meant either way: it neither holds nor fails, and is told as not checked. */
  unsure?: true;
  /** The words that it was read from. */
  text: string;
};

/** A number or state that the author asserts, such as `(current: 90.4%)`; never a demand. */
export type Claim = { value?: number; unit?: string; text: string };

/** When the line does not hold everywhere: `(if applicable)`, `(optional)`. Not applicable needs a reason and a name. */
export type Applicability = { kind: 'optional' | 'conditional'; text: string };

/** Something that the document tells people to type, and what it says should come of it. Shown, never executed. */
export type Hint = { language?: string; text: string; expects: readonly string[]; line: number };

/** What boxes and un-boxed criteria have in common. */
export type Line = {
  /** Hash of heading path, parent and normalised title: the same wherever the line moves within its section. */
  id: string;
  line: number;
  title: string;
  detail?: string;
  /** Title and detail as one plain text. */
  text: string;
  /** Headings from the outermost in, without counts and decoration. */
  section: readonly string[];
  /** Plain bullets around the line, outermost first, that group it as a heading would. */
  under?: readonly string[];
  tier?: Tier;
  environment?: Environment;
  window?: Window;
  /** How often it is to be looked at or done, with or without a window: `daily`, `every 5 minutes`. */
  cadenceMs?: number;
  polarity: Polarity;
  action?: Action;
  postponedBy?: PostponedBy;
  thresholds: readonly Threshold[];
  claims: readonly Claim[];
  applicability?: Applicability;
  roles: readonly string[];
  /** Ports, paths, addresses and names of settings that the text mentions. */
  mentions: readonly string[];
};

/** A boxed line. Its tick is what somebody claims. */
export type Item = Line & {
  checked: boolean;
  /** What stands between the brackets: one byte, in nearly every document. For another `boxKind`, the whole mark. */
  box: Span;
  /** Absent for brackets, the only kind that is ticked by writing into `box`. */
  boxKind?: 'glyph' | 'html';
  order?: number;
  parent?: string;
  children: readonly string[];
  hints: readonly Hint[];
};

/** A line without a box that has to be judged all the same: a target, an expected setting, a trigger, a bullet of success. */
export type Criterion = Line & { kind: 'target' | 'setting' | 'trigger' | 'success' | 'alert'; parent?: string };

/** A place where somebody signs. `filled` only when no placeholder is left. */
export type SignOffLine = { role: string; line: number; section: readonly string[]; filled: boolean; name?: string; date?: string };

/** A row of a table that states a condition, such as services with ✅ and ⏳. */
export type StateRow = { line: number; section: readonly string[]; cells: Readonly<Record<string, string>>; claim?: Claim };

/** What the commands of a document talk to: `http://localhost:8080`, `db.example:5432`; `paths` are those asked for there. */
export type Service = { address: string; paths: readonly string[]; line: number };

export type Finding = { line: number; kind: string; text: string };

export type Checklist = {
  name: string;
  title: string;
  /** SHA-256 of the source, in hex: what results and signatures are bound to. */
  sha256: string;
  items: readonly Item[];
  criteria: readonly Criterion[];
  signOffs: readonly SignOffLine[];
  states: readonly StateRow[];
  services: readonly Service[];
  /** What the reader is sure enough to use but had to guess. */
  guessed: readonly Finding[];
  /** What it could make nothing of. */
  notUnderstood: readonly Finding[];
  /** What is wrong with the document: counts that do not add up, contradictions, equal titles, repaired characters. */
  findings: readonly Finding[];
};
