import { getLocale, getTranslations } from 'next-intl/server';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Form } from '#app/ui/form.tsx';
import { Card } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import { Countdown, When } from '#app/ui/when.tsx';
import type { CookieState, Job } from '#lib/consumables/index.ts';
import { goWithoutCookie, orderCookieNow } from '../actions.ts';

const looks: Record<CookieState, [Tone, Shape]> = {
  planned: ['neutral', 'dashed'],
  ordered: ['info', 'clock'],
  arrived: ['good', 'tick'],
  waived: ['neutral', 'slash'],
  dropped: ['neutral', 'slash'],
};

/** The fur-tune cookie: countdown, prediction, and the way on without it [US-170]. */
export async function CookieCard({ job }: { job: Job }) {
  const [t, locale] = await Promise.all([getTranslations('consumables.cookie'), getLocale()]);
  const { cookie } = job;
  const isWaiting = cookie.state === 'planned' || cookie.state === 'ordered';
  const [tone, shape] = looks[cookie.state];
  return (
    <Card as="section">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-[1em]">{t('title')}</h2>
        {cookie.isLate ? (
          <StateBadge tone="bad" shape="alert">
            {t('late')}
          </StateBadge>
        ) : (
          <StateBadge tone={tone} shape={shape}>
            {t(cookie.state === 'ordered' && !cookie.etaAt ? 'asked' : cookie.state)}
          </StateBadge>
        )}
      </div>
      {cookie.state === 'planned' && (
        <p className="mt-2 text-[1.3em] font-semibold">
          <When at={cookie.orderAt} mode="exact" />
        </p>
      )}
      {cookie.state === 'ordered' && !cookie.isLate && cookie.etaAt && (
        <p className="mt-2">
          <span className="block text-ink-2">{t('in')}</span>
          <Countdown to={cookie.etaAt} over={t('any')} className="text-[2em] leading-tight font-semibold" />
        </p>
      )}
      {cookie.isLate && <p className="mt-2 text-ink-2">{t('lateLead')}</p>}
      {isWaiting && cookie.trouble && (
        <p className="mt-2 font-semibold text-bad">
          ▲ {t(cookie.trouble === 'no_answer' ? 'noAnswer' : 'refused')}
        </p>
      )}
      {cookie.state === 'arrived' && cookie.prediction && (
        <figure className="mt-3">
          <figcaption className="text-[0.9em] text-ink-2">{t('prediction')}</figcaption>
          <blockquote className="mt-1 border-l-4 border-accent pl-4">
            {localized(cookie.prediction, locale)}
          </blockquote>
        </figure>
      )}
      {cookie.state === 'waived' && cookie.waivedWhy && (
        <p className="mt-2 text-ink-2">{t('waivedWhy', { why: cookie.waivedWhy })}</p>
      )}
      {isWaiting && job.state === 'open' && (
        <div className="mt-4 flex flex-col gap-2">
          {(cookie.state === 'planned' || cookie.isLate || cookie.trouble) && (
            <Form action={orderCookieNow} hidden={{ jobId: job.id }} className="*:w-full">
              <Button type="submit">{t(cookie.state === 'planned' ? 'orderNow' : 'askAgain')}</Button>
            </Form>
          )}
          <ConfirmButton
            action={goWithoutCookie}
            hidden={{ jobId: job.id }}
            variant={cookie.isLate ? 'secondary' : 'quiet'}
            tone="primary"
            title={t('waiveTitle')}
            description={t('waiveLead')}
            confirm={t('waiveConfirm')}
            reason={{ label: t('waiveWhy') }}
          >
            {t('waive')}
          </ConfirmButton>
        </div>
      )}
    </Card>
  );
}
