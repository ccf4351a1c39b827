import { Icon } from '../ui/icon.tsx';

/** Two names with an arrow between them, in one line or, on a phone, in two. `word` is what the arrow says to those who listen. */
export function FromTo({ from, word, to }: { from: string; word: string; to: string }) {
  return (
    <span className="block truncate">
      <span className="font-medium">{from}</span>
      <span className="max-sm:block max-sm:truncate">
        <Icon name="arrow" size={13} className="mr-1.5 inline align-[-2px] text-ink-3 sm:ml-1.5" />
        <span className="sr-only">{word}</span>
        <span className="font-medium">{to}</span>
      </span>
    </span>
  );
}
