import { listRoles } from '../../../src/access/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { CheckField } from '../ui/field.tsx';

type Role = WireOutput<typeof listRoles>['items'][number]['name'];

/** The roles that fit: some are for a bank's users, the others for the operator's. */
export function RolePicker({
  chosen,
  onChange,
  forMember,
}: {
  chosen: readonly Role[];
  onChange: (roles: Role[]) => void;
  forMember: boolean;
}) {
  const roles = useOperation(listRoles, {}).data?.items.filter((role) => role.forMembers === forMember) ?? [];
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 text-xs font-medium text-ink-2">Roles</legend>
      {roles.map((role) => (
        <CheckField
          key={role.name}
          label={role.name}
          hint={role.summary}
          checked={chosen.includes(role.name)}
          onChange={(event) => onChange(event.target.checked ? [...chosen, role.name] : chosen.filter((name) => name !== role.name))}
        />
      ))}
    </fieldset>
  );
}
