/** Paths of strokes on a 24 × 24 grid. */
const SHAPES = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  payments: 'M4 8h13m0 0-3.500-3.500M17 8l-3.500 3.500M20 16H7m0 0 3.500-3.500M7 16l3.500 3.500',
  messages: 'M3.500 6h17v12h-17zM4 7l8 6 8-6',
  windows: 'M12 7.500V12l3 2M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0Z',
  setOff: 'M4 11a8 8 0 0 1 14-4.300L20 9M20 4.500V9h-4.500M20 13a8 8 0 0 1-14 4.300L4 15M4 19.500V15h4.500',
  participants: 'M4 20h16M5.500 20v-9M10 20v-9M14 20v-9M18.500 20v-9M3.500 8.500 12 4l8.500 4.500z',
  accounts:
    'M5 4.500h12.500a1.500 1.500 0 0 1 1.500 1.500v13.500H6.500A1.500 1.500 0 0 1 5 18zM5 18a1.500 1.500 0 0 1 1.500-1.500H19M9 8.500h6',
  transfers: 'M7 4v16m0 0-3-3m3 3 3-3M17 20V4m0 0-3 3m3-3 3 3',
  balance: 'M12 4v16m-4 0h8M5 7h14M5 7l-2.500 6h5zM19 7l-2.500 6h5z',
  screening: 'M12 3.500 5 6v5.500c0 4.200 2.900 7.500 7 9 4.100-1.500 7-4.800 7-9V6zM9 11.800l2.200 2.200L15.200 10',
  cases: 'M4 8h16v11H4zM9 8V5h6v3M4 13h16',
  limits: 'M4 17a8 8 0 1 1 16 0M12 17l4-5M6.500 20h11',
  readiness:
    'M4 6.500l1.500 1.500L8 5.500M4 12.500l1.500 1.500L8 11.500M4 18.500l1.500 1.500L8 17.500M11.500 7H20M11.500 13H20M11.500 19H17',
  audit: 'M6 4h9l4 4v12H6zM15 4v4h4M9.500 12h6M9.500 16h6',
  reports: 'M7 4h7l4 4v12H7zM14 4v4h4M10 17v-3M12.500 17v-5M15 17v-2',
  invoices: 'M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9.500 8.500h5M9.500 12h5',
  users:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20c.4-3.500 3-5.500 6.500-5.500s6.100 2 6.500 5.500M16 4.900a3.500 3.500 0 0 1 0 6.200M18 15c2 .8 3.200 2.500 3.500 5',
  keys: 'M8 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM11 13l8.500-8.500M16 8l3 3M18 6l2 2',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4',
  queues: 'M4 6h9M4 12h12M4 18h6M19.500 15v5m0 0-2.500-2.500M19.500 20l2.500-2.500',
  liquidity:
    'M12 3.500c3.500 4 5.500 6.700 5.500 9.500a5.500 5.500 0 0 1-11 0c0-2.800 2-5.500 5.500-9.500ZM9.500 13.500a2.500 2.500 0 0 0 2.500 2.500',
  corridors:
    'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM3.500 12h17M12 3.500c2.500 2.500 3.500 5.500 3.500 8.500s-1 6-3.500 8.500c-2.500-2.500-3.500-5.500-3.500-8.500s1-6 3.500-8.500Z',
  simulator: 'M4 4v16h16M7.500 8c1 6 4.500 8.500 11 9M11 12.500h.1M15 15.500h.1',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4',
  close: 'm6 6 12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  plus: 'M12 5v14M5 12h14',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  chevron: 'm9 5 7 7-7 7',
  back: 'm15 5-7 7 7 7',
  down: 'm6 9 6 6 6-6',
  arrow: 'M4 12h15m0 0-5-5m5 5-5 5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z',
  screen: 'M3.500 5h17v11h-17zM9 20h6M12 16v4',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 20h14',
  upload: 'M12 16V5m0 0L8 9m4-4 4 4M5 20h14',
  warning: 'M12 4 2.500 20h19zM12 10v4.500M12 17.200v.1',
  cut: 'M6.500 9a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM6.500 20a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8.500 8 20 17M8.500 16 20 7',
  exit: 'M10 4H5v16h5M10 12h10m0 0-4-4m4 4-4 4',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  keyboard: 'M3 7h18v11H3zM7 11h.1M11 11h.1M15 11h.1M7.500 14.500h9',
} satisfies Record<string, string>;

export type IconName = keyof typeof SHAPES;

/** A picture beside words; it says nothing to a screen reader. */
export function Icon({ name, size = 16, className = '' }: { name: IconName; size?: number | '1em'; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}

/** The arch of the bridge. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} className="shrink-0" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" className="stroke-accent-ink" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round">
        <path d="M5 22.500h22M5 22.500c0-6.600 4.900-12 11-12s11 5.400 11 12M10.500 22.500c0-3.600 2.500-6.500 5.500-6.500s5.500 2.900 5.500 6.500" />
      </g>
    </svg>
  );
}
