import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { NumberField, Textarea } from '#app/ui/inputs.tsx';
import { Figure, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { readItem } from '#lib/consumables/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { correct, propose } from '../../actions.ts';
import { ItemDialog } from '../item-dialog.tsx';
import { PurchaseLine } from '../purchase-line.tsx';
import { StockState } from '../stock-state.tsx';

type Props = { params: Promise<{ itemId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { item } = await itemOf(await requireCtx('staff'), (await params).itemId);
  return { title: localized(item.name, await getLocale()) };
}

function itemOf(ctx: Ctx, itemId: string): ReturnType<typeof readItem> {
  return readItem(ctx, itemId).catch((error) => {
    if (error instanceof Refused && error.code === 'consumables.not_found') notFound();
    throw error;
  });
}

/** One item: its numbers, what can be done, and the journal they come from. */
export default async function Page({ params }: Props) {
  const ctx = await requireCtx('staff');
  const [t, kinds, locale] = await Promise.all([
    getTranslations('consumables.stock'),
    getTranslations('consumables.movement'),
    getLocale(),
  ]);
  const { item, movements } = await itemOf(ctx, (await params).itemId);
  const name = localized(item.name, locale);
  const unit = localized(item.unit, locale);
  return (
    <>
      <PageHeader
        back={<TextLink href="/warehouse/stock">{t('back')}</TextLink>}
        title={name}
        badge={<StockState item={item} />}
        actions={
          <>
            {!item.purchase && (
              <ConfirmButton
                action={propose}
                hidden={{ itemId: item.id }}
                tone="primary"
                title={t('buyTitle', { item: name })}
                confirm={t('buyConfirm')}
                fields={
                  <Field name="count" label={t('buyCount')} required>
                    <NumberField
                      defaultValue={Math.max(1, item.reorderPointCount * 2 - item.onHandCount)}
                      min={1}
                      max={100_000}
                      suffix={unit}
                    />
                  </Field>
                }
              >
                {t('buy')}
              </ConfirmButton>
            )}
            <ConfirmButton
              action={correct}
              hidden={{ itemId: item.id }}
              tone="primary"
              title={t('correctTitle')}
              description={t('correctLead')}
              confirm={t('correctConfirm')}
              fields={
                <>
                  <Field name="countedCount" label={t('counted')} required>
                    <NumberField defaultValue={item.onHandCount} min={0} max={1_000_000} suffix={unit} />
                  </Field>
                  <Field name="reason" label={t('why')} required>
                    <Textarea limit={500} />
                  </Field>
                </>
              }
            >
              {t('correct')}
            </ConfirmButton>
            <ItemDialog item={item} />
          </>
        }
      />
      <div className="mb-8 grid grid-cols-2 gap-6 sm:grid-cols-4">
        <Figure label={t('onHand')} value={item.onHandCount} note={unit} />
        <Figure label={t('reserved')} value={item.reservedCount} />
        <Figure label={t('free')} value={item.onHandCount - item.reservedCount} />
        <Figure label={t('point')} value={item.reorderPointCount} />
      </div>
      {item.purchase && (
        <ul className="mb-8 border-y">
          <PurchaseLine itemName={t('purchases')} unit={unit} purchase={item.purchase} />
        </ul>
      )}
      <Section title={t('movements')}>
        <Table
          caption={t('movements')}
          rows={movements}
          rowKey={({ id }) => id}
          columns={[
            { key: 'when', header: t('when'), cell: ({ at }) => <When at={at} mode="exact" /> },
            { key: 'what', header: t('what'), cell: ({ kind }) => kinds(kind) },
            {
              key: 'change',
              header: t('change'),
              number: true,
              cell: ({ deltaCount, count }) =>
                deltaCount === 0 ? (
                  <span className="text-ink-2">({count})</span>
                ) : (
                  <span className="font-semibold">
                    {deltaCount > 0 ? `+${deltaCount}` : `−${-deltaCount}`}
                  </span>
                ),
            },
            {
              key: 'note',
              header: t('note'),
              wide: true,
              cell: ({ requestNumber, lot, why }) =>
                [requestNumber, lot && t('lotOf', { lot }), why].filter(Boolean).join(' · '),
            },
          ]}
          empty={t('noMovements')}
        />
      </Section>
    </>
  );
}
