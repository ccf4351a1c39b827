import { Link } from '@tanstack/react-router';

/** A reference of a transfer; one that names a payment or a window leads to it. */
export function Reference({ text }: { text: string | undefined }) {
  if (text === undefined) return <span className="text-ink-3">–</span>;
  const place = /^(pay|win)_[0-9a-f]{32}$/.exec(text)?.[1];
  if (!place) return <span className="break-all">{text}</span>;
  const link = 'ident relative z-1 rounded text-accent hover:underline';
  return place === 'pay' ? (
    <Link to="/payments/$id" params={{ id: text }} search={{}} className={link}>
      {text}
    </Link>
  ) : (
    <Link to="/windows/$id" params={{ id: text }} search={{}} className={link}>
      {text}
    </Link>
  );
}
