import { Boxes, Package } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { personMenu, ShellLive } from '#app/person.tsx';
import { requireCtx } from '#app/session.ts';
import { WarehouseShell } from '#app/ui/shell/warehouse-shell.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('consumables.title');
  // A plain title here would take the product's name from the titles of the pages below.
  return { title: { default: t('board'), template: '%s · Make Cats Free' } };
}

/** The tablet of the warehouse. */
export default async function Layout({ children }: { children: ReactNode }) {
  await requireCtx('staff');
  const t = await getTranslations('consumables.nav');
  return (
    <WarehouseShell
      home="/warehouse"
      navLabel={t('label')}
      nav={[
        {
          href: '/warehouse',
          label: t('jobs'),
          icon: <Package aria-hidden="true" />,
          except: ['/warehouse/stock'],
        },
        { href: '/warehouse/stock', label: t('stock'), icon: <Boxes aria-hidden="true" /> },
      ]}
      user={await personMenu()}
      areas={['consumables']}
      live={<ShellLive />}
    >
      {children}
    </WarehouseShell>
  );
}
