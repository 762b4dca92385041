import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { buttonClass } from '#app/ui/button-class.ts';
import { SignInFrame } from '../frame.tsx';

export const metadata: Metadata = { robots: { index: false } };

/** Single sign-on went wrong: why, and what can be done. */
export default async function SignInProblemPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { error } = await searchParams;
  const t = await getTranslations('identity.problem');
  const closed = error === 'identity.deactivated';
  const text = closed ? 'deactivated' : error === 'AccessDenied' ? 'denied' : 'away';
  return (
    <SignInFrame title={closed ? t('deactivatedTitle') : t('title')} lead={t(text)}>
      <div className="flex flex-wrap gap-3">
        {!closed && (
          <a href="/sign-in/hcb" className={buttonClass('primary', 'lg')}>
            {t('again')}
          </a>
        )}
        <a href="/" className={buttonClass('secondary', 'lg')}>
          {t('home')}
        </a>
      </div>
    </SignInFrame>
  );
}
