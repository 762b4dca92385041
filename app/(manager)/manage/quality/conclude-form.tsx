import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, NumberField, RadioCards, Textarea } from '#app/ui/inputs.tsx';
import { skills } from '#lib/catalog/inputs.ts';
import type { Audit } from '#lib/quality/index.ts';
import { faults, grades } from '#lib/quality/inputs.ts';
import { conclude } from './actions.ts';

/** Where what this reader types for a conclusion is kept, in their tab. */
export const draftOfConclusion = (auditId: string, accountId: string) => `audit:${auditId}:${accountId}`;

/** The form that an audit ends in: an incident asks for the fault, a sample for the lesson [US-190][US-200]. */
export function ConcludeForm({
  auditId,
  kind,
  workerId,
  accountId,
}: {
  auditId: string;
  kind: Audit['kind'];
  workerId: string | null;
  accountId: string;
}) {
  const t = useTranslations('quality');
  const tc = useTranslations('catalog');
  const tu = useTranslations('ui');
  return (
    <Form action={conclude} hidden={{ auditId, kind }} draft={draftOfConclusion(auditId, accountId)}>
      {kind === 'incident' ? (
        <>
          <Field name="fault" label={t('conclude.fault')} required group>
            <RadioCards
              columns={3}
              options={faults.map((value) => ({ value, label: t(`faults.${value}`) }))}
            />
          </Field>
          <Field name="whatHappened" label={t('conclude.whatHappened')} required>
            <Textarea rows={3} limit={4000} />
          </Field>
          <Field name="action" label={t('conclude.action')}>
            <Textarea rows={2} limit={4000} />
          </Field>
        </>
      ) : (
        <>
          <Field name="grade" label={t('conclude.grade')} required group>
            <RadioCards
              columns={2}
              options={grades.map((value) => ({
                value,
                label: t(`grades.${value}`),
                hint: t(`gradeHints.${value}`),
              }))}
            />
          </Field>
          <Field name="whatWasGood" label={t('conclude.whatWasGood')} required>
            <Textarea rows={3} limit={4000} />
          </Field>
          <Field name="couldBeBetter" label={t('conclude.couldBeBetter')}>
            <Textarea rows={2} limit={4000} />
          </Field>
        </>
      )}
      {workerId && (
        <fieldset className="border-t pt-5">
          <legend className="sr-only">{t('conclude.skills')}</legend>
          <p aria-hidden="true" className="font-medium">
            {t('conclude.skills')}
            <span className="ml-2 font-normal text-ink-3">{tu('field.optional')}</span>
          </p>
          <p className="mb-3 text-ink-2">{t('conclude.skillsHint')}</p>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {skills.map((skill) => (
              <Field key={skill} name={`characteristics.${skill}`} label={tc(`skills.${skill}`)} inSet>
                <NumberField min={0} max={100} step={5} />
              </Field>
            ))}
          </div>
        </fieldset>
      )}
      <div className="grid gap-5 border-t pt-5">
        <Field name="hypothesis" label={t('conclude.hypothesis')} hint={t('conclude.hypothesisHint')}>
          <Textarea rows={2} limit={1000} />
        </Field>
        <Field name="measure" label={t('conclude.measure')} hint={t('conclude.measureHint')}>
          <Input limit={300} />
        </Field>
      </div>
      <div>
        <Button type="submit" variant="primary">
          {t('conclude.do')}
        </Button>
      </div>
    </Form>
  );
}
