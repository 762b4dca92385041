import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { KeyValue, Section } from '#app/ui/layout-parts.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import type { Skill } from '#lib/catalog/index.ts';
import type { Audit, Hypothesis } from '#lib/quality/index.ts';

/** What a concluded audit found; nobody changes it any more. */
export function Findings({
  audit: { findings, concludedAt },
  hypothesis,
  by,
}: {
  audit: Audit;
  hypothesis: Pick<Hypothesis, 'claim' | 'measure' | 'state'> | null;
  by: string | undefined;
}) {
  const t = useTranslations('quality');
  const tc = useTranslations('catalog');
  if (!findings || !concludedAt) return null;
  const said = (text: string): ReactNode => (
    <p className="wrap-anywhere whitespace-pre-wrap">{text || '–'}</p>
  );
  const items =
    findings.kind === 'incident'
      ? [
          { key: t('conclude.fault'), value: <strong>{t(`faults.${findings.fault as 'nobody'}`)}</strong> },
          { key: t('conclude.whatHappened'), value: said(findings.whatHappened) },
          { key: t('conclude.action'), value: said(findings.action) },
        ]
      : [
          { key: t('conclude.grade'), value: <strong>{t(`grades.${findings.grade as 'good'}`)}</strong> },
          { key: t('conclude.whatWasGood'), value: said(findings.whatWasGood) },
          { key: t('conclude.couldBeBetter'), value: said(findings.couldBeBetter) },
        ];
  const assessed = Object.entries(findings.characteristics ?? {});
  if (assessed.length > 0)
    items.push({
      key: t('conclude.skills'),
      value: <>{assessed.map(([skill, score]) => `${tc(`skills.${skill as Skill}`)} ${score}`).join(', ')}</>,
    });
  if (hypothesis)
    items.push(
      {
        key: t('conclude.hypothesis'),
        value: (
          <>
            {said(hypothesis.claim)}
            <TextLink href="/manage/quality/hypotheses">{t(`hypothesisStates.${hypothesis.state}`)}</TextLink>
          </>
        ),
      },
      { key: t('conclude.measure'), value: said(hypothesis.measure) },
    );
  return (
    <Section id="findings" title={t('conclude.findings')}>
      <KeyValue
        dense
        items={[
          ...items,
          {
            key: t('conclude.concludedBy'),
            value: (
              <>
                {by ?? '–'}, <When at={concludedAt} />
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}
