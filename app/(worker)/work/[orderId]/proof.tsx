'use client';

import { Camera, Check } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { PhotoField } from '#app/ui/photo-field.tsx';
import { ThumbBar } from '#app/ui/shell/worker-shell.tsx';
import type { OrderState } from '#lib/ordering/index.ts';
import { cannotCome } from '../actions.ts';
import { keepPhoto, type ProofAction } from '../photo-queue.ts';
import { shrinkPhoto } from '../shrink-photo.ts';
import { useIsOnline, useQueue } from '../unsent-photos.tsx';

/**
 * What to do now, low on the screen: "Started" with a photo, "Done" with the photo of the signed report, "I cannot
 * come" [US-180][US-130]. A photo goes into the phone's queue first, so that the next step is open without network.
 */
export function Proof({ order }: { order: { id: string; requestNumber: string; state: OrderState } }) {
  const t = useTranslations('execution');
  const { unsent } = useQueue();
  const waiting = (action: ProofAction) =>
    unsent.some((each) => each.orderId === order.id && each.action === action && !each.problem);
  const hasStarted = order.state === 'in_progress' || waiting('start');
  const action: ProofAction | null =
    order.state === 'ready' && !waiting('start')
      ? 'start'
      : hasStarted && !waiting('report')
        ? 'report'
        : null;
  const mayDecline = (order.state === 'assigned' || order.state === 'ready') && !waiting('start');
  if (!action && !mayDecline)
    return waiting('report') ? <Kept title={t('queue.keptHere')}>{t('queue.keptLead')}</Kept> : null;
  return (
    <>
      {waiting('start') && <Kept title={t('queue.keptHere')}>{t('queue.keptLead')}</Kept>}
      {order.state === 'assigned' && (
        <div className="mt-6">
          <Callout>{t('blocked.box')}</Callout>
        </div>
      )}
      {action ? (
        <Take key={action} action={action} order={order}>
          {mayDecline && <Decline orderId={order.id} />}
        </Take>
      ) : (
        <ThumbBar>
          <Decline orderId={order.id} />
        </ThumbBar>
      )}
    </>
  );
}

function Kept({ title, children }: { title: string; children: string }) {
  return (
    <div className="mt-6">
      <Callout tone="warn" title={title}>
        {children}
      </Callout>
    </div>
  );
}

function Take({
  action,
  order,
  children,
}: {
  action: ProofAction;
  order: { id: string; requestNumber: string };
  children: React.ReactNode;
}) {
  const t = useTranslations('execution');
  // Why the last one was refused, where the thumb is; the same words stay in the queue at the top.
  const problem = useQueue().unsent.find((each) => each.orderId === order.id && each.problem)?.problem;
  const [photo, setPhoto] = useState<File | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  const wasTapped = useRef(false);

  function choose(taken: File | null) {
    setPhoto(taken);
    // The camera was opened by the button: show what it took.
    if (taken) requestAnimationFrame(() => field.current?.scrollIntoView({ block: 'center' }));
  }

  async function send() {
    if (!photo) return field.current?.querySelector('input')?.click();
    // A double tap comes before the button is drawn anew.
    if (wasTapped.current) return;
    wasTapped.current = true;
    setIsBusy(true);
    try {
      const bytes = await shrinkPhoto(photo);
      await keepPhoto({ orderId: order.id, requestNumber: order.requestNumber, action, bytes });
    } finally {
      wasTapped.current = false;
      setIsBusy(false);
    }
  }

  return (
    <>
      <div ref={field} className="mt-3">
        <Field name="photo" label={t(`${action}.lead`)} required>
          <PhotoField capture="environment" prompt={t(`${action}.prompt`)} onPhoto={choose} />
        </Field>
      </div>
      <ThumbBar>
        {problem && !photo && <Callout tone="bad">{problem}</Callout>}
        <Button variant="primary" size="lg" pending={isBusy} onClick={() => void send()}>
          {photo ? <Check aria-hidden="true" /> : <Camera aria-hidden="true" />}
          {t(`${action}.button`)}
        </Button>
        {children}
      </ThumbBar>
    </>
  );
}

function Decline({ orderId }: { orderId: string }) {
  const t = useTranslations('execution.decline');
  const isOnline = useIsOnline();
  return (
    <ConfirmButton
      disabled={!isOnline}
      action={cannotCome}
      hidden={{ orderId }}
      variant="quiet"
      title={t('title')}
      description={t('lead')}
      confirm={t('confirm')}
      reason={{ label: t('why'), required: false }}
    >
      {t(isOnline ? 'button' : 'offline')}
    </ConfirmButton>
  );
}
