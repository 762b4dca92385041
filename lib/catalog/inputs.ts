import { z } from 'zod';

/** What a cat can be good at; services ask for some of these, characteristics are 0..100 of each. */
export const skills = ['precision', 'strength', 'agility', 'stealth', 'noise', 'patience'] as const;
export type Skill = (typeof skills)[number];

export type Bilingual = { en: string; ru: string };

const bilingual = (maxLength: number) =>
  z.object({ en: z.string().trim().min(1).max(maxLength), ru: z.string().trim().min(1).max(maxLength) });

const unique = (values: readonly string[]) => new Set(values).size === values.length;

export const serviceInput = z.object({
  name: bilingual(80),
  description: bilingual(500),
  durationMinutes: z.number().int().min(5).max(1440),
  skills: z.array(z.enum(skills)).min(1, 'catalog.no_skill').max(skills.length).refine(unique),
  kit: z
    .array(
      z.object({
        itemCode: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'catalog.item_code'),
        quantity: z.number().int().min(1).max(100),
      }),
    )
    .max(20)
    .refine((lines) => unique(lines.map((line) => line.itemCode)), 'catalog.item_twice'),
});
export type ServiceInput = z.output<typeof serviceInput>;

export const createServiceTypeInput = serviceInput.extend({ requestKey: z.string().min(8).max(100) });

export const publishServiceVersionInput = serviceInput.extend({
  serviceTypeId: z.uuid(),
  /** The version that was on the screen while editing. */
  basedOnVersion: z.number().int().min(1),
});

export const retireServiceTypeInput = z.object({
  serviceTypeId: z.uuid(),
  reason: z.string().trim().max(500).optional(),
});
