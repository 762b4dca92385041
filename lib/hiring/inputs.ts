import { z } from 'zod';

export const coatColours = [
  'ginger',
  'black',
  'white',
  'grey',
  'tabby',
  'tortoiseshell',
  'cream',
  'brown',
] as const;

/** How long what a cat says of itself may be, in characters. */
export const aboutLimit = 2000;

export const submitApplicationInput = z.object({
  requestKey: z.string().min(8).max(64),
  name: z.string().trim().min(1).max(100),
  ageYears: z.coerce.number('hiring.age').int('hiring.age').min(1, 'hiring.too_young').max(30, 'hiring.age'),
  breed: z.string().trim().min(1).max(100),
  coatColour: z.enum(coatColours, 'hiring.choose_colour'),
  email: z.string().trim().toLowerCase().min(1).max(200).pipe(z.email('hiring.email')),
  about: z.string().trim().max(aboutLimit).default(''),
  locale: z.enum(['en', 'ru']),
});

const score = z.coerce
  .number('hiring.score')
  .int('hiring.score')
  .min(0, 'hiring.score')
  .max(100, 'hiring.score');

export const acceptApplicationInput = z.object({
  applicationId: z.uuid(),
  characteristics: z
    .record(z.string().max(60), score)
    .refine((all) => Object.keys(all).length > 0, 'required'),
  reason: z.string().trim().max(1000).default(''),
});

export const declineApplicationInput = z.object({
  applicationId: z.uuid(),
  reason: z.string().trim().min(1).max(1000),
});
