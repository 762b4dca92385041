import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { listSessions } from '#lib/identity/index.ts';
import { readChannels } from '#lib/notifications/index.ts';
import { currentSession, requireCtx } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Input, RadioCards } from '../ui/inputs.tsx';
import { KeyValue, PageHeader, Section } from '../ui/layout-parts.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { When } from '../ui/when.tsx';
import { endEverySession, endOneSession, saveChannels, saveLocale, savePassword } from './actions.ts';
import { deviceOf } from './device-of.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('identity.account'))('title') };
}

/** Who one is, in which language, what one is told, where one is signed in. */
export default async function AccountPage() {
  const ctx = await requireCtx();
  const [session, locale, t, told, sessions, channels] = await Promise.all([
    currentSession(),
    getLocale(),
    getTranslations('identity.account'),
    getTranslations('notifications'),
    listSessions(ctx),
    readChannels(ctx),
  ]);
  if (!session) return null;
  const local = session.source === 'local';
  return (
    <div className="max-w-2xl">
      <PageHeader title={t('title')} />
      <Section id="you" title={t('you')} lead={local ? undefined : t('fromHcb')}>
        <KeyValue
          items={[
            { key: t('name'), value: session.name },
            { key: t('email'), value: <span className="break-all">{session.email}</span> },
          ]}
        />
      </Section>

      <Section id="language" title={t('language')} lead={t('languageHint')}>
        <Form action={saveLocale}>
          <Field key={locale} name="locale" label={t('language')} group hideLabel required>
            <RadioCards
              columns={2}
              defaultValue={locale}
              options={[
                { value: 'en', label: 'English' },
                { value: 'ru', label: 'Русский' },
              ]}
            />
          </Field>
          <Button type="submit" className="self-start">
            {t('save')}
          </Button>
        </Form>
      </Section>

      {channels.length > 0 && (
        <Section id="told" title={told('choose.title')} lead={told('choose.intro')}>
          <Form action={saveChannels}>
            <div key={JSON.stringify(channels)} className="divide-y border-y">
              {channels.map(({ topic, byMail, inApp }) => (
                <fieldset key={topic} className="grid gap-x-6 gap-y-1 py-3 sm:grid-cols-[1fr_auto_auto]">
                  <legend className="sr-only">{told(`topics.${topic}.label` as never)}</legend>
                  <div aria-hidden="true">
                    <p className="font-medium">{told(`topics.${topic}.label` as never)}</p>
                    <p className="text-[0.875em] text-ink-2">{told(`topics.${topic}.hint` as never)}</p>
                  </div>
                  <Tick name={`${topic}.byMail`} label={told('choose.byMail')} ticked={byMail} />
                  <Tick name={`${topic}.inApp`} label={told('choose.inApp')} ticked={inApp} />
                </fieldset>
              ))}
            </div>
            <Button type="submit" className="self-start">
              {told('choose.save')}
            </Button>
          </Form>
        </Section>
      )}

      <Section id="sessions" title={t('sessions')} lead={local ? t('sessionsHint') : t('sessionsHintHcb')}>
        <ul className="divide-y border-y">
          {sessions.map(({ id, userAgent, createdAt, lastSeenAt }) => {
            const device = deviceOf(userAgent);
            return (
              <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
                <div className="min-w-0">
                  <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium">
                    {device ? t('device', device) : t('unknownDevice')}
                    {id === session.id && (
                      <StateBadge tone="good" shape="dot">
                        {t('this')}
                      </StateBadge>
                    )}
                  </p>
                  <p className="text-[0.875em] text-ink-2">
                    {t('lastSeen')} <When at={lastSeenAt} />, {t('since')} <When at={createdAt} mode="date" />
                  </p>
                </div>
                <ConfirmButton
                  action={endOneSession}
                  hidden={{ sessionId: id }}
                  title={t('endTitle')}
                  description={t('endText')}
                  confirm={t('end')}
                  size="sm"
                >
                  {t('end')}
                </ConfirmButton>
              </li>
            );
          })}
        </ul>
        <ConfirmButton
          action={endEverySession}
          title={t('endAllTitle')}
          description={t('endAllText')}
          confirm={t('endAll')}
          className="mt-4"
        >
          {t('endAll')}
        </ConfirmButton>
      </Section>

      {local && (
        <Section id="password" title={t('password')}>
          <Form action={savePassword} resetOnOk className="max-w-sm">
            <input
              type="text"
              name="username"
              autoComplete="username"
              value={session.email}
              readOnly
              hidden
            />
            <Field name="oldPassword" label={t('oldPassword')} required>
              <Input type="password" autoComplete="current-password" maxLength={200} />
            </Field>
            <Field name="newPassword" label={t('newPassword')} hint={t('newPasswordHint')} required>
              <Input type="password" autoComplete="new-password" maxLength={200} />
            </Field>
            <Button type="submit" className="self-start">
              {t('changePassword')}
            </Button>
          </Form>
        </Section>
      )}
    </div>
  );
}

function Tick({ name, label, ticked }: { name: string; label: string; ticked: boolean }) {
  return (
    <label className="flex min-h-(--control) items-center gap-2.5 whitespace-nowrap">
      <input type="checkbox" name={name} defaultChecked={ticked} className="size-[1.25em] accent-accent" />
      {label}
    </label>
  );
}
