import { ClipboardList, Receipt } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { personMenu, ShellLive } from '#app/person.tsx';
import { requireCtx } from '#app/session.ts';
import { ClientShell } from '#app/ui/shell/client-shell.tsx';

/** The clients' portal; the first visit signs them in [US-010]. Each page below checks its own reader again. */
export default async function ClientLayout({ children }: { children: ReactNode }) {
  await requireCtx('client');
  const [t, user] = await Promise.all([getTranslations('ordering.nav'), personMenu()]);
  return (
    <ClientShell
      home="/orders"
      navLabel={t('label')}
      nav={[
        { href: '/orders', label: t('orders'), icon: <ClipboardList aria-hidden="true" /> },
        { href: '/invoices', label: t('invoices'), icon: <Receipt aria-hidden="true" /> },
      ]}
      user={user}
      live={<ShellLive />}
      areas={['ordering', 'billing']}
    >
      {children}
    </ClientShell>
  );
}
