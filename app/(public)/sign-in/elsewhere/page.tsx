import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { currentSession, homeOf } from '#app/session.ts';
import { signOut } from '#app/sign-out.ts';
import { Button } from '#app/ui/button.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { SignInFrame } from '../frame.tsx';

export const metadata: Metadata = { robots: { index: false } };

/** Signed in, but as somebody for whom the page is not. */
export default async function ElsewherePage() {
  const session = await currentSession();
  if (!session) redirect('/sign-in');
  const t = await getTranslations('identity.elsewhere');
  return (
    <SignInFrame title={t('title')} lead={t('text', { name: session.name })}>
      <div className="flex flex-wrap gap-3">
        <LinkButton href={homeOf(session.roles)} variant="primary" size="lg">
          {t('home')}
        </LinkButton>
        <form action={signOut}>
          <Button type="submit" size="lg">
            {t('other')}
          </Button>
        </form>
      </div>
    </SignInFrame>
  );
}
