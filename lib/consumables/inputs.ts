import { z } from 'zod';

const reason = z.string().trim().min(1).max(500);
const count = z.number().int().min(0).max(999);
const bilingual = (maxLength: number) =>
  z.object({ en: z.string().trim().min(1).max(maxLength), ru: z.string().trim().min(1).max(maxLength) });
export const itemCode = z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'consumables.item_code');

/** An order as the warehouse needs it; ordering's front door answers in this shape. */
export const assemblyOrder = z.object({
  orderId: z.string().min(1).max(100),
  requestNumber: z.string().max(50),
  serviceName: z.object({ en: z.string(), ru: z.string() }),
  clientId: z.string().min(1).max(100),
  clientName: z.string(),
  workerId: z.string().min(1).max(100),
  workerName: z.string(),
  task: z.string(),
  place: z.string(),
  startsAt: z.date(),
  kit: z.array(z.object({ itemCode, quantity: z.number().int().min(1).max(999) })).max(50),
});
export type AssemblyOrder = z.output<typeof assemblyOrder>;

export const tickLineInput = z.object({ jobId: z.uuid(), lineId: z.uuid(), isTicked: z.boolean() });
/** 0 leaves the line out. */
export const changeLineInput = z.object({ jobId: z.uuid(), lineId: z.uuid(), count });
export const addLineInput = z.object({ jobId: z.uuid(), itemId: z.uuid(), count: count.min(1) });
export const issueJobInput = z.object({ jobId: z.uuid(), signaturePhotoId: z.uuid() });
export const waiveCookieInput = z.object({ jobId: z.uuid(), reason });
export const bookReturnInput = z.object({
  jobId: z.uuid(),
  /** How many of each line came back; the rest is written off. Lines that are not named are left for later. */
  lines: z
    .array(z.object({ lineId: z.uuid(), returnedCount: count }))
    .min(1)
    .max(60),
  /** Needed when anything is written off. */
  reason: z.string().trim().max(500).optional(),
});

export const saveItemInput = z.object({
  code: itemCode,
  name: bilingual(80),
  unit: bilingual(20),
  reorderPointCount: z.number().int().min(0).max(100_000),
});
export const correctCountInput = z.object({
  itemId: z.uuid(),
  countedCount: z.number().int().min(0).max(1_000_000),
  reason,
});
export const proposePurchaseInput = z.object({
  itemId: z.uuid(),
  count: z.number().int().min(1).max(100_000),
});
export const decidePurchaseInput = z.object({ purchaseId: z.uuid(), isApproved: z.boolean() });
export const receivePurchaseInput = z.object({
  purchaseId: z.uuid(),
  receivedCount: z.number().int().min(1).max(100_000),
  lot: z.string().trim().max(60).optional(),
});
