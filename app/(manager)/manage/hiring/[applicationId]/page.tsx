import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Avatar } from '#app/ui/avatar.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { NumberField, Textarea } from '#app/ui/inputs.tsx';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { skills } from '#lib/catalog/index.ts';
import { applicationDetails } from '#lib/hiring/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { AcceptForm } from '../accept-form.tsx';
import { decline } from '../actions.ts';

const looks = {
  new: { tone: 'next', shape: 'ring' },
  accepted: { tone: 'good', shape: 'tick' },
  declined: { tone: 'neutral', shape: 'slash' },
} as const;

type Props = { params: Promise<{ applicationId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { application } = await applicationOf((await params).applicationId);
  return { title: application.name };
}

async function applicationOf(applicationId: string) {
  const ctx = await requireCtx('manager');
  try {
    return { ctx, application: await applicationDetails(ctx, applicationId) };
  } catch (error) {
    if (error instanceof Refused && error.code === 'hiring.not_found') notFound();
    throw error;
  }
}

/** One application: who applies on the left, the decision on the right [US-110][US-120]. */
export default async function ApplicationPage({ params }: Props) {
  const { applicationId } = await params;
  const { ctx, application } = await applicationOf(applicationId);
  const [t, tc] = await Promise.all([getTranslations('hiring'), getTranslations('catalog')]);
  const { name, state } = application;
  const decidedBy = application.decidedBy
    ? (await accountNames(ctx, [application.decidedBy])).get(application.decidedBy)
    : null;
  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/hiring">{t('title')}</TextLink>}
        title={
          <span className="flex items-center gap-3">
            <Avatar name={name} coat={application.coatColour} size={40} /> {name}
          </span>
        }
        badge={<StateBadge {...looks[state]}>{t(`badges.${state}`)}</StateBadge>}
      />
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[1fr_24rem]">
        <div>
          <KeyValue
            items={[
              { key: t('fields.breed'), value: application.breed },
              { key: t('fields.coatColour'), value: t(`colours.${application.coatColour}` as never) },
              { key: t('list.age'), value: t('years', { count: application.ageYears }) },
              {
                key: t('fields.email'),
                value: (
                  <a
                    href={`mailto:${application.email}`}
                    className="wrap-anywhere underline underline-offset-3"
                  >
                    {application.email}
                  </a>
                ),
              },
              { key: t('list.submitted'), value: <When at={application.submittedAt} mode="exact" /> },
              ...(application.about
                ? [
                    {
                      key: t('list.about'),
                      value: <p className="wrap-anywhere whitespace-pre-wrap">{application.about}</p>,
                    },
                  ]
                : []),
              ...(application.decidedAt
                ? [
                    {
                      key: t('list.decided'),
                      value: (
                        <>
                          {t('decide.by', { state: t(`badges.${state}`), who: decidedBy ?? '—' })},{' '}
                          <When at={application.decidedAt} />
                        </>
                      ),
                    },
                  ]
                : []),
              ...(application.reason ? [{ key: t('decide.reason'), value: application.reason }] : []),
            ]}
          />
          {application.photoId && (
            // biome-ignore lint/performance/noImgElement: a private photo behind our own handler.
            <img
              src={`/api/photos/${application.photoId}`}
              alt={name}
              className="mt-6 max-h-96 rounded-lg border object-contain"
            />
          )}
          {application.characteristics && (
            <Section title={t('decide.skill')}>
              <KeyValue
                dense
                items={Object.entries(application.characteristics).map(([skill, score]) => ({
                  key: tc(`skills.${skill}` as never),
                  value: <span className="tabular-nums">{score}</span>,
                }))}
              />
            </Section>
          )}
        </div>
        {state === 'new' && (
          <div>
            <Section title={t('decide.title')} lead={t('decide.lead')}>
              <AcceptForm applicationId={applicationId} name={name}>
                <div className="grid grid-cols-2 gap-3">
                  {skills.map((skill) => (
                    <Field
                      key={skill}
                      name={`characteristics.${skill}`}
                      label={tc(`skills.${skill}` as never)}
                      required
                    >
                      <NumberField min={0} max={100} step={5} defaultValue={50} />
                    </Field>
                  ))}
                </div>
                <Field name="reason" label={t('decide.reason')}>
                  <Textarea rows={2} limit={1000} />
                </Field>
              </AcceptForm>
              <div className="mt-3">
                <ConfirmButton
                  action={decline}
                  hidden={{ applicationId }}
                  title={t('decide.declineTitle', { name })}
                  description={t('decide.declineLead')}
                  reason={{ label: t('decide.declineReason'), required: true }}
                  confirm={t('decide.decline')}
                >
                  {t('decide.decline')}
                </ConfirmButton>
              </div>
            </Section>
          </div>
        )}
      </div>
    </>
  );
}
