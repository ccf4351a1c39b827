import { useEffect, useRef, useState, type ReactNode } from 'react';

/**
 * A place for what may be wider than it. While it is, the place scrolls by itself and is reached by keys, under its name; the
 * page never does.
 */
export function Scroll({ label, className = '', children }: { label: string; className?: string; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const box = place.current!;
    const observer = new ResizeObserver(() => setScrolls(box.scrollWidth > box.clientWidth));
    for (const element of [box, ...box.children]) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={place}
      className={`overflow-x-auto ${className}`}
      {...(scrolls && { role: 'region', 'aria-label': `${label}, scrolls`, tabIndex: 0 })}
    >
      {children}
    </div>
  );
}
