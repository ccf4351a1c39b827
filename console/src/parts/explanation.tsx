/** Why something was found, line by line. */
export function Explanation({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="mt-2 space-y-0.5 text-sm text-ink-2">
      {lines.map((line) => (
        <li key={line} className="flex gap-2">
          <span className="text-ink-3" aria-hidden="true">
            ·
          </span>
          <span className="min-w-0 break-words">{line}</span>
        </li>
      ))}
    </ul>
  );
}
