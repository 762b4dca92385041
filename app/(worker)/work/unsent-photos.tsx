'use client';

import { CloudUpload, TriangleAlert, WifiOff } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useFormatter, useTranslations } from 'next-intl';
import { useEffect, useSyncExternalStore } from 'react';
import { Button } from '#app/ui/button.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { toast } from '#app/ui/toast.tsx';
import {
  onSent,
  readEmptyQueue,
  readQueue,
  removePhoto,
  sendUnsent,
  startQueue,
  watchQueue,
} from './photo-queue.ts';

function watchNetwork(watcher: () => void) {
  addEventListener('online', watcher);
  addEventListener('offline', watcher);
  return () => {
    removeEventListener('online', watcher);
    removeEventListener('offline', watcher);
  };
}

export const useQueue = () => useSyncExternalStore(watchQueue, readQueue, readEmptyQueue);
export const useIsOnline = () =>
  useSyncExternalStore(
    watchNetwork,
    () => navigator.onLine,
    () => true,
  );

/** What is still on the phone, and why; nothing at all when everything has been sent. Runs the queue of this person. */
export function UnsentPhotos({ accountId }: { accountId: string }) {
  const t = useTranslations('execution.queue');
  const format = useFormatter();
  const router = useRouter();
  const { unsent, isSending, isSignedOut, isKept } = useQueue();
  const isOnline = useIsOnline();

  useEffect(() => startQueue(accountId), [accountId]);
  useEffect(
    () =>
      onSent(({ action }) => {
        // At the top: the buttons are at the bottom.
        toast.success(t(action === 'start' ? 'sentStart' : 'sentReport'), { position: 'top-center' });
        router.refresh();
      }),
    [router, t],
  );

  if (unsent.length === 0) return null;
  const refused = unsent.filter(({ problem }) => problem);
  const waits = unsent.length > refused.length;
  const why = !waits
    ? t('problem', { count: refused.length })
    : !isOnline
      ? t('offline')
      : isSignedOut
        ? t('signedOut')
        : isSending
          ? t('sending')
          : t('waiting');
  const Icon = refused.length > 0 ? TriangleAlert : isOnline ? CloudUpload : WifiOff;
  return (
    <section
      aria-label={t('title', { count: unsent.length })}
      className="-mx-4 -mt-5 mb-5 border-b bg-accent-soft px-4 py-3"
    >
      <div className="flex items-start gap-3">
        <Icon className="mt-0.5 size-6 shrink-0 text-accent-ink" aria-hidden="true" />
        <div className="min-w-0 flex-1">
          <p className="font-semibold">{t('title', { count: unsent.length })}</p>
          <p role="status">{why}</p>
          {!isKept && <p className="font-semibold">{t('notKept')}</p>}
          <ul className="mt-2 flex flex-col gap-1 text-[0.9375em]">
            {unsent.map((each) => (
              <li key={each.uploadId}>
                {t('line', {
                  number: each.requestNumber,
                  action: t(each.action),
                  time: format.dateTime(each.takenAt, {
                    hour: '2-digit',
                    minute: '2-digit',
                    hourCycle: 'h23',
                  }),
                })}
                {each.problem && (
                  <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
                    <span className="min-w-0 flex-1 basis-48 font-medium text-bad">▲ {each.problem}</span>
                    <Button onClick={() => void removePhoto(each.uploadId)}>{t('remove')}</Button>
                  </span>
                )}
              </li>
            ))}
          </ul>
          {waits && isOnline && !isSending && (
            <div className="mt-3">
              {isSignedOut ? (
                <LinkButton href="/sign-in">{t('signIn')}</LinkButton>
              ) : (
                <Button onClick={() => void sendUnsent()}>{t('sendNow')}</Button>
              )}
            </div>
          )}
        </div>
      </div>
    </section>
  );
}
