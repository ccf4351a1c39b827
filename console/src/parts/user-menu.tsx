import { Menu } from '@base-ui/react/menu';
import { useNavigate } from '@tanstack/react-router';
import { useLogin } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { setTheme, useTheme, type Theme } from './theme.ts';

const POPUP = 'w-60 rounded-xl border border-line bg-raised p-1.5 text-sm shadow-float outline-none';
const ITEM =
  'flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-ink-2 outline-none data-highlighted:bg-sunken data-highlighted:text-ink';

const THEMES: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: 'system', label: 'As the system', icon: 'screen' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
];

function initials(name: string): string {
  const parts = name.split(/[\s@.]+/).filter(Boolean);
  return `${parts[0]?.[0] ?? '?'}${parts.length > 1 ? parts.at(-1)![0] : ''}`.toUpperCase();
}

/** Who is signed in and where, the theme, the password, the way out. */
export function UserMenu() {
  const { user, tenant } = useLogin();
  const theme = useTheme();
  const navigate = useNavigate();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={`${user.name}, ${tenant.name}: menu`}
        className="flex size-8 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent hover:brightness-95"
      >
        {initials(user.name)}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={8} className="z-50">
          <Menu.Popup className={POPUP}>
            <div className="px-2.5 pt-1.5 pb-2.5">
              <p className="truncate font-medium">{user.name}</p>
              <p className="truncate text-xs text-ink-2">{user.email}</p>
              <p className="mt-1 truncate text-xs text-ink-3">
                {tenant.name} · {user.roles.join(', ')}
              </p>
            </div>
            <Menu.Separator className="mx-1 mb-1.5 h-px bg-line" />
            <Menu.Group>
              <Menu.GroupLabel className="px-2.5 pb-1 text-xs text-ink-3">Theme</Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(value: Theme) => setTheme(value)}>
                {THEMES.map(({ value, label, icon }) => (
                  <Menu.RadioItem key={value} value={value} closeOnClick className={ITEM}>
                    <Icon name={icon} />
                    <span className="flex-1">{label}</span>
                    <Menu.RadioItemIndicator>
                      <Icon name="check" size={14} className="text-accent" />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="mx-1 my-1.5 h-px bg-line" />
            <Menu.Item className={ITEM} onClick={() => void navigate({ to: '/password' })}>
              <Icon name="lock" /> Change password
            </Menu.Item>
            <Menu.Item className={ITEM} onClick={() => void session.signOut()}>
              <Icon name="exit" /> Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
