import { useTranslations } from 'next-intl';
import { Field } from '#app/ui/field.tsx';
import { Checkbox } from '#app/ui/inputs.tsx';
import type { Role } from '#lib/kernel/ctx.ts';

/** The roles of a colleague, each with what it opens. */
export function RoleBoxes({
  roles = [],
  mayGiveBilling,
}: {
  roles?: readonly Role[];
  mayGiveBilling: boolean;
}) {
  const t = useTranslations('manager.people');
  return (
    <Field name="roles" label={t('roles')} required group>
      {(['manager', 'staff', 'billing'] as const).map((role) => {
        const fixed = role === 'billing' && !mayGiveBilling;
        const has = roles.includes(role);
        return (
          <div key={role}>
            <Checkbox
              name={fixed ? undefined : 'roles'}
              value={role}
              label={t(`role.${role}`)}
              hint={t(fixed ? 'billingFixed' : `roleHint.${role}`)}
              defaultChecked={has}
              disabled={fixed}
            />
            {/* A box that cannot be changed is not sent by the browser. */}
            {fixed && has && <input type="hidden" name="roles" value={role} />}
          </div>
        );
      })}
    </Field>
  );
}
