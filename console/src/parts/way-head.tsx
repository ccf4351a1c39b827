import type { ReactNode } from 'react';

/** What one of several ways to work something out comes to. */
export function WayHead({ children }: { children: ReactNode }) {
  return <h3 className="text-sm font-medium">{children}</h3>;
}
