type Props<T extends string> = {
  label: string;
  tabs: readonly (readonly [name: T, text: string])[];
  at: T;
  onPick: (name: T) => void;
};

/** Lists that share a page, one of them shown. */
export function Tabs<T extends string>({ label, tabs, at, onPick }: Props<T>) {
  return (
    <div role="tablist" aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map(([name, text]) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === at}
          onClick={() => onPick(name)}
          className={`-mb-px border-b-2 px-3 py-2 text-sm whitespace-nowrap ${name === at ? 'border-accent font-medium' : 'border-transparent text-ink-2 hover:text-ink'}`}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
