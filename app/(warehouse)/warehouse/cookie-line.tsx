import { Cookie } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Countdown } from '#app/ui/when.tsx';
import type { CookieView } from '#lib/consumables/index.ts';
import { ClockTime } from './clock-time.tsx';

/** The cookie of a job in one line: when it is ordered, how long until it arrives, or that it is late [US-170]. */
export function CookieLine({ cookie }: { cookie: CookieView }) {
  const t = useTranslations('consumables.cookie');
  const isBad = cookie.state === 'ordered' && (cookie.isLate || cookie.trouble !== null);
  return (
    <span className={isBad ? 'flex items-center gap-2 font-semibold text-bad' : 'flex items-center gap-2'}>
      <Cookie className="size-[1.2em] shrink-0" aria-hidden="true" />
      <span>
        {cookie.state === 'planned' && (
          <>
            {t('planned')} <ClockTime at={cookie.orderAt} />
          </>
        )}
        {cookie.state === 'ordered' &&
          (cookie.isLate ? (
            t('late')
          ) : cookie.etaAt ? (
            <>
              {t('in')} <Countdown to={cookie.etaAt} over={t('any')} className="font-semibold" />
            </>
          ) : (
            t('asked')
          ))}
        {cookie.state !== 'planned' && cookie.state !== 'ordered' && t(cookie.state)}
      </span>
    </span>
  );
}
