'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactElement, type ReactNode, useRef } from 'react';
import { cx } from './cx.ts';
import { portalContainer } from './portal-container.ts';

type Props = {
  /** A Button that opens it; or control it with `open`. */
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
};

const fields = 'input:not([type=hidden], [tabindex="-1"]), textarea, select, [role=combobox]';

/**
 * One decision on top of the page, beginning in its first field. Esc and a click beside it close it; focus returns to where
 * it was.
 */
export function Dialog({ trigger, open, onOpenChange, title, description, wide, children }: Props) {
  const t = useTranslations('ui');
  const content = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal container={portalContainer()}>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-40 grid items-end overflow-y-auto sm:items-center sm:p-6">
          <Base.Popup
            // On a phone a focused field would bring the keyboard up over what is to be read first.
            initialFocus={(by) =>
              (by !== 'touch' && content.current?.querySelector<HTMLElement>(fields)) || true
            }
            className={cx(
              'relative mx-auto w-full rounded-t-xl border bg-surface p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))] text-ink shadow-lift transition duration-150 ease-out data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:rounded-xl sm:p-6',
              wide ? 'sm:max-w-3xl' : 'sm:max-w-lg',
            )}
          >
            <div className="flex items-start gap-4">
              <Base.Title className="min-w-0 flex-1 text-xl">{title}</Base.Title>
              <Base.Close
                aria-label={t('close')}
                className="-m-2 grid size-[max(2.75rem,var(--control))] shrink-0 place-items-center rounded-md text-ink-2 hover:bg-sunken"
              >
                <X className="size-5" aria-hidden="true" />
              </Base.Close>
            </div>
            {description && <Base.Description className="mt-2 text-ink-2">{description}</Base.Description>}
            {children && (
              <div ref={content} className="mt-5">
                {children}
              </div>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** Closes the dialog it stands in. */
export const DialogClose = Base.Close;
