'use client';

import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { portalContainer } from './portal-container.ts';

export type MenuItem =
  | { label: ReactNode; icon?: ReactNode; href: string; plain?: boolean }
  | { label: ReactNode; icon?: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean }
  | 'separator'
  | { heading: ReactNode };

const itemClass =
  'flex min-h-[max(2.25rem,calc(var(--control)*0.9))] w-full items-center gap-3 rounded-sm px-3 text-left outline-none data-disabled:opacity-50 data-highlighted:bg-sunken [&_svg]:size-[1.15em] [&_svg]:shrink-0 [&_svg]:text-ink-2';

/** More than two actions, or rare ones. The trigger is a Button with a word in it or an aria-label. */
export function Menu({
  trigger,
  items,
  align = 'end',
  children,
}: {
  trigger: ReactElement;
  items: readonly MenuItem[];
  align?: 'start' | 'end';
  children?: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal container={portalContainer()}>
        <Base.Positioner align={align} sideOffset={6} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="min-w-52 rounded-md border bg-surface p-1 text-ink shadow-lift transition duration-100 outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
            {items.map((item, index) => {
              const key = `${index}`;
              if (item === 'separator') return <Base.Separator key={key} className="my-1 border-t" />;
              if ('heading' in item)
                return (
                  <div key={key} className="px-3 py-2 text-sm text-ink-2">
                    {item.heading}
                  </div>
                );
              if ('href' in item)
                return (
                  <Base.LinkItem
                    key={key}
                    className={itemClass}
                    closeOnClick
                    // biome-ignore lint/a11y/useAnchorContent: Base UI puts the children in
                    render={item.plain ? <a href={item.href} /> : <Link href={item.href} />}
                  >
                    {item.icon}
                    {item.label}
                  </Base.LinkItem>
                );
              return (
                <Base.Item
                  key={key}
                  disabled={item.disabled}
                  onClick={item.onSelect}
                  className={cx(itemClass, item.danger && 'text-bad')}
                >
                  {item.icon}
                  {item.label}
                </Base.Item>
              );
            })}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
