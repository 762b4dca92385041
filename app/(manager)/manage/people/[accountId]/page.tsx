import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Avatar } from '#app/ui/avatar.tsx';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Form } from '#app/ui/form.tsx';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { colleagueDetails } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { close, open, saveRoles, sendLink } from '../actions.ts';
import { RoleBoxes } from '../role-boxes.tsx';

type Props = { params: Promise<{ accountId: string }> };

async function colleagueOf({ params }: Props) {
  const ctx = await requireCtx('manager');
  try {
    return { ctx, colleague: await colleagueDetails(ctx, (await params).accountId) };
  } catch (error) {
    if (error instanceof Refused && error.code === 'identity.no_colleague') notFound();
    throw error;
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await colleagueOf(props)).colleague.name };
}

/** One colleague: what they may do, their way in, and the end of it. */
export default async function ColleaguePage(props: Props) {
  const { ctx, colleague } = await colleagueOf(props);
  const t = await getTranslations('manager.people');
  const { id: accountId, name, roles, active, hasPassword } = colleague;
  const isSelf = accountId === ctx.actor.id;
  const mayGiveBilling = hasRole(ctx, 'billing');
  const mayClose = !roles.includes('worker') && (mayGiveBilling || !roles.includes('billing'));
  return (
    <div className="max-w-3xl">
      <PageHeader
        back={<TextLink href="/manage/people">{t('title')}</TextLink>}
        title={
          <span className="flex items-center gap-3">
            <Avatar name={name} size={36} />
            {name}
          </span>
        }
        badge={
          !active ? (
            <StateBadge tone="neutral" shape="ring">
              {t('closedState')}
            </StateBadge>
          ) : !hasPassword ? (
            <StateBadge tone="info" shape="ring">
              {t('invitedState')}
            </StateBadge>
          ) : undefined
        }
      />
      <KeyValue
        dense
        items={[
          {
            key: t('email'),
            value: (
              <a href={`mailto:${colleague.email}`} className="break-all">
                {colleague.email}
              </a>
            ),
          },
          { key: t('since'), value: <When at={colleague.createdAt} mode="date" /> },
          {
            key: t('lastSeen'),
            value: colleague.lastSeenAt ? <When at={colleague.lastSeenAt} /> : t('never'),
          },
          ...(colleague.deactivatedAt
            ? [{ key: t('closedAt'), value: <When at={colleague.deactivatedAt} mode="both" /> }]
            : []),
        ]}
      />

      {!active && (
        <Section id="reopen" title={t('reopenTitle')} lead={t('reopenLead')}>
          <Form action={open} hidden={{ accountId }}>
            <Button type="submit" variant="primary" className="self-start">
              {t('reopen')}
            </Button>
          </Form>
        </Section>
      )}

      {active && (
        <>
          <Section
            id="roles"
            title={t('may')}
            lead={roles.includes('worker') ? t('alsoWorker') : t('mayLead')}
          >
            <Form action={saveRoles} hidden={{ accountId }}>
              <RoleBoxes key={roles.join()} roles={roles} mayGiveBilling={mayGiveBilling} />
              <Button type="submit" className="self-start">
                {t('save')}
              </Button>
            </Form>
          </Section>

          <Section id="password" title={t('wayIn')} lead={t(hasPassword ? 'resetLead' : 'inviteLead')}>
            <Form action={sendLink} hidden={{ accountId }}>
              <Button type="submit" className="self-start">
                {t(hasPassword ? 'sendReset' : 'sendInvitation')}
              </Button>
            </Form>
          </Section>

          <Section id="close" title={t('closeTitle')} lead={mayClose ? t('closeLead') : undefined}>
            {mayClose ? (
              <ConfirmButton
                action={close}
                hidden={{ accountId }}
                title={t('closeQuestion', { name })}
                description={t(isSelf ? 'closeSelf' : 'closeMeans')}
                confirm={t('close')}
                reason={{ label: t('closeWhy') }}
              >
                {t('close')}
              </ConfirmButton>
            ) : (
              <p className="text-ink-2">
                {t(roles.includes('worker') ? 'closeNotWorker' : 'closeNotBilling')}
              </p>
            )}
          </Section>
        </>
      )}
    </div>
  );
}
