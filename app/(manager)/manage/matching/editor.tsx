'use client';

import { ArrowDown, ArrowUp, GripVertical, Lock, Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { cx } from '#app/ui/cx.ts';
import { Form, useFormState } from '#app/ui/form.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import type { PipelineSpec, StepSpec } from '#lib/matching/index.ts';
import {
  compare,
  initialParams,
  pinnedTypes,
  problemsOf,
  stepLimit,
  stepTypeNames,
  typeOf,
} from '#lib/matching/inputs.ts';
import { discard, publish, save } from './actions.ts';
import { Changes } from './changes.tsx';

type Live = { version: number; spec: PipelineSpec };
type Draft = { spec: PipelineSpec; revision: number; basedOnVersion: number };
type ServiceName = { id: string; name: string };
type Type = StepSpec['type'];

type Given = { live: Live; draft: Draft | null };
const nameOfGiven = ({ live, draft }: Given) => (draft ? `draft-${draft.revision}` : `live-${live.version}`);

/**
 * The steps to change, beside what is different from the version in force; save, publish, discard. The page is live: what a
 * colleague saves meanwhile is shown at once, unless something here is not saved yet; that stays until its author lets it go.
 */
export function Editor({
  live: liveNow,
  draft: draftNow,
  saved,
  remoteHosts,
  services,
}: {
  live: Live;
  draft: Draft | null;
  saved: ReactNode;
  remoteHosts: readonly string[];
  services: readonly ServiceName[];
}) {
  const t = useTranslations('matching');
  const [steps, setSteps] = useState<StepSpec[]>((draftNow ?? liveNow).spec.steps);
  const [seen, setSeen] = useState<Given>({ live: liveNow, draft: draftNow });
  const [said, setSaid] = useState('');
  const [dragged, setDragged] = useState<string>();
  const spec = { steps };
  const given = { live: liveNow, draft: draftNow };
  const takeOver = () => {
    setSeen(given);
    setSteps((draftNow ?? liveNow).spec.steps);
  };
  const isOther = nameOfGiven(given) !== nameOfGiven(seen);
  const isSame = ({ live, draft }: Given) => compare((draft ?? live).spec, spec).length === 0;
  // What came is what was saved here, or nothing here would be lost.
  if (isOther && (isSame(given) || isSame(seen))) takeOver();
  const isOvertaken = isOther && !isSame(given) && !isSame(seen);
  const { live, draft } = seen;
  const changes = compare(live.spec, spec);
  const isSaved = isSame(seen);
  const problems = problemsOf(spec);
  const nameOf = (key?: string) => {
    const step = steps.find((each) => each.key === key);
    return step ? t(`types.${step.type}.name`) : '';
  };
  const change = (key: string, more: Partial<StepSpec>) =>
    setSteps(steps.map((step) => (step.key === key ? { ...step, ...more } : step)));
  const move = (key: string, to: number) => {
    const from = steps.findIndex((step) => step.key === key);
    if (from < pinnedTypes.length || to < pinnedTypes.length || to >= steps.length || from === to) return;
    const next = [...steps];
    next.splice(to, 0, ...next.splice(from, 1));
    setSteps(next);
    setSaid(t('manage.moved', { step: nameOf(key), place: to + 1 }));
  };
  const add = (type: Type) => {
    let number = 1;
    const keyOf = () => (number === 1 ? type : `${type}_${number}`);
    while (steps.some(({ key }) => key === keyOf())) number++;
    const kind = typeOf(type).kind;
    const step: StepSpec = {
      key: keyOf(),
      type,
      enabled: true,
      weight: kind === 'score' ? 1 : 0,
      params: initialParams(type),
    };
    // Where it can stand: before the first of a later kind.
    const places = { filter: 0, score: 0, combine: 1, pick: 2, price: 3 };
    const at = steps.findIndex((each) => places[typeOf(each.type).kind] > places[kind]);
    setSteps(steps.toSpliced(at < 0 ? steps.length : at, 0, step));
    setSaid(t('manage.moved', { step: t(`types.${type}.name`), place: (at < 0 ? steps.length : at) + 1 }));
  };
  const hidden = {
    spec: JSON.stringify(spec),
    revision: String(draft?.revision ?? 0),
    basedOnVersion: String(draft?.basedOnVersion ?? live.version),
  };
  const canPublish = isSaved && draft !== null && problems.length === 0 && changes.length > 0;
  return (
    <div className="mt-[2.25em] grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,3fr)_minmax(20em,2fr)]">
      <Section id="steps" title={t('manage.steps')} lead={t('manage.stepsLead')}>
        <Form action={save} hidden={hidden}>
          {isOvertaken && (
            <Callout
              tone="warn"
              title={t('manage.overtaken')}
              action={<Button onClick={takeOver}>{t('manage.takeOver')}</Button>}
            >
              {t('manage.overtakenLead')}
            </Callout>
          )}
          {problems.length > 0 && (
            <Callout tone="warn">
              <ul className="list-inside list-disc">
                {problems.map(({ code, key }) => (
                  <li key={code + (key ?? '')}>
                    {t(`problems.${code}` as 'problems.order', { step: nameOf(key) })}
                  </li>
                ))}
              </ul>
            </Callout>
          )}
          <ol className="divide-y border-y">
            {steps.map((step, index) => (
              <StepLine
                key={step.key}
                step={step}
                index={index}
                last={index === steps.length - 1}
                services={services}
                remoteHosts={remoteHosts}
                dragged={dragged === step.key}
                onDrag={(on) => setDragged(on ? step.key : undefined)}
                onDragOver={() => dragged && move(dragged, index)}
                onMove={(by) => move(step.key, index + by)}
                onChange={(more) => change(step.key, more)}
                onRemove={() => setSteps(steps.filter(({ key }) => key !== step.key))}
              />
            ))}
          </ol>
          <p role="status" className="sr-only">
            {said}
          </p>
          <AddStep disabled={steps.length >= stepLimit} onAdd={add} />
          <div className="sticky bottom-0 -mx-2 flex flex-wrap items-center gap-3 border-t bg-paper px-2 py-3">
            <Button
              type="submit"
              variant={canPublish ? 'secondary' : 'primary'}
              disabled={isSaved || isOvertaken}
            >
              {t('manage.save')}
            </Button>
            <span className="text-ink-2">
              {isSaved ? (saved ?? t('manage.noDraft')) : t('manage.unsaved')}
            </span>
          </div>
        </Form>
      </Section>
      <div className="xl:sticky xl:top-6">
        <Section
          id="compare"
          title={t('manage.compare')}
          lead={t('manage.compareTo', { version: live.version })}
        >
          <Changes changes={changes} services={services} />
          {draft && (
            <div className="mt-5 flex flex-wrap items-center gap-3">
              <ConfirmButton
                action={publish}
                hidden={{ revision: String(draft.revision) }}
                title={t('manage.publishTitle', { version: live.version + 1 })}
                description={t('manage.publishLead')}
                fields={<Changes changes={changes} services={services} />}
                reason={{ label: t('manage.note'), hint: t('manage.noteHint'), name: 'note' }}
                confirm={t('manage.publishDo')}
                tone="primary"
                variant={canPublish ? 'primary' : 'secondary'}
                disabled={!canPublish}
              >
                {t('manage.publish', { version: live.version + 1 })}
              </ConfirmButton>
              <ConfirmButton
                action={discard}
                title={t('manage.discardTitle')}
                description={t('manage.discardLead')}
                confirm={t('manage.discard')}
                variant="quiet"
              >
                {t('manage.discard')}
              </ConfirmButton>
              {!canPublish && (
                <span className="text-ink-2">
                  {!isSaved ? t('manage.saveFirst') : problems.length > 0 ? t('manage.notReady') : null}
                </span>
              )}
            </div>
          )}
        </Section>
      </div>
    </div>
  );
}

function StepLine({
  step,
  index,
  last,
  services,
  remoteHosts,
  dragged,
  onDrag,
  onDragOver,
  onMove,
  onChange,
  onRemove,
}: {
  step: StepSpec;
  index: number;
  last: boolean;
  services: readonly ServiceName[];
  remoteHosts: readonly string[];
  dragged: boolean;
  onDrag: (on: boolean) => void;
  onDragOver: () => void;
  onMove: (by: 1 | -1) => void;
  onChange: (more: Partial<StepSpec>) => void;
  onRemove: () => void;
}) {
  const t = useTranslations('matching');
  // Only the handle starts a drag: in the fields, text can still be marked.
  const [held, setHeld] = useState(false);
  const { kind, params } = typeOf(step.type);
  const name = t(`types.${step.type}.name`);
  const locked = pinnedTypes.includes(step.type) && index < pinnedTypes.length;
  const byKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <li
      draggable={held}
      onDragStart={() => onDrag(true)}
      onDragEnd={() => {
        onDrag(false);
        setHeld(false);
      }}
      onDragOver={(event) => {
        event.preventDefault();
        onDragOver();
      }}
      className={cx('grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 py-3', dragged && 'bg-accent-soft')}
    >
      {locked ? (
        <span className="grid size-(--control) place-items-center text-ink-3" title={t('manage.locked')}>
          <Lock className="size-4" aria-hidden="true" />
        </span>
      ) : (
        <button
          type="button"
          aria-label={t('manage.move', { step: name })}
          onKeyDown={byKey}
          onPointerDown={() => setHeld(true)}
          onPointerUp={() => setHeld(false)}
          className="grid size-(--control) cursor-grab place-items-center rounded-md text-ink-2 hover:bg-sunken active:cursor-grabbing"
        >
          <GripVertical className="size-4" aria-hidden="true" />
        </button>
      )}
      <div className={cx('min-w-0', !step.enabled && 'opacity-60')}>
        <div className="flex min-h-(--control) flex-wrap items-center gap-x-3">
          <span className="w-[1.5em] text-right text-ink-3 tabular-nums">{index + 1}</span>
          <span className="font-medium">{name}</span>
          <span className="rounded-sm bg-sunken px-[0.5em] py-[0.1em] text-[0.875em] text-ink-2">
            {t(`kinds.${kind}`)}
          </span>
          {locked && <span className="text-[0.875em] text-ink-2">{t('manage.locked')}</span>}
        </div>
        <p className="text-[0.9286em] text-ink-2">{t(`types.${step.type}.help`)}</p>
        {(kind === 'score' || params.length > 0) && (
          <div className="mt-2 flex flex-wrap gap-x-6 gap-y-3">
            {kind === 'score' && (
              <NumberInput
                label={t('manage.weight')}
                name={`spec.steps.${index}.weight`}
                value={step.weight}
                min={0}
                max={100}
                step={0.5}
                onChange={(weight) => onChange({ weight })}
              />
            )}
            {params.map((param) => {
              const field = `spec.steps.${index}.params.${param.key}`;
              const label = t(`params.${param.key}` as 'params.minutes');
              const value = step.params[param.key];
              const set = (next: StepSpec['params'][string]) =>
                onChange({ params: { ...step.params, [param.key]: next } });
              if (param.kind === 'address')
                return (
                  <AddressInput
                    key={param.key}
                    label={label}
                    name={field}
                    value={String(value ?? '')}
                    hosts={remoteHosts}
                    onChange={set}
                  />
                );
              if (param.kind === 'price_table')
                return (
                  <PriceTable
                    key={param.key}
                    label={label}
                    services={services}
                    usual={Number(step.params.amountCents)}
                    prices={(value ?? {}) as Record<string, number>}
                    onChange={set}
                  />
                );
              if (param.kind === 'money')
                return (
                  <NumberInput
                    key={param.key}
                    label={label}
                    name={field}
                    value={Number(value) / 100}
                    min={0}
                    max={param.max / 100}
                    step={0.01}
                    onChange={(units) => set(Math.round(units * 100))}
                  />
                );
              return (
                <NumberInput
                  key={param.key}
                  label={label}
                  name={field}
                  value={Number(value)}
                  min={param.min}
                  max={param.max}
                  step={param.step}
                  unit={param.unit && t(`units.${param.unit}`)}
                  onChange={set}
                />
              );
            })}
          </div>
        )}
      </div>
      <div className="flex items-start">
        {!locked && (
          <>
            <label className="grid size-(--control) place-items-center">
              <input
                type="checkbox"
                checked={step.enabled}
                aria-label={t('manage.enabled', { step: name })}
                onChange={(event) => onChange({ enabled: event.target.checked })}
                className="size-[1.25em] accent-accent"
              />
            </label>
            <Button
              variant="quiet"
              aria-label={t('manage.up', { step: name })}
              disabled={index <= pinnedTypes.length}
              onClick={() => onMove(-1)}
            >
              <ArrowUp aria-hidden="true" />
            </Button>
            <Button
              variant="quiet"
              aria-label={t('manage.down', { step: name })}
              disabled={last}
              onClick={() => onMove(1)}
            >
              <ArrowDown aria-hidden="true" />
            </Button>
            <Button variant="quiet" aria-label={t('manage.remove', { step: name })} onClick={onRemove}>
              <Trash2 aria-hidden="true" />
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

function NumberInput({
  label,
  name,
  value,
  min,
  max,
  step,
  unit,
  onChange,
}: {
  label: string;
  name: string;
  value: number;
  min: number;
  max: number;
  step: number;
  unit?: string;
  onChange: (value: number) => void;
}) {
  const t = useTranslations('matching');
  const id = useId();
  const { errors } = useFormState();
  const wrong = errors?.[name] !== undefined || !(value >= min && value <= max);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-[0.9286em]">
        {label}
      </label>
      <span className="flex items-center gap-2">
        <input
          id={id}
          type="number"
          inputMode="decimal"
          min={min}
          max={max}
          step={step}
          value={Number.isNaN(value) ? '' : value}
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-range`}
          onChange={(event) => onChange(event.target.valueAsNumber)}
          className="control w-28 text-right tabular-nums"
        />
        <span
          id={`${id}-range`}
          className={cx('text-[0.875em]', wrong ? 'font-medium text-bad' : 'text-ink-3')}
        >
          {unit && `${unit}, `}
          {t('range', { min, max })}
        </span>
      </span>
    </div>
  );
}

function AddressInput({
  label,
  name,
  value,
  hosts,
  onChange,
}: {
  label: string;
  name: string;
  value: string;
  hosts: readonly string[];
  onChange: (value: string) => void;
}) {
  const t = useTranslations('matching');
  const id = useId();
  const { errors } = useFormState();
  const host = URL.canParse(value) ? new URL(value).host : '';
  return (
    <div className="w-full max-w-xl">
      <label htmlFor={id} className="mb-1 block text-[0.9286em]">
        {label}
      </label>
      <input
        id={id}
        type="url"
        value={value}
        aria-invalid={errors?.[name] !== undefined || undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
        className="control"
        autoComplete="off"
        spellCheck={false}
      />
      <p id={`${id}-hint`} className="mt-1 text-[0.875em] text-ink-3">
        {hosts.length ? t('addressHint', { hosts: hosts.join(', ') }) : t('addressNone')}
      </p>
      {host && !hosts.includes(host) && (
        <p className="mt-1 text-[0.875em] font-medium text-bad" role="status">
          {t('addressNotAllowed', { host })}
        </p>
      )}
    </div>
  );
}

function PriceTable({
  label,
  services,
  usual,
  prices,
  onChange,
}: {
  label: string;
  services: readonly ServiceName[];
  usual: number;
  prices: Record<string, number>;
  onChange: (prices: Record<string, number>) => void;
}) {
  return (
    <fieldset className="w-full max-w-md">
      <legend className="mb-1 text-[0.9286em]">{label}</legend>
      <ul className="grid gap-y-2">
        {services.map(({ id, name }) => (
          <li key={id}>
            <label className="flex items-center justify-between gap-3">
              <span className="min-w-0">{name}</span>
              <input
                type="number"
                inputMode="decimal"
                min={0}
                step={0.01}
                value={prices[id] === undefined ? '' : prices[id] / 100}
                placeholder={Number.isNaN(usual) ? undefined : String(usual / 100)}
                onChange={({ target }) => {
                  const { [id]: _, ...others } = prices;
                  const units = target.valueAsNumber;
                  onChange(Number.isNaN(units) ? others : { ...others, [id]: Math.round(units * 100) });
                }}
                className="control w-28 shrink-0 text-right tabular-nums"
              />
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function AddStep({ disabled, onAdd }: { disabled: boolean; onAdd: (type: Type) => void }) {
  const t = useTranslations('matching');
  const [type, setType] = useState<Type>('reliability');
  const kinds = ['filter', 'score', 'combine', 'pick', 'price'] as const;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select
        aria-label={t('manage.addWhich')}
        value={type}
        onChange={(event) => setType(event.target.value as Type)}
        className="control w-auto"
      >
        {kinds.map((kind) => (
          <optgroup key={kind} label={t(`kinds.${kind}`)}>
            {stepTypeNames
              .filter((name) => typeOf(name).kind === kind && !pinnedTypes.includes(name))
              .map((name) => (
                <option key={name} value={name}>
                  {t(`types.${name}.name`)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <Button disabled={disabled} onClick={() => onAdd(type)}>
        <Plus aria-hidden="true" />
        {t('manage.add')}
      </Button>
    </div>
  );
}
